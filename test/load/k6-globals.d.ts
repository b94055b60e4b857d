/** What k6's runtime has beside JavaScript and @types/k6. */
declare const console: { log(text: string): void }

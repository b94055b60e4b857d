/** `npm run books`: what finance takes from the books: the journal, the fees of a month; and closing months. */
import { booksCommand } from './operate/books/books-command.ts'
import { runBooks } from './operate/books/run-books.ts'
import { run } from './terminal/command.ts'

await run(booksCommand, (flags, words) => runBooks({ words, ...flags }))

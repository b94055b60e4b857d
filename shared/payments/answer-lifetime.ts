/** How long the answer of a key is kept. All who need its end ask here: use cases, the cache's middleware, the job that prunes. */

/** When an answer's time is over (epoch). `keptMs` is how long answers are kept after they were finished. */
export const expiryOf = (finishedAtMs: number, keptMs: number): number => finishedAtMs + keptMs

/** From its expiry on an answer is never given again, whether or not it was deleted yet. */
export const isExpired = (expiresAtMs: number, nowMs: number): boolean => expiresAtMs <= nowMs

/** Answers that were finished at this time (epoch) or before have expired. */
export const expiredUpTo = (nowMs: number, keptMs: number): number => nowMs - keptMs

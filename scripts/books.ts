/** `npm run books`: what finance takes from the books: the journal, and the fees of a month. */
import { booksCommand } from './operate/books/books-command.ts'
import { runBooks } from './operate/books/run-books.ts'
import { run } from './terminal/command.ts'

await run(booksCommand, (flags, words) => runBooks({ words, ...flags }))

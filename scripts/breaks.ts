/** `npm run breaks`: what of the acquirer's and the bank's files does not fit the books, and what people do with it. */
import { breaksCommand } from './operate/breaks/breaks-command.ts'
import { runBreaks } from './operate/breaks/run-breaks.ts'
import { run } from './terminal/command.ts'

await run(breaksCommand, (flags, words) => runBreaks({ words, ...flags }))

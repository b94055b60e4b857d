/** `npm run settle`: what merchants are owed, by which terms and which calendar; and changes of both. */
import { runSettle } from './operate/settle/run-settle.ts'
import { settleCommand } from './operate/settle/settle-command.ts'
import { run } from './terminal/command.ts'

await run(settleCommand, (flags, words) => runSettle({ words, ...flags }))

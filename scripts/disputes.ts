/** `npm run disputes`: what card holders took back through the acquirer, and giving one up. */
import { disputesCommand } from './operate/disputes/disputes-command.ts'
import { runDisputes } from './operate/disputes/run-disputes.ts'
import { run } from './terminal/command.ts'

await run(disputesCommand, (flags, words) => runDisputes({ words, ...flags }))

/** `npm run demo:month`: a month of settlement on the sandbox clock, and an auditor's page about it. Exit 0 or 1. */
import { month } from './lab/month/month.ts'
import { npmCommand, run, wholeNumber } from './terminal/command.ts'
import { JSON_FLAG } from './terminal/json.ts'

const command = npmCommand(
  'npm run demo:month',
  'Sells, pays out and reconciles for a month on the sandbox clock of a system of its own; an independent auditor then says where every won is.',
)
  .option('--seed <n>', 'repeats the same month (default: drawn, and printed)', wholeNumber)
  .option('--payments <n>', 'how many payments', wholeNumber, 2_000)
  .option(...JSON_FLAG)

await run(command, month)

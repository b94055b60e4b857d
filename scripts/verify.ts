/** `npm run verify`: proves the books right, or says which rows are wrong. Exit 0 when every invariant holds, else 1. */
import { operatorCommand } from './operate/flags.ts'
import { runVerify } from './operate/verify/run-verify.ts'
import { run, secondsAsMs } from './terminal/command.ts'
import { JSON_FLAG } from './terminal/json.ts'

const command = operatorCommand('npm run verify', 'Checks every invariant over the whole database and all of Kafka.')
  .option('--settle <seconds>', 'wait up to so long until nothing is on its way', secondsAsMs, 0)
  .option('--now', 'judge at once: whatever is still on its way counts as failed')
  .option('--save [run]', 'also keep what was found, for the console; [run]: the one that the console has asked for')
  .option(...JSON_FLAG)

await run(command, runVerify)

/** `npm run overload`: offers more than the product can serve, and shows what it serves then. Exit 0 or 1. */
import { overload } from './lab/overload/overload.ts'
import { npmCommand, positiveNumber, run, wholeNumber } from './terminal/command.ts'
import { JSON_FLAG } from './terminal/json.ts'

const command = npmCommand(
  'npm run overload',
  'Offers twice what the product can serve, and five times with a slow acquirer, on a system of its own; nothing may be lost.',
)
  .option('--seconds <s>', 'how long each overload lasts', positiveNumber, 30)
  .option('--seed <n>', 'repeats the same purchases (default: drawn, and printed)', wholeNumber)
  .option(...JSON_FLAG)
  .option('--save', 'also write the figures to scripts/lab/results/overload-<date>.json')

await run(command, overload)

/** `npm run soak`: half of what this machine can bear, for twenty minutes, and whatever grows meanwhile. Exit 0 or 1. */
import { Option } from '@commander-js/extra-typings'
import { soak } from './lab/soak/soak.ts'
import { minutesAsMs, npmCommand, positiveNumber, run, wholeNumber } from './terminal/command.ts'
import { JSON_FLAG } from './terminal/json.ts'

const command = npmCommand(
  'npm run soak',
  'Drives every kind of request at half load on a system of its own and judges whether memory, handles, times and rows examined stay where they are.',
)
  .addOption(
    new Option('--minutes <n>', 'how long the load lasts; parts of one, too')
      .argParser(minutesAsMs)
      .default(20 * 60_000, '20'),
  )
  .option('--seed <n>', 'repeats the same flows (default: drawn, and printed)', wholeNumber)
  .option(
    '--flows-per-second <n>',
    'in place of half of what the machine can do: on one that others use, its quiet seconds promise too much',
    positiveNumber,
  )
  .option('--markdown', 'print the tables as Markdown')
  .option(...JSON_FLAG)
  .option('--save', 'also write the figures to scripts/lab/results/soak-<date>.json')

await run(command, soak)

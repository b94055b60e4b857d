/** `npm run bench:recon`: how long large settlement files take from bytes to breaks, with how much memory, and what authorizes feel of it. Exit 0 or 1. */
import { benchRecon } from './lab/bench/recon/bench-recon.ts'
import { npmCommand, positiveNumber, run, wholeNumber } from './terminal/command.ts'
import { JSON_FLAG } from './terminal/json.ts'

const command = npmCommand(
  'npm run bench:recon',
  'Imports and matches settlement files, alone, twice as long, and beside authorizes, on a system of its own.',
)
  .option(
    '--lines <n>',
    'lines of the first file and of the third; the second has twice as many',
    wholeNumber,
    1_000_000,
  )
  .option('--per-second <n>', 'authorizes beside the third file', positiveNumber, 100)
  .option('--work-percent <n>', 'RECON_WORK_PERCENT of the third file', wholeNumber, 30)
  .option('--seconds <n>', 'of the authorizes alone', positiveNumber, 60)
  .option('--seed <n>', 'of the purchases', wholeNumber, 1)
  .option('--markdown', 'print the tables as Markdown')
  .option(...JSON_FLAG)
  .option('--save', 'also write the figures to scripts/lab/results/recon-<date>.json')

await run(command, benchRecon)

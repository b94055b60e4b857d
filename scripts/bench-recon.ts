/** `npm run bench:recon`: how long a large settlement file takes to be imported and matched, and how much memory. Exit 0 or 1. */
import { benchRecon } from './lab/bench/recon/bench-recon.ts'
import { npmCommand, run, wholeNumber } from './terminal/command.ts'
import { JSON_FLAG } from './terminal/json.ts'

const command = npmCommand(
  'npm run bench:recon',
  'Writes a settlement file, imports and matches it, each in a process of its own, on a system of its own.',
)
  .option('--lines <n>', 'lines of the file', wholeNumber, 1_000_000)
  .option(...JSON_FLAG)
  .option('--save', 'also write the figures to scripts/lab/results/recon-<date>.json')

await run(command, benchRecon)

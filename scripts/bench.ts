/** `npm run bench`: how fast the product is, what it costs, and how near that is to what this machine can do. Exit 0 or 1. */
import { bench } from './lab/bench/bench.ts'
import { withBenchFlags } from './lab/bench/flags.ts'
import { npmCommand, run } from './terminal/command.ts'

const command = withBenchFlags(
  npmCommand(
    'npm run bench',
    'Measures how fast the product is and what it costs, beside what this machine can do, on a system of its own.',
  ),
)

await run(command, bench)

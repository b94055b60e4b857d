/** `npm run reread`: lets the consumers of payments' events read their topics again from a moment on. For a database that was restored: docs/restore.md. */
import { operatorCommand, YES_FLAG } from './operate/flags.ts'
import { runReread, timeAsMs } from './operate/reread/run-reread.ts'
import { run } from './terminal/command.ts'

const command = operatorCommand(
  'npm run reread',
  `Lets the consumers of payments' events begin again at the first record since a time. What is written already is not written again.
Nobody may consume meanwhile, since Kafka moves no group that has members: stop the API (npm run service -- stop api), or
disable the triggers of the deployed functions.`,
)
  .requiredOption('--since <time>', 'such as 2026-01-31T09:00:00Z', timeAsMs)
  .option(...YES_FLAG)

await run(command, runReread)

/** `npm run reset`: deletes our own data folder, so that the next start begins empty. Never somebody else's service. */
import { resetData } from './local/reset.ts'
import { npmCommand, run } from './terminal/command.ts'

const command = npmCommand('npm run reset', 'Deletes our own data, so that the next start begins empty.')
  .option('--data <name>', 'the data folder to empty', 'main')
  .option('--force', 'stop the system first, if it runs')
  .option(
    '--all',
    "delete everything under .data: every system that is not running, and what was fetched (Kafka's jars)",
  )

await run(command, resetData)

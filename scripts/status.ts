/** `npm run status`: what runs, where, how much memory it takes, and what the API says of itself. Exit 1 when it is not all well. */
import { status } from './local/status.ts'
import { npmCommand, run } from './terminal/command.ts'

const command = npmCommand(
  'npm run status',
  'Says what runs, where, how much memory it takes, and what the API says of itself. Exit 0 when all is well.',
).option('--json', 'print it as JSON, and nothing else')

await run(command, status)

/** `npm run doctor`: what this machine has, what it lacks and how to get it. Exit 1 when `npm start` could not work. */
import { doctor } from './local/doctor.ts'
import { npmCommand, run } from './terminal/command.ts'

const command = npmCommand(
  'npm run doctor',
  'Says what this machine has, what it lacks for npm start, and how to get it.',
).option('--json', 'print the findings as JSON, and nothing else')

await run(command, doctor)

/** `npm run dlq`: lists dead letters, and sends the original bytes of chosen ones once more to where they came from. */
import { Argument } from '@commander-js/extra-typings'
import { dlqActions, runDlq } from './operate/dlq/run-dlq.ts'
import { operatorCommand, YES_FLAG } from './operate/flags.ts'
import { run } from './terminal/command.ts'
import { JSON_FLAG } from './terminal/json.ts'

const command = operatorCommand(
  'npm run dlq',
  `Lists the records that nobody could process, and sends them again.

  list          each with its id (partition/offset), whence, why, and its state
  redrive ID…   sends letters once more as they were: topic, partition, key,
                headers, value. One that fails again comes back as a new one.
  skip ID…      puts letters aside that can never be processed. They stay.`,
)
  .addArgument(new Argument('[action]').choices(dlqActions).default('list' as const))
  .argument('[ids...]')
  .option('--all', 'redrive, skip: every letter that waits')
  .option(...YES_FLAG)
  .option(...JSON_FLAG)

await run(command, (flags, action, ids) => runDlq({ action, ids, ...flags }))

/** `npm run outbox`: lists what waits to be published and what was parked, and lets parked rows try again. */
import { Argument } from '@commander-js/extra-typings'
import { operatorCommand, YES_FLAG } from './operate/flags.ts'
import { outboxActions, runOutbox } from './operate/outbox/run-outbox.ts'
import { run } from './terminal/command.ts'
import { JSON_FLAG } from './terminal/json.ts'

const command = operatorCommand(
  'npm run outbox',
  `Lists events that are not published yet, and lets parked ones try again.

  list                 the oldest rows that wait; parked ones hold back their payment
  redrive EVENT_ID…    un-parks these rows, so that the relay tries them again
  redrive --all        un-parks every parked row`,
)
  .addArgument(new Argument('[action]').choices(outboxActions).default('list' as const))
  .argument('[event-ids...]')
  .option('--all', 'redrive: every parked row')
  .option(...YES_FLAG)
  .option(...JSON_FLAG)

await run(command, (flags, action, eventIds) => runOutbox({ action, eventIds, ...flags }))

/** `npm run unknown`: lists operations whose outcome is unknown, asks the acquirer about them, settles one by hand, and undoes what was lost. */
import { Argument, Option } from '@commander-js/extra-typings'
import { operatorCommand, YES_FLAG } from './operate/flags.ts'
import { nameOrReason, outcomeWords, runUnknown, unknownActions } from './operate/unknown/run-unknown.ts'
import { run } from './terminal/command.ts'
import { JSON_FLAG } from './terminal/json.ts'

const command = operatorCommand(
  'npm run unknown',
  `Lists operations whose outcome is unknown, and brings them to an end.

  list             each with its payment, age and next inquiry; also those that
                   were settled by hand and that the acquirer has not confirmed
  inquire ID…      asks the acquirer now, as resolve-unknown does when it is due
  inquire --all    asks about every one of them
  settle ID        tells the acquirer never to execute it, and records what it
                   answers; when it does not answer, what you say:
                   --outcome, --as and --reason
  orphans          what the acquirer approved and a restored database does not
                   know; --release voids and refunds it there`,
)
  .addArgument(new Argument('[action]').choices(unknownActions).default('list' as const))
  .argument('[operation-ids...]')
  .option('--release', 'orphans: give the money back')
  .option('--all', 'inquire: about every unknown outcome')
  .addOption(new Option('--outcome <outcome>', 'settle: what became of it').choices(outcomeWords))
  .option('--as <name>', 'settle: who says so', nameOrReason(64))
  .option('--reason <text>', 'settle: how you know', nameOrReason(500))
  .option(...YES_FLAG)
  .option(...JSON_FLAG)

await run(command, (flags, action, operationIds) => runUnknown({ action, operationIds, ...flags }))

/** `npm run console-link`: prints a link that signs an operator in to the console, once. Exit 1 when it was refused. */
import { printConsoleLink } from './operate/console/print-link.ts'
import { operatorCommand } from './operate/flags.ts'
import { nameOrReason } from './operate/unknown/run-unknown.ts'
import { run } from './terminal/command.ts'

const command = operatorCommand(
  'npm run console-link',
  `Prints a link to the console, good for one sign-in within five minutes.

In a sandbox's own database on this machine the database's login is enough.
For any other one it wants the operator's own token, in OPERATOR_TOKEN or typed.`,
).option('--as <name>', 'the operator (`npm run operators` lists them)', nameOrReason(64))

await run(command, flags => printConsoleLink(flags))

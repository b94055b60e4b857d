/** `npm run operators`: lists operators, adds and disables them, gives new tokens, and shows the audit log. Exit 1 when it was refused. */
import { Argument, Option } from '@commander-js/extra-typings'
import { operatorRoles } from '../shared/contracts/lists.ts'
import { operatorCommand, YES_FLAG } from './operate/flags.ts'
import { operatorActions, runOperators } from './operate/operators/run-operators.ts'
import { nameOrReason } from './operate/unknown/run-unknown.ts'
import { positiveNumber, run } from './terminal/command.ts'
import { JSON_FLAG } from './terminal/json.ts'

const command = operatorCommand(
  'npm run operators',
  `Says who may act on settlement, and what was done.
  list             every operator with its role
  add NAME         makes an operator and shows the token, once: --role, --reason
  disable NAME     refuses the operator's token from now on, for good
  rotate NAME      gives the operator a new token, and refuses the old one;
                   --recover: for the only approver, who has lost it
  log              the newest entries of the audit log, and whether its chain
                   is whole

The first operator is an approver, and is added with the database's login.
Whatever else is changed wants an approver's token, in OPERATOR_TOKEN or typed;
everybody may rotate their own.`,
)
  .addArgument(new Argument('[action]').choices(operatorActions).default('list' as const))
  .argument('[name]')
  .addOption(new Option('--role <role>', 'add: what the operator may do').choices(operatorRoles))
  .option('--reason <text>', 'why; it is kept in the audit log', nameOrReason(500))
  .option('--recover', "rotate: by the database's login")
  .option('--subject <subject>', 'log: of this operator, payout file, …')
  .option('--limit <n>', 'log: how many entries, 20 when not said', positiveNumber)
  .option(...YES_FLAG)
  .option(...JSON_FLAG)

await run(command, (flags, action, name) => runOperators({ action, name, ...flags }))

/** The words and flags of `npm run disputes`. */
import { InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { merchantId, paymentId } from '../../../shared/contracts/identifiers.ts'
import { disputeStates } from '../../../shared/contracts/lists.ts'
import { JSON_FLAG } from '../../terminal/json.ts'
import { operatorCommand, YES_FLAG } from '../flags.ts'
import { nameOrReason } from '../unknown/run-unknown.ts'

function merchant(text: string): string {
  if (!merchantId.safeParse(text).success) throw new InvalidArgumentError('It wants printable ASCII, at most 32.')
  return text
}

function payment(text: string): string {
  if (!paymentId.safeParse(text).success) throw new InvalidArgumentError('It wants pay_ and 26 characters.')
  return text
}

export const disputesCommand = operatorCommand(
  'npm run disputes',
  `Says what card holders took back through the acquirer, and gives a dispute up.

  (nothing), list   the newest disputes; --state, --merchant, --payment
  show ID           the dispute, and what of its payment is left
  lose ID           nobody fights for it any longer: it is LOST, and what was
                    taken back stays so; for operators

A dispute begins, and is won, with a line of the acquirer's settlement file.
Giving one up moves no money. A line that wins a LOST one is a break (STATUS).

What changes something wants --reason and the token of an operator, in
OPERATOR_TOKEN or typed: the name that is written down is the token's.`,
)
  .argument('[words...]')
  .addOption(new Option('--state <state>', 'list: only this state').choices(disputeStates))
  .option('--merchant <id>', 'list: only of this merchant', merchant)
  .option('--payment <id>', 'list: only of this payment', payment)
  .option('--reason <text>', 'why', nameOrReason(500))
  .option(...YES_FLAG)
  .option(...JSON_FLAG)

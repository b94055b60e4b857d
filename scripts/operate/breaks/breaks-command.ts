/** The words and flags of `npm run breaks`. */
import { InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { languages } from '../../../shared/contracts/errors.ts'
import { breakClasses, breakStates } from '../../../shared/contracts/lists.ts'
import { fileName, JSON_FLAG } from '../../terminal/json.ts'
import { operatorCommand, YES_FLAG } from '../flags.ts'
import { nameOrReason } from '../unknown/run-unknown.ts'

/** With its sign: a credit on recon_suspense is negative. */
function signedNumber(text: string): number {
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(Number(text)) || Number(text) === 0)
    throw new InvalidArgumentError('It wants a whole number other than 0.')
  return Number(text)
}

function name(text: string): string {
  if (!/^[\x21-\x7e]{1,64}$/.test(text)) throw new InvalidArgumentError('It wants printable ASCII, at most 64.')
  return text
}

export const breaksCommand = operatorCommand(
  'npm run breaks',
  `Says what of the acquirer's and the bank's files does not fit the books, and
resolves it: one proposes, another approves.

  (nothing)             open breaks by class, currency and age, and what
                        recon_suspense holds
  list                  open breaks, the oldest first; --state for others
  show ID               what was expected and found, what was done, what is next
  assign ID [NAME]      who works on it; else you
  note ID               a remark: --reason is its text
  propose ID --to ACCOUNT
                        where an amount goes; all that remains, or --amount
  close ID              proposes to close it: nothing remains to be booked
  give-up ID            proposes that what is missing will not come
  approve ID            books what was proposed; for approvers, and not for
                        whoever proposed it
  refuse ID             it is ASSIGNED again; for approvers
  report                every open break as CSV

ACCOUNT is acquirer_receivable (the acquirer will correct it; with --target:
it is the correction that was expected), cash_in_transit (--target: a batch of
the acquirer), payout_in_transit (--target: a payout),
merchant_payable:MERCHANT, merchant_receivable:MERCHANT (--target: an
invoice), own_funds, acquirer_fee, vat_receivable, recon_gain, recon_loss, or
recon_suspense (--target: another break). Amounts are minor units.

What changes something wants --reason and the token of an operator, in
OPERATOR_TOKEN or typed: the name that is written down is the token's.`,
)
  .argument('[words...]')
  .addOption(new Option('--class <class>', 'list, report: only this class').choices(breakClasses))
  .addOption(new Option('--state <state>', 'list: only this state').choices(breakStates))
  .option('--source <id>', 'list, report: only of this source', name)
  .option('--currency <code>', 'list, report: only this currency', name)
  .option('--assignee <name>', 'list: only of this operator', nameOrReason(64))
  .option('--to <account>', 'propose: the counter-account', name)
  .option('--amount <n>', 'propose: so much of what remains, with its sign', signedNumber)
  .option('--target <id>', 'propose: the correction, batch, payout, invoice or break', name)
  .option('--out <file>', 'report: where to; else to stdout', fileName)
  .addOption(new Option('--lang <language>', 'report: its words; else English').choices(languages))
  .option('--reason <text>', 'why', nameOrReason(500))
  .option(...YES_FLAG)
  .option(...JSON_FLAG)

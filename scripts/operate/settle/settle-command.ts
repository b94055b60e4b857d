/** The words and flags of `npm run settle`. */
import { InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { languages } from '../../../shared/contracts/errors.ts'
import { refundFees, settlementCycles, vatModes } from '../../../shared/contracts/lists.ts'
import { RESERVE_DAYS_MAX } from '../../../shared/runtime/config.ts'
import { positiveNumber, wholeNumber } from '../../terminal/command.ts'
import { fileName, JSON_FLAG } from '../../terminal/json.ts'
import { operatorCommand, timezoneName, YES_FLAG } from '../flags.ts'
import { nameOrReason } from '../unknown/run-unknown.ts'

/** A flag's value that has this form. */
const matching =
  (pattern: RegExp, what: string) =>
  (text: string): string => {
    if (!pattern.test(text)) throw new InvalidArgumentError(`It wants ${what}.`)
    return text
  }

const upTo =
  (max: number) =>
  (text: string): number => {
    const count = wholeNumber(text)
    if (count > max) throw new InvalidArgumentError(`It wants at most ${max}.`)
    return count
  }

const daysOrNever = (text: string): number | 'never' => (text === 'never' ? text : upTo(90)(text))

function timeOrSoon(text: string): number | 'soon' {
  const timeMs = Date.parse(text)
  if (text === 'soon') return text
  if (Number.isNaN(timeMs)) throw new InvalidArgumentError('It wants a time such as 2026-12-31T15:00:00Z, or soon.')
  return timeMs
}

export const settleCommand = operatorCommand(
  'npm run settle',
  `Says what merchants are owed that is in no batch yet, keeps terms and calendar,
and decides about payouts.

  (nothing)                per merchant and currency: the sum, and when the next
                           of it is due
  terms [MERCHANT]         the terms of every merchant, by time
  terms set MERCHANT       new terms: the ones in force then, with what the flags
                           change; never backdated
  calendar [YEAR]          the days of a year that are not as their weekday
  calendar add DAY         says that a day is closed, or with --open that it is
                           open; a year counts once its first of January is there
  batches [MERCHANT]       the newest batches, and what became of them
  payouts [BATCH]          the newest payouts, or those of a batch
  files                    payout files: PREPARED ones wait for an approval
  reserves [MERCHANT]      what is held of merchants, and until when
  invoices [MERCHANT]      what merchants owe since their balances stayed negative
  statement MERCHANT       what a batch pays the merchant for, as CSV
  approve FILE             its payouts go to the bank; for approvers
  cancel FILE|PAYOUT       as long as it was not sent; for operators
  retry BATCH              one more payout, when all that it may have failed or were
                           canceled; for approvers
  accounts                 bank accounts that were asked for, and what became of them
  approve-account CHANGE   it is paid to from a day later on; for an approver who
                           has not asked for it. Before that: cancel CHANGE
  lose INVOICE             what remains of it will not come; for approvers
  funds                    what has to be kept apart for merchants, day by day,
                           what is, and what to transfer
  safeguard                asks the bank to move what is missing to the
                           safeguarded account; for operators

What changes something wants --reason and the token of an operator, in
OPERATOR_TOKEN or typed: the name that is written down is the token's.`,
)
  .argument('[words...]')
  .option('--currency <code>', 'terms set, safeguard: of which currency', matching(/^[A-Z]{3}$/, 'a code such as KRW'))
  .addOption(new Option('--cycle <cycle>', 'terms set: days, weeks or months').choices(settlementCycles))
  .option('--delay <n>', 'terms set: business days from the end of the period to the payout', upTo(90))
  .option(
    '--cutoff <HH:MM>',
    'terms set: what is later belongs to the next day; 24:00 is midnight',
    matching(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'HH:MM'),
  )
  .option('--timezone <name>', 'terms set: where that is', timezoneName)
  .addOption(new Option('--vat <mode>', 'terms set: how the fee carries VAT').choices(vatModes))
  .addOption(new Option('--refund-fee <what>', 'terms set: what becomes of the fee').choices(refundFees))
  .option('--payout-min <n>', 'terms set: less is carried to the next batch; minor units', wholeNumber)
  .option('--reserve-bp <n>', 'terms set: hundredths of a per cent that a batch holds back', upTo(9_999))
  .option('--reserve-days <n>', 'terms set: business days until it is released', upTo(RESERVE_DAYS_MAX))
  .option('--invoice-after <n>', 'terms set: business days that a balance may stay negative; never', daysOrNever)
  .option('--dispute-fee <n>', 'terms set: what a dispute costs the merchant; minor units', wholeNumber)
  .option(
    '--account <token>',
    'terms set: the bank account; another person approves it',
    matching(/^[\x21-\x7e]{1,64}$/, 'printable ASCII'),
  )
  .option('--hold <reason>', 'terms set: nothing is paid out', nameOrReason(200))
  .option('--release', 'terms set: it is paid out again')
  .option(
    '--from <time>',
    'terms set: from when on, virtual time; else the next midnight; soon: in a minute',
    timeOrSoon,
  )
  .option('--calendar <name>', "whose business days; else the defaults'", matching(/^[A-Z]{2,8}$/, 'a name such as KR'))
  .option('--name <text>', 'calendar add: what the day is', nameOrReason(100))
  .option('--open', 'calendar add: it is open')
  .option('--batch <id>', 'statement: of which batch', matching(/^bat_[0-9A-Z]{26}$/, 'the id of a batch'))
  .option('--amount <n>', 'safeguard: so much; else what the newest day lacks; minor units', positiveNumber)
  .option('--back', 'safeguard: from the safeguarded account, else what is too much')
  .option('--out <file>', 'statement: where to; else to stdout', fileName)
  .addOption(new Option('--lang <language>', 'statement: its words; else English').choices(languages))
  .option('--reason <text>', 'why', nameOrReason(500))
  .option(...YES_FLAG)
  .option(...JSON_FLAG)

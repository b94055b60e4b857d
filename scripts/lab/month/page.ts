/** The month on one page: what was sold, where the money is, what did not fit, and that all of it adds up. */
import { currencyExponent } from '../../../shared/contracts/currency.ts'
import { tableLines } from '../../terminal/table.ts'
import type { CurrencyFigures } from './auditor/audit.ts'
import type { MonthResult } from './run.ts'

const rows: readonly [string, (figures: CurrencyFigures) => number][] = [
  ['sold', of => of.sold],
  ['given back to customers', of => -of.refunded],
  ['taken back by card holders', of => -of.takenBack],
  ['won of it', of => of.wonBack],
  ['our fees', of => of.feesCharged],
  ['VAT on our fees', of => of.vatCharged],
  ['our fees for disputes', of => of.disputeFees],
  ['what the acquirer took', of => of.acquirerFees],
  ['the acquirer paid in', of => of.fromAcquirer],
  ['paid out to merchants', of => of.paidOut],
  ['came back of it', of => of.returned],
  ['on our bank account', of => of.cash],
  ['on the safeguarded account', of => of.safeguarded],
  ['held back from merchants', of => of.reserved],
  ['owed by merchants, by invoice', of => of.invoiced],
  ['still owed to merchants', of => of.owedToMerchants],
  ['in suspense, not explained to a person yet', of => of.suspense],
]

/** `seconds`: of the whole run. */
export function pageOf(result: MonthResult, seconds: number): string[] {
  const { settings, from, to, sales, filesApproved, disputesGivenUp, breaksWorkedOn, audit, verify, problems } = result
  const { parts, spent } = result
  const { currencies, breaks } = audit.figures
  const codes = Object.keys(currencies)
  const money = rows.map(([what, of]) => [what, ...codes.map(code => decimal(of(currencies[code]!), code))])
  const kinds = breaks.map(each => [
    ...[each.class, each.currency, String(each.count), String(each.open)],
    ...[decimal(each.booked, each.currency), decimal(each.remaining, each.currency)],
  ])
  const checks = audit.checks.map(({ name, compared, problems: found }) => [
    found.length === 0 ? 'ok' : 'WRONG',
    String(compared),
    name,
  ])
  const holding = verify.results.filter(({ ok }) => ok).length
  return [
    `The month from ${from} to ${to} (seed ${settings.seed})`,
    `${sales.payments} payments: ${sales.captures} captures, ${sales.refunds} refunds, ${sales.declined} declined, ${sales.voided} given up; ${filesApproved} payout files approved, ${disputesGivenUp} disputes given up, ${breaksWorkedOn} breaks worked on`,
    `closed on ${parts.holidays.join('; ')}`,
    '',
    ...tableLines(
      [['', ...codes], ...money],
      codes.map((_, index) => index + 1),
    ),
    '',
    ...tableLines([['what did not fit', '', 'breaks', 'open', 'booked', 'remaining'], ...kinds], [2, 3, 4, 5]),
    '',
    ...countLines(parts),
    '',
    'The auditor, from the journals of the acquirer and the bank:',
    ...tableLines(checks, [1]),
    `${holding} of ${verify.results.length} invariants hold`,
    ...problems.slice(0, 20).map(problem => `WRONG  ${problem}`),
    ...(problems.length > 20 ? [`… and ${problems.length - 20} more`] : []),
    `Money that nothing explains: ${problems.length === 0 ? '0' : 'see above'}.  ${seconds.toFixed(0)} s: ${timesOf(spent)}`,
  ]
}

/** Where the seconds went, besides starting and stopping the system. */
const timesOf = (spent: MonthResult['spent']): string =>
  Object.entries(spent)
    .map(([part, seconds]) => `${part} ${seconds}`)
    .join(', ')

const countLines = ({ items, breaks, disputes, payouts }: MonthResult['parts']): string[] =>
  Object.entries({ items, breaks, disputes, payouts }).map(
    ([list, counts]) =>
      `${list}: ${Object.entries(counts)
        .map(each => each.join(' '))
        .join(', ')}`,
  )

function decimal(minor: number, currency: string): string {
  const exponent = currencyExponent(currency) ?? 0
  const digits = { minimumFractionDigits: exponent, maximumFractionDigits: exponent }
  // −0 is 0.
  return ((minor || 0) / 10 ** exponent).toLocaleString('en', digits)
}

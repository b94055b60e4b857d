/** Adds up the comparison of a control account with its subledger, page by page, as the API gives it. */
import type { ComparisonResult } from '../../../../shared/contracts/ledger-limits.ts'
import type { ComparisonView } from '../../../../shared/contracts/routes/compare-control.ts'

export type ComparedAccount = ComparisonView['accounts'][number]

export interface CurrencyTotals {
  currency: string
  ledger: bigint
  /** Null: of some account it is not known. */
  subledger: bigint | null
  underWay: bigint
  events: number
  /** The worst of its accounts. */
  result: ComparisonResult
}

export interface Totals {
  accountCount: number
  comparedAt: string
  currencies: CurrencyTotals[]
  /** Those that are not equal, the first of them. */
  differing: ComparedAccount[]
  differingCount: number
}

/** More are counted, not listed. */
export const LISTED_MAX = 50

const worstFirst: readonly ComparisonResult[] = ['unequal', 'not_told', 'too_many', 'under_way', 'equal']

export const noTotals: Totals = { accountCount: 0, comparedAt: '', currencies: [], differing: [], differingCount: 0 }

/** Both together. */
export function withPage(before: Totals, { accounts, comparedAt }: ComparisonView): Totals {
  const currencies = new Map(before.currencies.map(each => [each.currency, each]))
  for (const account of accounts) currencies.set(account.currency, added(currencies.get(account.currency), account))
  const differing = accounts.filter(({ result }) => result !== 'equal')
  return {
    accountCount: before.accountCount + accounts.length,
    comparedAt,
    currencies: [...currencies.values()].sort((one, other) => (one.currency < other.currency ? -1 : 1)),
    differing: [...before.differing, ...differing].slice(0, LISTED_MAX),
    differingCount: before.differingCount + differing.length,
  }
}

function added(before: CurrencyTotals | undefined, account: ComparedAccount): CurrencyTotals {
  const { currency, ledger, subledger, underWay, result } = account
  const none: CurrencyTotals = { currency, ledger: 0n, subledger: 0n, underWay: 0n, events: 0, result: 'equal' }
  const known = before ?? none
  return {
    currency,
    ledger: known.ledger + BigInt(ledger),
    subledger: known.subledger === null || subledger === null ? null : known.subledger + BigInt(subledger),
    underWay: known.underWay + BigInt(underWay.amount),
    events: known.events + underWay.events,
    result: worstFirst.find(each => each === known.result || each === result)!,
  }
}

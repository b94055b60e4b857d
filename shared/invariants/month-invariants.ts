/** Invariants of months that are closed: what was written down stays what their entries add up to. */
import type { CheckResult, DatabaseInvariant } from './invariant.ts'
import { failed, holds, same } from './invariant.ts'

/** Minor units of any size. */
export interface MonthFigures {
  debits: bigint
  credits: bigint
}

/** A month that is closed, or that figures or the audit log call so, with what its entries add up to. */
export interface CheckedMonth {
  month: string
  /** Null: it has no row of its own. */
  closed: { knownUntilMs: number; entries: number; closedBy: string } | null
  /** Who closed it by the audit log. */
  auditedBy: readonly string[]
  /** Of whom the month names; null: there is no such operator. */
  closerRole: string | null
  foundEntries: number
  accounts: readonly { account: string; currency: string; kept: MonthFigures; found: MonthFigures }[]
}

const monthAfter = (month: string): string => {
  const [year, number] = month.split('-').map(Number)
  return new Date(Date.UTC(year!, number!, 1)).toISOString().slice(0, 7)
}

function* orderResults({ month, closed }: CheckedMonth, before: CheckedMonth | undefined): Generator<CheckResult> {
  if (before === undefined) return
  yield same(month, 'the month after the one before', monthAfter(before.month), month)
  const isLater = (closed?.knownUntilMs ?? 0) > (before.closed?.knownUntilMs ?? 0)
  yield holds(isLater, month, `was known until a moment that is not after that of ${before.month}`)
}

function* figureResults({ month, closed, foundEntries, accounts, ...by }: CheckedMonth): Generator<CheckResult> {
  yield same(month, 'who closed it by the audit log', by.auditedBy.join(), closed?.closedBy)
  yield same(month, 'the role of who closed it', by.closerRole, 'approver')
  yield same(month, 'the number of entries', closed?.entries, foundEntries)
  for (const { account, currency, kept, found } of accounts)
    yield same(`${month} ${account} ${currency}`, 'debits, credits', textOf(kept), textOf(found))
}

const textOf = ({ debits, credits }: MonthFigures): string => `${debits}, ${credits}`

/** In the order of the months. */
export async function* monthResults(months: AsyncIterable<CheckedMonth>): AsyncGenerator<CheckResult> {
  let before: CheckedMonth | undefined
  for await (const month of months) {
    if (month.closed === null) {
      yield failed(month.month, 'is not a closed month, and its figures or the audit log say that it is')
      continue
    }
    yield* orderResults(month, before)
    yield* figureResults(month)
    before = month
  }
}

const closedMonths = {
  name: 'closed-months',
  sentence:
    'Closed months follow each other without a gap, an approver closed each by the audit log, and what was written down is what its entries add up to.',
  async *checkTotals({ closedMonths }) {
    yield* monthResults(closedMonths())
  },
} as const satisfies DatabaseInvariant

export const monthInvariants = [closedMonths] as const

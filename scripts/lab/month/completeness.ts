/** What the month had of each kind, and what it lacked: a month that shows less than all of settlement is not a good one. */
import {
  type BreakClass,
  breakClasses,
  type DisputeState,
  disputeStates,
  type ItemType,
  itemTypes,
} from '../../../shared/contracts/lists.ts'
import type { MonthFacts } from './auditor/facts.ts'

export interface MonthParts {
  items: Record<ItemType, number>
  breaks: Record<BreakClass, number>
  disputes: Record<DisputeState, number>
  /** Payouts that the bank refused, and those that came back. */
  payouts: Record<'FAILED' | 'RETURNED', number>
  /** On weekdays while something was sold. */
  holidays: string[]
}

export const partsOf = (
  { items, breaks, disputes, payouts }: Pick<MonthFacts, 'items' | 'breaks' | 'disputes' | 'payouts'>,
  holidays: string[],
): MonthParts => ({
  items: countsOf(itemTypes, items, ({ type }) => type),
  breaks: countsOf(breakClasses, breaks, each => each.class),
  disputes: countsOf(disputeStates, disputes, ({ state }) => state),
  payouts: countsOf(['FAILED', 'RETURNED'], payouts, ({ state }) => state),
  holidays,
})

function countsOf<Kind extends string, Row>(
  kinds: readonly Kind[],
  rows: readonly Row[],
  kindOf: (row: Row) => string,
): Record<Kind, number> {
  const counts = kinds.map(kind => [kind, rows.filter(row => kindOf(row) === kind).length])
  return Object.fromEntries(counts) as Record<Kind, number>
}

/** What it had none of. */
export function lackingIn({ items, breaks, disputes, payouts, holidays }: MonthParts): string[] {
  const noneOf = (counts: Record<string, number>, what: string) =>
    Object.keys(counts)
      .filter(kind => counts[kind] === 0)
      .map(kind => `${what} ${kind}`)
  return [
    ...noneOf(items, 'item'),
    ...noneOf(breaks, 'break'),
    ...noneOf(disputes, 'dispute'),
    ...noneOf(payouts, 'payout'),
    ...(holidays.length === 0 ? ['holiday on a weekday'] : []),
  ]
}

/** Compares a control account with its subledger, some accounts at a time. */
import { COMPARED_ACCOUNTS, type ComparedControl, type ComparisonResult } from '../contracts/ledger-limits.ts'
import type { ComparisonView } from '../contracts/routes/compare-control.ts'
import type { Clock } from '../payments/ports.ts'
import type { AccountKey, ComparedAccount, ControlBooks } from './ports.ts'
import { cursorOf } from './read-balances.ts'

export interface ComparePorts {
  controlBooks: ControlBooks
  clock: Pick<Clock, 'nowMs'>
}

/** Entries of payments from before settlement began have no items and no expectations. */
const SETTLED: readonly ComparedControl[] = ['merchant_payable', 'acquirer_receivable']

/** The accounts after this one. Throws DependencyUnavailableError. */
export async function compareControl(
  { controlBooks, clock }: ComparePorts,
  control: ComparedControl,
  after: AccountKey | undefined,
): Promise<ComparisonView> {
  const comparedAt = new Date(clock.nowMs()).toISOString()
  const { accounts, hasMore, settledFromMs } = await controlBooks.compare(control, after, COMPARED_ACCOUNTS)
  const mayLackItems = settledFromMs > 0 && SETTLED.includes(control)
  const last = accounts.at(-1)
  return {
    control,
    comparedAt,
    accounts: accounts.map(each => comparisonOf(each, mayLackItems)),
    nextCursor: hasMore && last !== undefined ? cursorOf(last) : null,
  }
}

const comparisonOf = (compared: ComparedAccount, mayLackItems: boolean): ComparisonView['accounts'][number] => {
  const { account, currency, ledgerMinor, subledgerMinor, underWay } = compared
  return {
    account,
    currency,
    ledger: String(ledgerMinor),
    subledger: subledgerMinor === undefined ? null : String(subledgerMinor),
    underWay: {
      amount: String(underWay.amountMinor),
      events: underWay.events,
      since: underWay.sinceMs === undefined ? null : new Date(underWay.sinceMs).toISOString(),
    },
    result: resultOf(compared, mayLackItems),
  }
}

function resultOf({ ledgerMinor, subledgerMinor, underWay }: ComparedAccount, mayLackItems: boolean): ComparisonResult {
  if (subledgerMinor === undefined) return 'too_many'
  const difference = ledgerMinor - subledgerMinor
  if (difference === 0n) return 'equal'
  if (difference === underWay.amountMinor) return 'under_way'
  return mayLackItems ? 'not_told' : 'unequal'
}

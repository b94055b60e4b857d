/** Holds the invariants of `verify` against a world, as far as it has what they look at. */
import { judge } from '../../../../shared/invariants/judge.ts'
import { STANDARD_TERMS } from '../../../operate/verify/settle.ts'
import { openSnapshot } from '../../../operate/verify/snapshot.ts'

/** Besides those of reconciliation: a world has expectations, entries and payouts, but payments and items of disputes alone. */
const ALSO = ['receivable-is-expected', 'payout-paid-by-line', 'item-without-payment']
const isJudged = (group: string, name: string): boolean =>
  group === 'Reconciliation' || ALSO.includes(name) || name.startsWith('dispute')

/** What is broken, in words. Nothing publishes the events of a world. */
export async function checkInvariants(databaseUrl: string): Promise<string[]> {
  const snapshot = await openSnapshot(databaseUrl)
  try {
    const nowMs = Date.now()
    const clock = { nowMs, virtualNowMs: nowMs, graceMs: Number.POSITIVE_INFINITY, settlementDefaults: STANDARD_TERMS }
    const { results } = await judge(snapshot, clock)
    const broken = results.filter(({ ok, group, name }) => !ok && isJudged(group, name))
    return broken.map(({ name, failed, rows: [first] }) => `${name}: ${failed} rows, ${first!.row} ${first!.problem}`)
  } finally {
    await snapshot.close()
  }
}

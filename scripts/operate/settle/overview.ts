/** What merchants are owed and is in no batch yet. */
import { heldPayouts } from '../../../shared/settlement/cancel-held.ts'
import type { Payout, SettlementBatch } from '../../../shared/settlement/ports.ts'
import type { OpenSum } from '../../../shared/stores/settlement-items.ts'
import { writeJson } from '../../terminal/json.ts'
import { printable } from '../../terminal/printable.ts'
import { tableLines } from '../../terminal/table.ts'
import type { SettleAction } from './settle-action.ts'

const ROWS_MAX = 200

export const overview: SettleAction = {
  changes: false,
  wordsMax: 0,
  flags: ['json'],
  async run({ ports, flags: { json } }) {
    await ports.clock.catchUp()
    const sums = await ports.items.openSums(ROWS_MAX + 1)
    const held = await heldPayouts(ports, 'APPROVED', ports.clock.virtualNowMs())
    const usedUp = await ports.batches.listUsedUp(ROWS_MAX)
    writeJson(json, sums.slice(0, ROWS_MAX))
    const lines = [...overviewLines(sums), ...heldLines(held), ...usedUpLines(usedUp)]
    if (json !== true) for (const line of lines) console.log(printable(line))
    return 0
  },
}

/** `sums`: one more than are shown, when there are more. */
export function overviewLines(sums: readonly OpenSum[]): string[] {
  if (sums.length === 0) return ['Nobody is owed anything that is in no batch.']
  const rows = sums
    .slice(0, ROWS_MAX)
    .map(({ merchantId, currency, itemCount, netMinor, nextDueOn, undatedCount }) => [
      ...[merchantId, currency, String(netMinor), String(itemCount), nextDueOn ?? '-'],
      undatedCount === 0 ? '' : `${undatedCount} without a due date: load the year, npm run settle -- calendar`,
    ])
  const lines = tableLines([['merchant', 'currency', 'net (minor units)', 'items', 'next due', ''], ...rows], [2, 3])
  return sums.length > ROWS_MAX ? [...lines, `… and more; these are the first ${ROWS_MAX}`] : lines
}

/** Payouts that go to the bank although their merchant is held, or has another account: somebody approved them before. */
export const heldLines = (payouts: readonly Payout[]): string[] =>
  payouts.map(
    ({ payoutId, merchantId, currency, amountMinor }) =>
      `${merchantId} is held or has another account, and ${payoutId} (${amountMinor} ${currency}) is approved: npm run settle -- cancel ${payoutId}`,
  )

/** Batches that nothing pays any more. */
export const usedUpLines = (
  batches: readonly Pick<SettlementBatch, 'batchId' | 'merchantId' | 'currency' | 'netMinor'>[],
): string[] =>
  batches.map(
    ({ batchId, merchantId, currency, netMinor }) =>
      `${batchId} of ${merchantId} (${netMinor} ${currency}) has used up its payouts: npm run settle -- payouts ${batchId} says why, -- retry ${batchId} allows another`,
  )

/** Batches of merchants, the newest first, and what became of them. */
import type { SettlementBatch } from '../../../shared/settlement/ports.ts'
import { writeJson } from '../../terminal/json.ts'
import { printable } from '../../terminal/printable.ts'
import { tableLines } from '../../terminal/table.ts'
import type { SettleAction } from './settle-action.ts'

/** One more than are shown says that there are more. */
const ROWS_MAX = 100

export const batches: SettleAction = {
  changes: false,
  wordsMax: 1,
  flags: ['json'],
  async run({ ports, words, flags: { json } }) {
    const found = await ports.batches.listNewest(words[0], ROWS_MAX + 1)
    writeJson(json, found.slice(0, ROWS_MAX))
    if (json !== true) for (const line of batchLines(found)) console.log(printable(line))
    return 0
  },
}

export function batchLines(found: readonly SettlementBatch[]): string[] {
  if (found.length === 0) return ['There is no batch.']
  const rows = found
    .slice(0, ROWS_MAX)
    .map(batch => [
      ...[batch.batchId, batch.merchantId, batch.currency, batch.periodEnd, batch.dueOn, batch.state],
      ...[String(batch.itemCount), String(batch.netMinor)],
    ])
  const heads = ['batch', 'merchant', 'currency', 'period to', 'due', 'state', 'items', 'net (minor units)']
  const lines = tableLines([heads, ...rows], [6, 7])
  return found.length > ROWS_MAX ? [...lines, `… and more; these are the newest ${ROWS_MAX}`] : lines
}

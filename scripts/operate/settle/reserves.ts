/** What is held of merchants, the newest first. */
import type { ReserveHold } from '../../../shared/settlement/ports.ts'
import { writeJson } from '../../terminal/json.ts'
import { printable } from '../../terminal/printable.ts'
import { tableLines } from '../../terminal/table.ts'
import type { SettleAction } from './settle-action.ts'

/** One more than are shown says that there are more. */
const ROWS_MAX = 100

export const reserves: SettleAction = {
  changes: false,
  wordsMax: 1,
  flags: ['json'],
  async run({ ports, words, flags: { json } }) {
    const found = await ports.reserves.listOpen(words[0], ROWS_MAX + 1)
    writeJson(json, found.slice(0, ROWS_MAX))
    if (json !== true) for (const line of reserveLines(found)) console.log(printable(line))
    return 0
  },
}

export function reserveLines(found: readonly ReserveHold[]): string[] {
  if (found.length === 0) return ['Nothing is held.']
  const rows = found
    .slice(0, ROWS_MAX)
    .map(({ holdId, merchantId, currency, batchId, amountMinor, releasedMinor, usedMinor, releaseOn }) => [
      ...[holdId, merchantId, currency, batchId, releaseOn ?? 'year not loaded'],
      ...[String(amountMinor), String(amountMinor - releasedMinor - usedMinor)],
    ])
  const heads = ['reserve', 'merchant', 'currency', 'held by', 'released on', 'amount (minor units)', 'held']
  const lines = tableLines([heads, ...rows], [5, 6])
  return found.length > ROWS_MAX ? [...lines, `… and more; these are the newest ${ROWS_MAX}`] : lines
}

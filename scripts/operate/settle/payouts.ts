/** Payouts, those of a batch or the newest of all, and the files that they are in. */
import type { Payout, PayoutFile } from '../../../shared/settlement/ports.ts'
import { writeJson } from '../../terminal/json.ts'
import { printable } from '../../terminal/printable.ts'
import { tableLines } from '../../terminal/table.ts'
import type { SettleAction } from './settle-action.ts'

/** One more than are shown says that there are more. */
const ROWS_MAX = 100

export const payouts: SettleAction = {
  changes: false,
  wordsMax: 1,
  flags: ['json'],
  async run({ ports, words, flags: { json } }) {
    const found = await ports.payouts.listNewest(words[0], ROWS_MAX + 1)
    writeJson(json, found.slice(0, ROWS_MAX))
    if (json !== true) for (const line of payoutLines(found)) console.log(printable(line))
    return 0
  },
}

export const files: SettleAction = {
  changes: false,
  wordsMax: 0,
  flags: ['json'],
  async run({ ports, flags: { json } }) {
    const found = await ports.payoutFiles.listNewest(ROWS_MAX + 1)
    writeJson(json, found.slice(0, ROWS_MAX))
    if (json !== true) for (const line of fileLines(found)) console.log(printable(line))
    return 0
  },
}

export function payoutLines(found: readonly Payout[]): string[] {
  if (found.length === 0) return ['There is no payout.']
  const rows = found
    .slice(0, ROWS_MAX)
    .map(payout => [
      ...[payout.payoutId, payout.merchantId, payout.currency, String(payout.amountMinor), payout.state],
      ...[String(payout.attempt), payout.fileId ?? '-', payout.failure ?? ''],
    ])
  const heads = ['payout', 'merchant', 'currency', 'minor units', 'state', 'attempt', 'file', '']
  return more(tableLines([heads, ...rows], [3, 5]), found)
}

export function fileLines(found: readonly PayoutFile[]): string[] {
  if (found.length === 0) return ['There is no payout file.']
  const rows = found
    .slice(0, ROWS_MAX)
    .map(file => [
      ...[file.fileId, file.executeOn, file.currency, String(file.payoutCount), String(file.totalMinor), file.state],
      ...[file.approvedBy ?? '-', file.failure ?? ''],
    ])
  const heads = ['file', 'for', 'currency', 'payouts', 'minor units', 'state', 'approved by', '']
  return more(tableLines([heads, ...rows], [3, 4]), found)
}

const more = (lines: string[], found: readonly unknown[]): string[] =>
  found.length > ROWS_MAX ? [...lines, `… and more; these are the newest ${ROWS_MAX}`] : lines

/** How many files are in which state, what was rejected, and who sends files. */
import type { ReconFileState } from '../../../shared/contracts/lists.ts'
import { type AgedTransfer, openTransfers } from '../../../shared/reconciliation/open-transfers.ts'
import type { ReconFile, ReconSource } from '../../../shared/reconciliation/ports.ts'
import { writeJson } from '../../terminal/json.ts'
import { printable } from '../../terminal/printable.ts'
import { tableLines } from '../../terminal/table.ts'
import type { ReconAction } from './recon-action.ts'

const REJECTED_MAX = 20

export interface FileCount {
  sourceId: string
  state: ReconFileState
  count: number
}

export const overview: ReconAction = {
  changes: false,
  wordsMax: 0,
  flags: ['json'],
  async run({ ports, flags: { json } }) {
    const counts = await ports.reconFiles.countByState()
    const rejected = await ports.reconFiles.listByState(['REJECTED'], REJECTED_MAX)
    const transfers = await openTransfers(ports)
    writeJson(json, { counts, rejected, transfers })
    const lines = [...overviewLines(counts, rejected), ...transferLines(transfers)]
    if (json !== true) for (const line of lines) console.log(printable(line))
    return 0
  },
}

export function overviewLines(counts: readonly FileCount[], rejected: readonly ReconFile[]): string[] {
  if (counts.length === 0) return ['No file has come yet.']
  const rows = counts.map(({ sourceId, state, count }) => [sourceId, state, String(count)])
  const reasons = rejected.map(({ fileId, name, failure }) => `${fileId} ${name}: ${failure}`)
  const wrong = reasons.length === 0 ? [] : ['', 'Rejected, nothing of them counts:', ...reasons]
  return [...tableLines([['source', 'state', 'files'], ...rows], [2]), ...wrong]
}

/** What of cash_in_transit is ours. */
export function transferLines(transfers: readonly AgedTransfer[]): string[] {
  if (transfers.length === 0) return []
  const rows = transfers.map(({ reference, currency, amountMinor, sourceId, bookedOn, isLate }) => [
    ...[reference, sourceId, bookedOn, currency, String(amountMinor), isLate ? 'late' : ''],
  ])
  const heads = ['reference', 'source', 'day', 'currency', 'amount', '']
  return ['', 'Transfers of ours of which one line has come:', ...tableLines([heads, ...rows], [4])]
}

export const sources: ReconAction = {
  changes: false,
  wordsMax: 0,
  flags: ['json'],
  async run({ ports, flags: { json } }) {
    const found = await ports.reconSources.list()
    writeJson(json, found)
    if (json !== true) for (const line of sourceLines(found)) console.log(printable(line))
    return 0
  },
}

export function sourceLines(found: readonly ReconSource[]): string[] {
  const rows = found.map(source => [
    ...[source.sourceId, source.profile, source.bankAccount ?? '-', source.account ?? '-'],
    ...[source.profile === 'camt-053' ? source.reversalRule : '-', source.timezone, source.calendar],
    ...[source.earlyDays, source.slaDays, source.toleranceMinor].map(String),
  ])
  const heads = ['source', 'profile', "bank's account", 'account', 'RvslInd', 'time zone', 'calendar']
  return tableLines([[...heads, 'early days', 'SLA days', 'tolerance'], ...rows], [7, 8, 9])
}

/** What moved on an account as a CSV file for spreadsheets: fetched part by part, with the balance before it and after each entry. */
import { guarded, majorUnits } from '../../../../shared/contracts/csv-cells.ts'
import type { ExportView } from '../../../../shared/contracts/routes/export-entries.ts'
import { aheadOf } from './virtual-entries.ts'

export interface CsvWords {
  recorded: string
  occurred: string
  /** Of the same column, where it has times of a clock that was ahead. */
  occurredVirtual: string
  type: string
  counterAccount: string
  debit: string
  credit: string
  balance: string
  currency: string
  payment: string
  subject: string
  event: string
  entry: string
  opening: string
}

const COLUMNS = [
  ...(['recorded', 'occurred', 'type', 'counterAccount', 'debit', 'credit', 'balance', 'currency'] as const),
  ...(['payment', 'subject', 'event', 'entry'] as const),
]

/** Gives a part after another until the time is over. */
export type AskPart = (cursor: string | undefined) => Promise<ExportView>

export type Exported = { kind: 'too_many'; entryCount: number } | { kind: 'file'; text: string; entryCount: number }

/** Asks for one part after the other. `progress` is told how many entries there are so far, of how many. Rejects as `ask` does. */
export async function exportCsv(
  ask: AskPart,
  words: CsvWords,
  progress: (done: number, all: number) => void,
): Promise<Exported> {
  const rows: string[][] = []
  let isVirtual = false
  let cursor: string | undefined
  do {
    const part = await ask(cursor)
    if (part.tooMany) return { kind: 'too_many', entryCount: part.entryCount }
    if (cursor === undefined) rows.push(openingRow(part, words))
    for (const entry of part.entries) rows.push(entryRow(entry))
    isVirtual ||= part.entries.some(entry => aheadOf(entry).virtualAheadMs > 0)
    progress(rows.length - 1, part.entryCount)
    cursor = part.nextCursor ?? undefined
  } while (cursor !== undefined)
  return { kind: 'file', text: csvOf([headRow(words, isVirtual), ...rows]), entryCount: rows.length - 1 }
}

const headRow = (words: CsvWords, isVirtual: boolean): string[] =>
  COLUMNS.map(column => words[column === 'occurred' && isVirtual ? 'occurredVirtual' : column])

const openingRow = ({ from, currency, openingBalance }: ExportView, { opening }: CsvWords): string[] => {
  const balance = majorUnits(BigInt(openingBalance), currency)
  return [from, '', opening, '', '', '', balance, currency, '', '', '', '']
}

function entryRow(entry: ExportView['entries'][number]): string[] {
  const { recordedAt, occurredAt, type, counterAccount, side, amount, balance, currency } = entry
  const moved = majorUnits(BigInt(amount), currency)
  const [debit, credit] = side === 'debit' ? [moved, ''] : ['', moved]
  const amounts = [debit, credit, majorUnits(BigInt(balance), currency)]
  const ids = [entry.paymentId ?? '', entry.subjectId ?? '', entry.eventId, entry.entryId]
  return [recordedAt, occurredAt, guarded(type), guarded(counterAccount), ...amounts, currency, ...ids.map(guarded)]
}

/** With a byte order mark, so that a spreadsheet reads it as UTF-8. */
const csvOf = (rows: readonly (readonly string[])[]): string =>
  `\uFEFF${rows.map(row => `${row.map(quoted).join(',')}\r\n`).join('')}`

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

/** A name that every file system takes. */
export const fileNameOf = (account: string, currency: string, days: string): string =>
  `${account.replaceAll(/[^\w.-]/g, '_')}-${currency}-${days}.csv`

/** The entries of some days as CSV, written as they are read. */
import type { Journal, Span } from '../../../shared/books/ports.ts'
import { AccountTotals, journalEntries } from '../../../shared/books/read-journal.ts'
import type { Language } from '../../../shared/contracts/errors.ts'
import { addDays, dayEndsAtMs } from '../../../shared/domain/business-days.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { printable } from '../../terminal/printable.ts'
import { tableLines } from '../../terminal/table.ts'
import { majorUnits, writeCsv } from '../csv.ts'
import type { BooksAction } from './books-action.ts'
import { entryCells, journalHeads, totalRows } from './journal-csv.ts'

export const TIMEZONE = 'Asia/Seoul'

export const journal: BooksAction = {
  changes: false,
  wordsMax: 0,
  flags: ['from', 'to', 'timezone', 'account', 'out', 'lang'],
  async run({ ports, flags: { from, to = from, timezone = TIMEZONE, account, out, lang = 'en' } }) {
    if (from === undefined || to === undefined) throw new WrongArguments('journal wants --from, and --to.')
    if (to < from) throw new WrongArguments('--to is before --from.')
    const totals = new AccountTotals()
    const wanted = { span: spanOf(from, to, timezone), account, timezone, language: lang }
    await writeCsv(journalRows(ports.journal, wanted, totals), out)
    if (out === undefined) return 0
    console.log(printable(`${out}: ${totals.entryCount} entries, ${from} to ${to} in ${timezone}.`))
    for (const line of totalLines(totals)) console.log(printable(line))
    return 0
  },
}

/** From the beginning of the one day to the end of the other, both as long as they are there. */
export function spanOf(from: string, to: string, timezone: string): Span {
  const rule = { timezone, cutoff: '24:00' }
  return { fromMs: dayEndsAtMs(addDays(from, -1), rule), toMs: dayEndsAtMs(to, rule) }
}

export interface WantedJournal {
  span: Span
  account: string | undefined
  timezone: string
  language: Language
}

/** Every row, the heads first. Adds each entry to `totals`, which are the last rows. */
export async function* journalRows(
  source: Journal,
  { span, account, timezone, language }: WantedJournal,
  totals: AccountTotals,
): AsyncGenerator<readonly string[]> {
  yield journalHeads[language]
  for await (const entry of journalEntries(source, span, account)) {
    totals.add(entry)
    yield entryCells(entry, timezone)
  }
  yield* totalRows(totals.list(), totals.sums(), language)
}

/** Beyond this, a terminal is no place for them: the file has them all. */
const LINES_MAX = 100

export function totalLines(totals: AccountTotals): string[] {
  const accounts = totals.list()
  const rows = [...accounts.slice(0, LINES_MAX), ...totals.sums().map(sum => ({ ...sum, account: 'all accounts' }))]
  const cells = rows.map(({ account, currency, debitsMinor, creditsMinor }) => [
    ...[account, currency, majorUnits(debitsMinor, currency), majorUnits(creditsMinor, currency)],
    majorUnits(debitsMinor - creditsMinor, currency),
  ])
  const lines =
    cells.length === 0 ? [] : tableLines([['account', 'currency', 'debits', 'credits', 'balance'], ...cells], [2, 3, 4])
  return accounts.length > LINES_MAX ? [...lines, `… and ${accounts.length - LINES_MAX} accounts more`] : lines
}

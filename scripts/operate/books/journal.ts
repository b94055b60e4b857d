/** The entries of some days, or of a month of the books, as CSV, written as they are read. */
import { BOOKS_TIMEZONE, entriesOfMonth, monthEntries } from '../../../shared/books/month-entries.ts'
import type { AccountTotal, Journal, JournalEntry, Span } from '../../../shared/books/ports.ts'
import { AccountTotals, journalEntries } from '../../../shared/books/read-journal.ts'
import type { Language } from '../../../shared/contracts/errors.ts'
import { addDays, dayEndsAtMs } from '../../../shared/domain/business-days.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { printable } from '../../terminal/printable.ts'
import { tableLines } from '../../terminal/table.ts'
import { majorUnits, writeCsv } from '../csv.ts'
import type { BooksAction, BooksInput } from './books-action.ts'
import { entryCells, journalHeads, totalRows } from './journal-csv.ts'

export const TIMEZONE = BOOKS_TIMEZONE

export const journal: BooksAction = {
  changes: false,
  wordsMax: 0,
  flags: ['from', 'to', 'month', 'timezone', 'account', 'out', 'lang'],
  async run({ ports, flags: { from, to = from, month, timezone = TIMEZONE, account, out, lang = 'en' } }) {
    const days = { from, to, timezone, month }
    const { entries, name, figures } =
      month === undefined ? ofDays(ports.journal, days, account) : await ofMonth(ports, days, account)
    const totals = new AccountTotals()
    await writeCsv(journalRows(entries, { timezone, language: lang }, totals), out)
    if (out !== undefined) {
      console.log(printable(`${out}: ${totals.entryCount} entries, ${name}.`))
      for (const line of totalLines(totals)) console.log(printable(line))
    }
    if (figures === undefined || saysTheSame(totals.list(), figures)) return 0
    console.error(
      printable(`The entries of ${month} are not what was written down when it was closed: see npm run verify.`),
    )
    return 1
  },
}

interface Days {
  from: string | undefined
  to: string | undefined
  timezone: string
  month: string | undefined
}

interface WantedEntries {
  entries: AsyncIterable<JournalEntry>
  /** What they are, for the terminal. */
  name: string
  /** Of a month that is closed, and of all accounts: what they must add up to. */
  figures?: AccountTotal[] | undefined
}

function ofDays(journal: Journal, { from, to, timezone }: Days, account: string | undefined): WantedEntries {
  if (from === undefined || to === undefined) throw new WrongArguments('journal wants --from, and --to; or --month.')
  if (to < from) throw new WrongArguments('--to is before --from.')
  const entries = journalEntries(journal, spanOf(from, to, timezone), account)
  return { entries, name: `${from} to ${to} in ${timezone}` }
}

async function ofMonth(
  { journal, closedMonths, clock }: BooksInput['ports'],
  { from, to, timezone, month = '' }: Days,
  account: string | undefined,
): Promise<WantedEntries> {
  if (from !== undefined || to !== undefined || timezone !== TIMEZONE)
    throw new WrongArguments(`--month goes without --from, --to and --timezone: months are those of ${TIMEZONE}.`)
  const all = await closedMonths.list()
  const entries = monthEntries(journal, entriesOfMonth(all, month, clock.nowMs()), account)
  const closed = all.find(each => each.month === month)
  if (closed === undefined) return { entries, name: `${month}, which is not closed: more may follow` }
  return {
    entries,
    name: `${month}, closed`,
    figures: account === undefined ? await closedMonths.figures(month) : undefined,
  }
}

/** Both by currency, then by account. */
const saysTheSame = (totals: readonly AccountTotal[], figures: readonly AccountTotal[]): boolean =>
  totals.map(textOf).join('\n') === figures.map(textOf).join('\n')

const textOf = ({ account, currency, debitsMinor, creditsMinor }: AccountTotal): string =>
  `${currency} ${account} ${debitsMinor} ${creditsMinor}`

/** From the beginning of the one day to the end of the other, both as long as they are there. */
export function spanOf(from: string, to: string, timezone: string): Span {
  const rule = { timezone, cutoff: '24:00' }
  return { fromMs: dayEndsAtMs(addDays(from, -1), rule), toMs: dayEndsAtMs(to, rule) }
}

/** Every row, the heads first. Adds each entry to `totals`, which are the last rows. */
export async function* journalRows(
  entries: AsyncIterable<JournalEntry>,
  { timezone, language }: { timezone: string; language: Language },
  totals: AccountTotals,
): AsyncGenerator<readonly string[]> {
  yield journalHeads[language]
  for await (const entry of entries) {
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

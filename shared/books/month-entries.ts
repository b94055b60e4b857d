/** Which entries are of a month: those of its days, as far as it was open then, and late ones of earlier days. */
import { addDays, periodEndOf, soldOn } from '../domain/business-days.ts'
import type { ClosedMonth, Journal, JournalEntry, Span } from './ports.ts'
import { journalPages, moves } from './read-journal.ts'
import { monthOf } from './total-fees.ts'

/** Where the months of the books begin and end. */
export const BOOKS_TIMEZONE = 'Asia/Seoul'

export interface MonthOfEntries {
  /** Its own days: virtual time. */
  days: Span
  /** An entry that was recorded from this on (real time) is not of it. */
  knownUntilMs: number
  /** Entries of earlier days that were recorded from this on (real time) are of it, too. Undefined: none are. */
  lateFromMs: number | undefined
}

/**
 * An entry is of the month of its day, or of the first month that was not closed when it was recorded, whichever is later. So each entry
 * is of one month. `nowMs` (real time): an open month has what was recorded before. `closed` are all months that are, in their order.
 */
export function entriesOfMonth(closed: readonly ClosedMonth[], month: string, nowMs: number): MonthOfEntries {
  const { span: days } = monthOf(month, BOOKS_TIMEZONE)
  const place = closed.findIndex(each => each.month === month)
  if (place >= 0)
    return { days, knownUntilMs: closed[place]!.knownUntilMs, lateFromMs: closed[place - 1]?.knownUntilMs }
  const last = closed.at(-1)
  const isFirstOpen = last !== undefined && monthAfter(last.month) === month
  return { days, knownUntilMs: nowMs, lateFromMs: isFirstOpen ? last.knownUntilMs : undefined }
}

export const monthAfter = (month: string): string => addDays(periodEndOf(`${month}-01`, 'M'), 1).slice(0, 7)

/** The month in which the moment lies: virtual time. */
export const monthAt = (atMs: number): string => soldOn(atMs, { timezone: BOOKS_TIMEZONE, cutoff: '24:00' }).slice(0, 7)

/** The late ones first, in the order of their ids, then those of its days in the order of happening; of the account, or of all. */
export async function* monthEntries(
  journal: Journal,
  of: MonthOfEntries,
  account?: string,
): AsyncGenerator<JournalEntry> {
  for await (const entry of lateEntries(journal, of)) if (moves(entry, account)) yield entry
  for await (const page of journalPages(journal, of.days))
    for (const entry of page) if (entry.recordedAtMs < of.knownUntilMs && moves(entry, account)) yield entry
}

/** Of earlier days. */
export async function* lateEntries(
  journal: Journal,
  { days, lateFromMs, knownUntilMs }: MonthOfEntries,
): AsyncGenerator<JournalEntry> {
  if (lateFromMs === undefined) return
  yield* journal.lateEntries({ fromMs: lateFromMs, toMs: knownUntilMs }, days.fromMs)
}

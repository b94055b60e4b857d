/** Closes a month of the books: writes down what each account was debited and credited in it, after which it takes no entry. */
import type { InvariantRun } from '../contracts/invariant-runs.ts'
import { type Clock, DuplicateKeyError, type SeparateTransactions } from '../payments/ports.ts'
import type { AuditEntry, AuditLog } from '../settlement/ports.ts'
import {
  BOOKS_TIMEZONE,
  entriesOfMonth,
  lateEntries,
  type MonthOfEntries,
  monthAfter,
  monthAt,
} from './month-entries.ts'
import type {
  AccountTotal,
  CheckedPayments,
  ClosedMonth,
  ClosedMonths,
  ClosingFacts,
  Journal,
  JournalEntry,
} from './ports.ts'
import { AccountTotals, journalPages } from './read-journal.ts'
import { monthOf } from './total-fees.ts'

export interface CloseMonthPorts {
  transactions: SeparateTransactions
  journal: Journal
  closedMonths: ClosedMonths
  closingFacts: ClosingFacts
  invariantRuns: CheckedPayments
  auditLog: AuditLog
  clock: Clock
}

/** What stands against closing a month. `named`: some of them. */
export type WhyNotClosed =
  /** There is no entry up to its end, and no month was closed before. */
  | { reason: 'no_entries' }
  | { reason: 'closed' }
  /** It lies before the first month that was closed. */
  | { reason: 'passed'; firstMonth: string }
  /** An earlier one has to be closed first: this one. */
  | { reason: 'earlier_first'; earlier: string }
  /** It can be closed from then on: virtual time. */
  | { reason: 'not_over'; fromMs: number }
  | { reason: 'events_wait'; named: string[] }
  | { reason: 'events_unread'; named: string[] }
  | { reason: 'files_wait'; named: string[] }
  /** Entries of its days were recorded in the last minute, and others may still come: real time. */
  | { reason: 'too_soon'; waitMs: number }
  | { reason: 'not_checked'; found: 'no_pass' | 'failed' | 'too_old' }

export type Closing =
  | { kind: 'closed'; closed: ClosedMonth; totals: AccountTotals }
  | ({ kind: 'refused' } & WhyNotClosed)

/** Virtual time. */
const OVER_FOR_MS = 24 * 60 * 60_000
/** Real time. No transaction is open for so long: what was recorded earlier can be read. */
export const KNOWN_AFTER_MS = 60_000
/** As the judge of payments: what is younger has not failed. */
const GRACE_MS = 60_000
const WAITING_EVENTS_MAX = 1_000
/** What a refusal names. */
const NAMED_MAX = 10

/**
 * Reads all its entries and keeps a sum an account; nothing is locked while it reads. The month, its figures and the row of the audit log
 * are one transaction; of two at once one is refused. Throws DependencyUnavailableError.
 */
export async function closeMonth(
  ports: CloseMonthPorts,
  month: string,
  by: Pick<AuditEntry, 'actor' | 'reason'>,
): Promise<Closing> {
  await ports.clock.catchUp()
  const earlier = await ports.closedMonths.list()
  const against = (await outOfTurn(ports, earlier, month)) ?? (await whatWaits(ports, month))
  if (against !== undefined) return { kind: 'refused', ...against }
  const of = entriesOfMonth(earlier, month, ports.clock.nowMs() - KNOWN_AFTER_MS)
  const found = await readMonth(ports, of)
  const untilMs = earlier.at(-1)?.knownUntilMs ?? 0
  const doubt = doubtOf(found, of, untilMs) ?? (await notChecked(ports, of, found.lastRecordedMs))
  if (doubt !== undefined) return { kind: 'refused', ...doubt }
  return writeDown(ports, { month, knownUntilMs: of.knownUntilMs }, found.totals, by)
}

/** Months are closed one after another, from that of the first entry on. */
async function outOfTurn(
  { closingFacts }: Pick<CloseMonthPorts, 'closingFacts'>,
  closed: readonly ClosedMonth[],
  month: string,
): Promise<WhyNotClosed | undefined> {
  if (closed.some(each => each.month === month)) return { reason: 'closed' }
  const [first, last] = [closed[0], closed.at(-1)]
  if (first !== undefined && month < first.month) return { reason: 'passed', firstMonth: first.month }
  const next = last === undefined ? await monthOfFirstEntry(closingFacts) : monthAfter(last.month)
  if (next === undefined || month < next) return { reason: 'no_entries' }
  return month > next ? { reason: 'earlier_first', earlier: next } : undefined
}

async function monthOfFirstEntry(closingFacts: ClosingFacts): Promise<string | undefined> {
  const firstMs = await closingFacts.firstEntryMs()
  return firstMs === undefined ? undefined : monthAt(firstMs)
}

async function whatWaits({ closingFacts, clock }: CloseMonthPorts, month: string): Promise<WhyNotClosed | undefined> {
  const { days, span } = monthOf(month, BOOKS_TIMEZONE)
  const fromMs = span.toMs + OVER_FOR_MS
  if (clock.virtualNowMs() < fromMs) return { reason: 'not_over', fromMs }
  const waiting = await closingFacts.listWaitingEvents(WAITING_EVENTS_MAX)
  // Of so many not all are looked at.
  const isBacklog = waiting.length === WAITING_EVENTS_MAX
  const events = waiting.filter(({ occurredAtMs }) => isBacklog || !(occurredAtMs >= span.toMs))
  if (events.length > 0) return { reason: 'events_wait', named: namesOf(events.map(({ eventId }) => eventId)) }
  const files = await closingFacts.listWaitingFiles(days.to)
  return files.length > 0 ? { reason: 'files_wait', named: namesOf(files) } : undefined
}

const namesOf = (all: readonly string[]): string[] => all.slice(0, NAMED_MAX)

interface ReadMonth {
  totals: AccountTotals
  /** Of the entries of its days; 0: there are none. */
  lastRecordedMs: number
  /** Events of which a consumer has something to book. */
  unread: string[]
}

/** Stops at the first events that were not read. */
async function readMonth(
  { journal, closingFacts }: Pick<CloseMonthPorts, 'journal' | 'closingFacts'>,
  of: MonthOfEntries,
): Promise<ReadMonth> {
  const read: ReadMonth = { totals: new AccountTotals(), lastRecordedMs: 0, unread: [] }
  for await (const entry of lateEntries(journal, of)) read.totals.add(entry)
  for await (const page of journalPages(journal, of.days)) {
    for (const entry of page) {
      read.lastRecordedMs = Math.max(read.lastRecordedMs, entry.recordedAtMs)
      if (entry.recordedAtMs < of.knownUntilMs) read.totals.add(entry)
    }
    const events = page.filter(isOfEvent).map(({ eventId }) => eventId)
    read.unread = events.length === 0 ? [] : await closingFacts.unreadOf(events)
    if (read.unread.length > 0) return read
  }
  return read
}

/** It is written with the event, and consumers book the rest. */
const isOfEvent = ({ type }: JournalEntry): boolean => type === 'capture' || type === 'refund'

/** `untilMs`: up to when the month before was known. */
function doubtOf(
  { unread, lastRecordedMs }: ReadMonth,
  { knownUntilMs }: MonthOfEntries,
  untilMs: number,
): WhyNotClosed | undefined {
  if (unread.length > 0) return { reason: 'events_unread', named: namesOf(unread) }
  const waitMs = Math.max(lastRecordedMs, untilMs) - knownUntilMs + 1
  return waitMs > 0 ? { reason: 'too_soon', waitMs } : undefined
}

/** Each payment of the month was judged when nothing of it could be on its way any more. */
async function notChecked(
  { invariantRuns, clock }: Pick<CloseMonthPorts, 'invariantRuns' | 'clock'>,
  { days }: MonthOfEntries,
  lastRecordedMs: number,
): Promise<WhyNotClosed | undefined> {
  const [last, pass] = [await invariantRuns.last(), await invariantRuns.lastComplete()]
  if (last === undefined || pass === undefined) return { reason: 'not_checked', found: 'no_pass' }
  if (!isGreen(last) || !isGreen(pass)) return { reason: 'not_checked', found: 'failed' }
  const endedMs = days.toMs - (clock.virtualNowMs() - clock.nowMs())
  const isOld = pass.passBeganAtMs < Math.max(endedMs, lastRecordedMs + GRACE_MS)
  return isOld ? { reason: 'not_checked', found: 'too_old' } : undefined
}

const isGreen = ({ failed, passFailed }: InvariantRun): boolean => failed === 0 && passFailed === 0

async function writeDown(
  { transactions, closedMonths, closingFacts, auditLog, clock }: CloseMonthPorts,
  { month, knownUntilMs }: Pick<ClosedMonth, 'month' | 'knownUntilMs'>,
  totals: AccountTotals,
  { actor, reason }: Pick<AuditEntry, 'actor' | 'reason'>,
): Promise<Closing> {
  const { entryCount } = totals
  const openBreaks = await closingFacts.countOpenBreaks()
  const by = { closedBy: actor, reason, closedAtMs: clock.nowMs() }
  const closed = { month, knownUntilMs, entryCount, openBreaks, ...by }
  const details = { entries: entryCount, knownUntil: new Date(knownUntilMs).toISOString(), openBreaks }
  try {
    await transactions.run('closed months', async tx => {
      await closedMonths.insert(tx, closed, totals.list())
      await auditLog.append(tx, { actor, action: 'month.closed', subject: month, reason, details })
    })
    return { kind: 'closed', closed, totals }
  } catch (error) {
    if (error instanceof DuplicateKeyError) return { kind: 'refused', reason: 'closed' }
    throw error
  }
}

/** What the account holds of the month in each currency: debits less credits. */
export const balancesOf = (
  account: string,
  figures: readonly AccountTotal[],
): { currency: string; balanceMinor: bigint }[] =>
  figures
    .filter(each => each.account === account)
    .map(({ currency, debitsMinor, creditsMinor }) => ({ currency, balanceMinor: debitsMinor - creditsMinor }))

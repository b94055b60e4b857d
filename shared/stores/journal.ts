/** Reads `ledger_entry` in the order in which the money moved. */
import type { Journal, JournalEntry, JournalPosition, Span } from '../books/ports.ts'
import { ulidTimeOf } from '../domain/ulid-time.ts'
import type { Database } from './database.ts'

interface JournalRow {
  entry_id: string
  entry_type: JournalEntry['type']
  debit_account: string
  credit_account: string
  amount: number
  currency: string
  payment_id: string | null
  subject_id: string | null
  event_id: string
  occurred_at: Date
  recorded_at: Date
}

const COLUMNS = `entry_id, entry_type, debit_account, credit_account, amount, currency, payment_id, subject_id, event_id, occurred_at,
  recorded_at`

/** Rows of one statement. */
const LATE_ROWS = 1_000
const DAY_MS = 24 * 60 * 60_000
/** An id has the time at which it was made, by the clock that says when the entry is recorded, a moment later. */
const APART_MS_MAX = DAY_MS

/** Sorts before every id that was made at this time or later. */
const idsFrom = (atMs: number): string => `led_${ulidTimeOf(atMs)}`

export class JournalTable implements Journal {
  readonly #database: Pick<Database, 'select'>

  constructor(database: Pick<Database, 'select'>) {
    this.#database = database
  }

  /** Reads the page and nothing else: what happened in the millisecond where the page before ended is read again. */
  async listEntries({ fromMs, toMs }: Span, limit: number, after?: JournalPosition): Promise<JournalEntry[]> {
    const from = new Date(after?.occurredAtMs ?? fromMs)
    const rows = await this.#database.select<JournalRow>(
      `SELECT ${COLUMNS} FROM ledger_entry
       WHERE occurred_at >= ? AND occurred_at < ? AND (occurred_at > ? OR entry_id > ?)
       ORDER BY occurred_at, entry_id LIMIT ?`,
      [from, new Date(toMs), from, after?.entryId ?? '', limit],
    )
    return rows.map(entryOf)
  }

  /**
   * No index is of the time of recording, and booking needs none: ids are about in its order. What was recorded is read a day at a time,
   * so that no statement takes long, however few of it are late.
   */
  async *lateEntries({ fromMs, toMs }: Span, happenedBeforeMs: number): AsyncGenerator<JournalEntry> {
    const endMs = toMs + APART_MS_MAX
    for (let dayMs = fromMs - APART_MS_MAX; dayMs < endMs; dayMs += DAY_MS) {
      const ids = { after: idsFrom(dayMs), before: idsFrom(Math.min(dayMs + DAY_MS, endMs)) }
      yield* this.#lateOf(ids, { fromMs, toMs }, happenedBeforeMs)
    }
  }

  async *#lateOf(ids: { after: string; before: string }, recorded: Span, happenedBeforeMs: number) {
    let after: string | undefined = ids.after
    do {
      const page: JournalRow[] = await this.#database.select<JournalRow>(
        `SELECT ${COLUMNS} FROM ledger_entry FORCE INDEX (PRIMARY)
         WHERE entry_id > ? AND entry_id < ? AND recorded_at >= ? AND recorded_at < ? AND occurred_at < ? ORDER BY entry_id LIMIT ?`,
        [after, ids.before, new Date(recorded.fromMs), new Date(recorded.toMs), new Date(happenedBeforeMs), LATE_ROWS],
      )
      yield* page.map(entryOf)
      after = page.at(LATE_ROWS - 1)?.entry_id
    } while (after !== undefined)
  }

  async listByEvents(eventIds: readonly string[]): Promise<JournalEntry[]> {
    const sql = `SELECT ${COLUMNS} FROM ledger_entry WHERE event_id IN (?)`
    return (await this.#database.select<JournalRow>(sql, [eventIds])).map(entryOf)
  }

  async firstCapturesMs(paymentIds: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.#database.select<{ payment_id: string; first_at: Date }>(
      `SELECT payment_id, MIN(occurred_at) AS first_at FROM ledger_entry
       WHERE payment_id IN (?) AND entry_type = 'capture' GROUP BY payment_id`,
      [paymentIds],
    )
    return new Map(rows.map(row => [row.payment_id, row.first_at.getTime()]))
  }
}

const entryOf = (row: JournalRow): JournalEntry => ({
  entryId: row.entry_id,
  type: row.entry_type,
  debitAccount: row.debit_account,
  creditAccount: row.credit_account,
  amountMinor: row.amount,
  currency: row.currency,
  paymentId: row.payment_id,
  subjectId: row.subject_id,
  eventId: row.event_id,
  occurredAtMs: row.occurred_at.getTime(),
  recordedAtMs: row.recorded_at.getTime(),
})

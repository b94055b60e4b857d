/** The SQL of what has steps of its own, a reserve, an invoice or a dispute: its rows a page at a time, and what stands under its events. */
import { entryOf, everyEvent, type Query } from './database-reader.ts'
import type { ItemRow } from './payment-history.ts'
import type { SubjectEntry } from './recon-history.ts'
import type { SubjectEvent } from './settlement-history.ts'
import { eventOf, placedItemOf } from './settlement-reader.ts'

// biome-ignore lint/suspicious/noExplicitAny: what a column holds is said by the migrations.
type Row = Record<string, any>

const PAGE_ROWS = 500

export interface Steps {
  /** In the order of their sequence. */
  events: SubjectEvent[]
  entries: SubjectEntry[]
  items: (ItemRow & { batchId: string | null; paymentId: string | null })[]
}

/** Pages of the rows of `select`, a statement up to its `FROM`, in the order of `key`. */
export async function* pagesOf(query: Query, select: string, key: string): AsyncGenerator<Row[]> {
  const name = key.split('.').at(-1)!
  for (let after = ''; ; ) {
    const rows = await query(`${select} WHERE ${key} > ? ORDER BY ${key} LIMIT ?`, [after, PAGE_ROWS])
    if (rows.length > 0) yield rows
    if (rows.length < PAGE_ROWS) return
    after = rows.at(-1)![name]
  }
}

/** Of each of these subjects, at least one: its events, and what stands under them. */
export async function readSteps(query: Query, subjectIds: string[]): Promise<(subject: string) => Steps> {
  const columns = 'event_id, topic, message_key, sequence, created_at, published_at'
  const found = await query(everyEvent(columns, 'message_key IN (?)'), [subjectIds, subjectIds])
  const events = found.map(eventOf).sort((one, other) => one.sequence - other.sequence)
  const ids = events.map(({ eventId }) => eventId)
  const entries = await rowsUnder(query, 'SELECT * FROM ledger_entry WHERE', ids)
  const items = await rowsUnder(query, 'SELECT * FROM settlement_item WHERE', ids)
  return subject => {
    const own = events.filter(({ subjectId }) => subjectId === subject)
    const under = (rows: Map<string, Row[]>) => own.flatMap(({ eventId }) => rows.get(eventId) ?? [])
    return {
      events: own,
      entries: under(entries).map(row => ({ ...entryOf(row), subjectId: row.subject_id })),
      items: under(items).map(row => ({ ...placedItemOf(row), paymentId: row.payment_id })),
    }
  }
}

/** By event; `select` is a statement up to and with its `WHERE`. */
export async function rowsUnder(query: Query, select: string, eventIds: string[]): Promise<Map<string, Row[]>> {
  if (eventIds.length === 0) return new Map()
  return Map.groupBy(await query(`${select} event_id IN (?)`, [eventIds]), row => String(row.event_id))
}

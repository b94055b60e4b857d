/** The SQL of the invariants of reserves and invoices, a page at a time. Never writes, never locks. */
import { entryOf, everyEvent, type Query } from './database-reader.ts'
import type { HoldHistory, InvoiceHistory } from './reserve-history.ts'
import { eventOf, placedItemOf } from './settlement-reader.ts'

// biome-ignore lint/suspicious/noExplicitAny: what a column holds is said by the migrations.
type Row = Record<string, any>

const PAGE_ROWS = 500

export class ReserveReader {
  readonly #rows: Query

  constructor(query: Query) {
    this.#rows = query
  }

  async *holds(): AsyncGenerator<HoldHistory> {
    for await (const rows of this.#pages('reserve_hold', 'hold_id')) {
      const steps = await this.#stepsOf(rows.map(row => row.hold_id))
      for (const row of rows) yield { ...holdOf(row), ...steps(row.hold_id) }
    }
  }

  async *invoices(): AsyncGenerator<InvoiceHistory> {
    for await (const rows of this.#pages('merchant_invoice', 'invoice_id')) {
      const steps = await this.#stepsOf(rows.map(row => row.invoice_id))
      for (const row of rows) yield { ...invoiceOf(row), ...steps(row.invoice_id) }
    }
  }

  async *#pages(table: string, key: string): AsyncGenerator<Row[]> {
    for (let after = ''; ; ) {
      const sql = `SELECT * FROM ${table} WHERE ${key} > ? ORDER BY ${key} LIMIT ?`
      const rows = await this.#rows(sql, [after, PAGE_ROWS])
      if (rows.length > 0) yield rows
      if (rows.length < PAGE_ROWS) return
      after = rows.at(-1)![key]
    }
  }

  /** Of each of these subjects: its events, and what stands under them. */
  async #stepsOf(subjectIds: string[]) {
    const columns = 'event_id, topic, message_key, sequence, created_at, published_at'
    const found = await this.#rows(everyEvent(columns, 'message_key IN (?)'), [subjectIds, subjectIds])
    const events = found.map(eventOf).sort((one, other) => one.sequence - other.sequence)
    const ids = events.map(({ eventId }) => eventId)
    const entries = await this.#ofEvents('ledger_entry', ids)
    const items = await this.#ofEvents('settlement_item', ids)
    return (subject: string) => {
      const own = events.filter(({ subjectId }) => subjectId === subject)
      const under = (rows: Map<string, Row[]>) => own.flatMap(({ eventId }) => rows.get(eventId) ?? [])
      return {
        events: own,
        entries: under(entries).map(row => ({ ...entryOf(row), subjectId: row.subject_id })),
        items: under(items).map(placedItemOf),
      }
    }
  }

  async #ofEvents(table: string, eventIds: string[]): Promise<Map<string, Row[]>> {
    if (eventIds.length === 0) return new Map()
    const rows = await this.#rows(`SELECT * FROM ${table} WHERE event_id IN (?)`, [eventIds])
    return Map.groupBy(rows, row => String(row.event_id))
  }
}

const holdOf = (row: Row) => ({
  holdId: row.hold_id,
  merchantId: row.merchant_id,
  currency: row.currency,
  batchId: row.batch_id,
  amount: row.amount,
  released: row.released,
  used: row.used,
  isOpen: row.is_open === 1,
  eventCount: row.event_count,
})

const invoiceOf = (row: Row) => ({
  invoiceId: row.invoice_id,
  merchantId: row.merchant_id,
  currency: row.currency,
  amount: row.amount,
  deducted: row.deducted,
  collected: row.collected,
  lost: row.lost,
  remaining: row.remaining,
  state: row.state,
  eventCount: row.event_count,
})

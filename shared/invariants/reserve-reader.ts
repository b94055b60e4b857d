/** The SQL of the invariants of reserves and invoices, a page at a time. Never writes, never locks. */
import type { Query } from './database-reader.ts'
import type { HoldHistory, InvoiceHistory } from './reserve-history.ts'
import { pagesOf, readSteps } from './subject-steps.ts'

// biome-ignore lint/suspicious/noExplicitAny: what a column holds is said by the migrations.
type Row = Record<string, any>

export class ReserveReader {
  readonly #query: Query

  constructor(query: Query) {
    this.#query = query
  }

  async *holds(): AsyncGenerator<HoldHistory> {
    for await (const rows of pagesOf(this.#query, 'SELECT * FROM reserve_hold', 'hold_id')) {
      const stepsOf = await readSteps(
        this.#query,
        rows.map(row => row.hold_id),
      )
      for (const row of rows) yield { ...holdOf(row), ...stepsOf(row.hold_id) }
    }
  }

  async *invoices(): AsyncGenerator<InvoiceHistory> {
    for await (const rows of pagesOf(this.#query, 'SELECT * FROM merchant_invoice', 'invoice_id')) {
      const stepsOf = await readSteps(
        this.#query,
        rows.map(row => row.invoice_id),
      )
      for (const row of rows) yield { ...invoiceOf(row), ...stepsOf(row.invoice_id) }
    }
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

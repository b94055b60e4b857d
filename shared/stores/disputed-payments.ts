/** What a dispute needs to know of a payment, and what it changes: `payment.disputed_amount`, which nobody else writes. */
import type { OperationState } from '../contracts/lists.ts'
import type { Transaction } from '../payments/ports.ts'
import type { DisputedCapture, DisputedPayments } from '../settlement/ports.ts'
import type { Database } from './database.ts'

interface CaptureRow {
  operation_id: string
  payment_id: string
  merchant_id: string
  currency: string
  state: OperationState
  remaining: number
  captured_from: Date | null
}

const OPERATIONS = 'payment_operation o FORCE INDEX (PRIMARY)'
const ARE_CAPTURES = "o.operation_id IN (?) AND o.kind = 'capture'"

/** Its own transaction writes the entry of a capture, so that the first one says when settlement of the payment begins. */
const CAPTURED_FROM = `(SELECT MIN(l.occurred_at) FROM ledger_entry l FORCE INDEX (ledger_entry_by_payment)
  WHERE l.payment_id = o.payment_id AND l.entry_type = 'capture')`

const captureOf = (row: CaptureRow): DisputedCapture => ({
  operationId: row.operation_id,
  paymentId: row.payment_id,
  merchantId: row.merchant_id,
  currency: row.currency,
  state: row.state,
  leftMinor: row.remaining,
  capturedFromMs: row.captured_from?.getTime() ?? null,
})

export class DisputedPaymentTables implements DisputedPayments {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async lockCaptures(tx: Transaction, operationIds: readonly string[]): Promise<DisputedCapture[]> {
    const named = await this.#database.select<{ payment_id: string }>(
      `SELECT DISTINCT o.payment_id FROM ${OPERATIONS} WHERE ${ARE_CAPTURES}`,
      [operationIds],
      tx,
    )
    if (named.length === 0) return []
    await this.#database.select(
      'SELECT payment_id FROM payment FORCE INDEX (PRIMARY) WHERE payment_id IN (?) ORDER BY payment_id FOR UPDATE',
      [named.map(row => row.payment_id)],
      tx,
    )
    // Only now: what was committed before the locks is seen, and nothing changes any more.
    const rows = await this.#database.select<CaptureRow>(
      `SELECT o.operation_id, o.payment_id, o.state, p.merchant_id, p.currency, ${CAPTURED_FROM} AS captured_from,
         p.captured_amount - p.refunded_amount - p.disputed_amount - COALESCE(r.amount, 0) AS remaining
       FROM ${OPERATIONS} STRAIGHT_JOIN payment p FORCE INDEX (PRIMARY) ON p.payment_id = o.payment_id
         LEFT JOIN payment_operation r ON r.operation_id = p.pending_operation_id AND r.kind = 'refund'
       WHERE ${ARE_CAPTURES}`,
      [operationIds],
      tx,
    )
    return rows.map(captureOf)
  }

  async addDisputed(tx: Transaction, paymentId: string, byMinor: number, atMs: number): Promise<void> {
    this.#database.writeLater(
      'UPDATE payment SET disputed_amount = disputed_amount + ?, updated_at = GREATEST(updated_at, ?) WHERE payment_id = ?',
      [byMinor, new Date(atMs), paymentId],
      tx,
    )
  }
}

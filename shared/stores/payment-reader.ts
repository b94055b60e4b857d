/** Reads payments for callers: with their entries, events and operations. */
import type { OperationKind, OperationState, PaymentStatus } from '../contracts/lists.ts'
import type { EventView } from '../contracts/payment.ts'
import type { OperationView } from '../contracts/routes/list-operations.ts'
import { inSequence } from '../domain/operation-order.ts'
import type { LedgerEntry, PaymentDetail, PaymentReader, UsedKey } from '../payments/ports.ts'
import type { Database, SqlValue } from './database.ts'
import { entryOf, LEDGER_COLUMNS, type LedgerRow } from './ledger.ts'
import { everyEvent } from './outbox.ts'
import { PAYMENT_COLUMNS, type PaymentRow, paymentOf } from './payments.ts'

export interface DetailRow extends PaymentRow {
  operation_kind: OperationKind | null
  operation_amount: number | null
  operation_created_at: Date | null
}

interface EventRow {
  event_id: string
  topic: string
  sequence: number
  created_at: Date
  published_at: Date | null
}

interface OperationRow {
  operation_id: string
  sequence: number | null
  kind: OperationKind
  state: OperationState
  amount: number
  currency: string
  decline_reason: string | null
  reason: string | null
  attempt: number
  next_attempt_at_ms: number
  created_at: Date
  finished_at: Date | null
}

interface KeyRow {
  operation_id: string | null
  payment_id: string | null
  kind: OperationKind | null
  canonical_request: string | null
  status_code: number | null
  created_at: Date
  finished_at: Date | null
}

/**
 * One statement, so that a claim or a record that commits meanwhile is seen whole or not at all. While there is an answer, it says
 * how far the call is: an authorization that is captured in the same call is finished before the call is.
 */
const SELECT_KEY = `SELECT COALESCE(a.operation_id, o.operation_id) AS operation_id, o.payment_id, o.kind,
    NULL AS canonical_request, a.status_code, o.created_at,
    CASE WHEN a.merchant_id IS NULL THEN o.finished_at ELSE a.finished_at END AS finished_at
  FROM payment_operation o
    LEFT JOIN idem_response_cache a ON a.merchant_id = o.merchant_id AND a.idempotency_key = o.idempotency_key
  WHERE o.merchant_id = ? AND o.idempotency_key = ?
  UNION ALL
  SELECT NULL, NULL, NULL, canonical_request, status_code, created_at, finished_at FROM idem_response_cache
  WHERE merchant_id = ? AND idempotency_key = ? AND operation_id IS NULL`

export const DETAIL_COLUMNS = `${PAYMENT_COLUMNS}, o.kind AS operation_kind, o.amount AS operation_amount, o.created_at AS operation_created_at`
/** Of a row of `payment p`. */
export const JOIN_PENDING = 'LEFT JOIN payment_operation o ON o.operation_id = p.pending_operation_id'

const SELECT_DETAIL = `SELECT ${DETAIL_COLUMNS} FROM payment p ${JOIN_PENDING}`

export class MySqlPaymentReader implements PaymentReader {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async find(paymentId: string): Promise<(PaymentDetail & { events: EventView[] }) | undefined> {
    const [rows, events] = await Promise.all([
      this.#database.select<DetailRow>(`${SELECT_DETAIL} WHERE p.payment_id = ?`, [paymentId]),
      this.#database.select<EventRow>(
        `${everyEvent('event_id, topic, sequence, created_at, published_at', 'message_key = ?')} ORDER BY sequence`,
        [paymentId, paymentId],
      ),
    ])
    const [detail] = await this.#withEntries(rows)
    return detail && { ...detail, events: events.map(eventView) }
  }

  /**
   * A filter is a range of one value. To MariaDB `column = ?` is the whole part of an index with that value: it reads a page from
   * there on, past all that is newer than the cursor, or intersects two indexes whole (1.6 s of a million payments). A range ends at
   * the cursor, and an order that begins with its column is the order of an index.
   */
  async list(query: {
    merchantId?: string
    orderId?: string
    status?: PaymentStatus
    limit: number
    beforePaymentId?: string
  }): Promise<PaymentDetail[]> {
    const filters: Array<[column: string, value: SqlValue | undefined]> = [
      ['p.order_id', query.orderId],
      ['p.merchant_id', query.merchantId],
      ['p.status', query.status],
    ]
    const given = filters.filter(([, value]) => value !== undefined)
    const conditions = given.map(([column]) => `${column} >= ? AND ${column} <= ?`)
    const values = given.flatMap(([, value]) => [value!, value!])
    if (query.beforePaymentId !== undefined) {
      conditions.push('p.payment_id < ?')
      values.push(query.beforePaymentId)
    }
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
    const order = [...given.slice(0, 1).map(([column]) => column), 'p.payment_id'].map(column => `${column} DESC`)
    return this.#withEntries(
      await this.#database.select<DetailRow>(`${SELECT_DETAIL} ${where} ORDER BY ${order.join(', ')} LIMIT ?`, [
        ...values,
        query.limit,
      ]),
    )
  }

  async operations(paymentId: string): Promise<OperationView[] | undefined> {
    const rows = await this.#database.select<OperationRow>(
      `SELECT operation_id, sequence, kind, state, amount, currency, decline_reason, reason, attempt,
         next_attempt_at_ms, created_at, finished_at
       FROM payment_operation WHERE payment_id = ?`,
      [paymentId],
    )
    // A payment is inserted together with its authorization, so no operation means no payment.
    return rows.length === 0
      ? undefined
      : inSequence(rows.map(row => ({ ...row, operationId: row.operation_id }))).map(operationView)
  }

  async findKey(merchantId: string, key: string): Promise<UsedKey | undefined> {
    const [row] = await this.#database.select<KeyRow>(SELECT_KEY, [merchantId, key, merchantId, key])
    return row && usedKeyOf(row)
  }

  async #withEntries(rows: DetailRow[]): Promise<PaymentDetail[]> {
    return withEntries(this.#database, rows)
  }
}

/** In the order of the rows. */
export async function withEntries(
  database: Pick<Database, 'select'>,
  rows: readonly DetailRow[],
): Promise<PaymentDetail[]> {
  const entries = await entriesOf(
    database,
    rows.filter(row => row.captured_amount > 0).map(row => row.payment_id),
  )
  return rows.map(row => ({
    payment: paymentOf(row),
    pendingOperation: pendingOf(row),
    ledgerEntries: entries.get(row.payment_id) ?? [],
  }))
}

async function entriesOf(
  database: Pick<Database, 'select'>,
  paymentIds: string[],
): Promise<Map<string, LedgerEntry[]>> {
  if (paymentIds.length === 0) return new Map()
  const rows = await database.select<LedgerRow>(
    `SELECT ${LEDGER_COLUMNS} FROM ledger_entry WHERE payment_id IN (?) ORDER BY entry_id`,
    [paymentIds],
  )
  return Map.groupBy(rows.map(entryOf), entry => entry.paymentId)
}

function pendingOf(row: DetailRow): PaymentDetail['pendingOperation'] {
  const {
    pending_operation_id: operationId,
    operation_kind: kind,
    operation_amount: amountMinor,
    operation_created_at: since,
  } = row
  if (operationId === null || kind === null || amountMinor === null || since === null) return null
  return { operationId, kind, amountMinor, sinceMs: since.getTime() }
}

function usedKeyOf(row: KeyRow): UsedKey {
  const { operation_id: operationId, payment_id: paymentId, kind } = row
  return {
    use:
      operationId === null || paymentId === null || kind === null
        ? { operationId: null, canonicalRequest: row.canonical_request ?? '' }
        : { operationId, paymentId, kind },
    createdAtMs: row.created_at.getTime(),
    finishedAtMs: row.finished_at?.getTime() ?? null,
    statusCode: row.status_code,
  }
}

const eventView = (row: EventRow): EventView => ({
  eventId: row.event_id,
  type: row.topic,
  sequence: row.sequence,
  createdAt: row.created_at.toISOString(),
  publishedAt: row.published_at?.toISOString() ?? null,
})

const operationView = (row: OperationRow): OperationView => ({
  operationId: row.operation_id,
  kind: row.kind,
  state: row.state,
  amount: row.amount,
  currency: row.currency,
  declineReason: row.decline_reason,
  reason: row.reason,
  attempt: row.attempt,
  createdAt: row.created_at.toISOString(),
  finishedAt: row.finished_at?.toISOString() ?? null,
  nextAttemptAt: row.finished_at === null ? new Date(row.next_attempt_at_ms).toISOString() : null,
})

/**
 * Finds payments for the console: lists and counts that walk one index, lookups by any id, and all traces of one payment.
 * Which question goes by which index, and why, stands in docs/console-lists.md.
 */
import type { OperationKind, OperationState, PaymentStatus } from '../contracts/lists.ts'
import { inSequence } from '../domain/operation-order.ts'
import {
  type IdMatch,
  LOOKED_AT_MAX,
  type OperationRecord,
  type PaymentDetail,
  type PaymentFilters,
  type PaymentFinder,
  type PlaceInList,
  type TracedOperation,
  type Traces,
} from '../payments/ports.ts'
import { type FinishedColumns, finishedOf } from './answers.ts'
import type { Database, SqlValue } from './database.ts'
import { matchesOf } from './id-matches.ts'
import { entryOf, LEDGER_COLUMNS, type LedgerRow } from './ledger.ts'
import { finalCaptureOf } from './operations.ts'
import { everyEvent } from './outbox.ts'
import { DETAIL_COLUMNS, type DetailRow, JOIN_PENDING, withEntries } from './payment-reader.ts'

/** Most filters fill a page within the first part. */
const FIRST_LOOK = 5_000

interface Condition {
  sql: string
  values: SqlValue[]
}

/** One index, from its newest entry down. */
interface Walk {
  index: string
  order: string
  /** What of the index belongs to the list. */
  range: Condition[]
  after(place: PlaceInList): Condition
  downTo(place: PlaceInList): Condition
  /** What has to be looked at in each entry. */
  checks: Condition[]
}

const sqlOf = (conditions: readonly Condition[]): string => conditions.map(({ sql }) => sql).join(' AND ')
const valuesOf = (conditions: readonly Condition[]): SqlValue[] => conditions.flatMap(({ values }) => values)

/** As a range, because `column = ?` reads the whole part of an index with that value. */
const equal = (column: string, value: string): Condition => ({
  sql: `${column} >= ? AND ${column} <= ?`,
  values: [value, value],
})

const dateOf = (epochMs: number): Date => new Date(epochMs)

function walkOf(filters: PaymentFilters): Walk {
  const { orderId, merchantId } = filters
  if (orderId !== undefined) return walkOfOrder(orderId, filters)
  const byTime = { range: [timeOf(filters)], after: afterInTime, downTo: downToInTime, checks: checksOf(filters) }
  const order = 'p.created_at DESC, p.payment_id DESC'
  if (merchantId === undefined) return { index: 'payment_by_time', order, ...byTime }
  return {
    index: 'payment_by_merchant_time',
    order: `p.merchant_id DESC, ${order}`,
    ...byTime,
    range: [equal('p.merchant_id', merchantId), ...byTime.range],
  }
}

/** An order has few payments: their rows are read. */
const walkOfOrder = (orderId: string, filters: PaymentFilters): Walk => ({
  index: 'payment_by_order',
  order: 'p.order_id DESC, p.payment_id DESC',
  range: [equal('p.order_id', orderId)],
  after: ({ paymentId }) => ({ sql: 'p.payment_id < ?', values: [paymentId] }),
  downTo: ({ paymentId }) => ({ sql: 'p.payment_id >= ?', values: [paymentId] }),
  checks: [timeOf(filters), ...checksOf(filters), ...is('p.merchant_id', filters.merchantId)],
})

const timeOf = ({ fromMs, toMs }: PaymentFilters): Condition => ({
  sql: 'p.created_at >= ? AND p.created_at < ?',
  values: [dateOf(fromMs), dateOf(toMs)],
})

const afterInTime = ({ createdAtMs, paymentId }: PlaceInList): Condition => ({
  sql: 'p.created_at <= ? AND (p.created_at < ? OR p.payment_id < ?)',
  values: [dateOf(createdAtMs), dateOf(createdAtMs), paymentId],
})

const downToInTime = ({ createdAtMs, paymentId }: PlaceInList): Condition => ({
  sql: 'p.created_at >= ? AND (p.created_at > ? OR p.payment_id >= ?)',
  values: [dateOf(createdAtMs), dateOf(createdAtMs), paymentId],
})

const is = (column: string, value: string | undefined): Condition[] =>
  value === undefined ? [] : [{ sql: `${column} = ?`, values: [value] }]

function checksOf({ currency, method, statuses, amountMinMinor, amountMaxMinor }: PaymentFilters): Condition[] {
  const checks = [...is('p.currency', currency), ...is('p.payment_method', method)]
  if (statuses !== undefined)
    checks.push({ sql: `p.status IN (${statuses.map(() => '?').join(', ')})`, values: [...statuses] })
  if (amountMinMinor !== undefined) checks.push({ sql: 'p.amount >= ?', values: [amountMinMinor] })
  if (amountMaxMinor !== undefined) checks.push({ sql: 'p.amount <= ?', values: [amountMaxMinor] })
  return checks
}

interface PlaceRow {
  payment_id: string
  created_at: Date
}

interface TracedRow {
  operation_id: string
  sequence: number | null
  kind: OperationKind
  state: OperationState
  amount: number
  currency: string
  decline_reason: string | null
  attempt: number
  request_id: string | null
  created_at: Date
  finished_at: Date | null
  asked_at: Date | null
  answered_at: Date | null
}

interface EventRow {
  event_id: string
  topic: string
  sequence: number
  payload: string
  created_at: Date
  published_at: Date | null
}

interface RecordRow extends FinishedColumns {
  operation_id: string
  payment_id: string
  kind: OperationKind
  state: OperationState
  amount: number
  currency: string
  final_capture: number | null
  reason: string | null
  request_id: string | null
  combined: number
  answer_key: string | null
  canonical_request: string | null
  operator: string | null
  action: string | null
  asked_request: string | null
  asked_at: Date | null
  settled_by: string | null
  settled_why: string | null
}

/** Of a call that authorized and captured, the payment has the key. */
const ANSWER_KEY = 'CASE WHEN o.combined = 1 THEN p.idempotency_key ELSE o.idempotency_key END'

/** Each table by its own key, from the operation on. */
const SELECT_RECORD = `SELECT o.operation_id, o.payment_id, o.kind, o.state, o.amount, o.currency, o.final_capture, o.reason, o.request_id,
    o.combined, ${ANSWER_KEY} AS answer_key, k.canonical_request, k.status_code, k.content_type, k.body, k.finished_at,
    a.operator, a.action, a.canonical_request AS asked_request, a.at AS asked_at, s.who AS settled_by, s.reason AS settled_why
  FROM payment_operation o FORCE INDEX (PRIMARY)
  STRAIGHT_JOIN payment p FORCE INDEX (PRIMARY) ON p.payment_id = o.payment_id
  LEFT JOIN idem_response_cache k FORCE INDEX (PRIMARY) ON k.merchant_id = o.merchant_id AND k.idempotency_key = ${ANSWER_KEY}
  LEFT JOIN console_action a FORCE INDEX (PRIMARY) ON a.action_key = o.idempotency_key
  LEFT JOIN manual_settlement s FORCE INDEX (PRIMARY) ON s.operation_id = o.operation_id
  WHERE o.operation_id = ?`

export class MySqlPaymentFinder implements PaymentFinder {
  readonly #database: Pick<Database, 'select'>
  readonly #lookedAtMax: number

  constructor(database: Pick<Database, 'select'>, lookedAtMax = LOOKED_AT_MAX) {
    this.#database = database
    this.#lookedAtMax = lookedAtMax
  }

  async page(filters: PaymentFilters, limit: number, after?: PlaceInList) {
    const walk = walkOf(filters)
    // Every entry is one of the page.
    if (walk.checks.length === 0) return { payments: await this.#found(walk, limit, after), lookedAtUntil: undefined }
    const payments: PaymentDetail[] = []
    let from = after
    const first = Math.min(FIRST_LOOK, this.#lookedAtMax)
    for (const part of [first, this.#lookedAtMax - first].filter(size => size > 0)) {
      const end = await this.#placeAt(walk, part, from)
      payments.push(...(await this.#found(walk, limit - payments.length, from, end)))
      if (payments.length === limit || end === undefined) return { payments, lookedAtUntil: undefined }
      from = end
    }
    return { payments, lookedAtUntil: from }
  }

  async count(filters: PaymentFilters) {
    const walk = walkOf(filters)
    const end = await this.#placeAt(walk, this.#lookedAtMax)
    const conditions = [...walk.range, ...(end === undefined ? [] : [walk.downTo(end)]), ...walk.checks]
    const rows = await this.#database.select<{ status: PaymentStatus; count: number }>(
      `SELECT p.status, COUNT(*) AS count FROM payment p FORCE INDEX (${walk.index})
       WHERE ${sqlOf(conditions)} GROUP BY p.status`,
      valuesOf(conditions),
    )
    return { counts: new Map(rows.map(row => [row.status, row.count])), isAll: end === undefined }
  }

  lookup(id: string, limitEach: number): Promise<IdMatch[]> {
    return matchesOf(this.#database, id, limitEach)
  }

  async traces(paymentId: string): Promise<Traces | undefined> {
    const [operations, events, entries, settlements, asks] = await Promise.all([
      this.#database.select<TracedRow>(
        `SELECT operation_id, sequence, kind, state, amount, currency, decline_reason, attempt, request_id, created_at, finished_at,
           asked_at, answered_at
         FROM payment_operation WHERE payment_id = ?`,
        [paymentId],
      ),
      this.#database.select<EventRow>(
        `${everyEvent('event_id, topic, sequence, payload, created_at, published_at', 'message_key = ?')} ORDER BY sequence`,
        [paymentId, paymentId],
      ),
      this.#database.select<LedgerRow & { recorded_at: Date }>(
        `SELECT ${LEDGER_COLUMNS}, recorded_at FROM ledger_entry WHERE payment_id = ? ORDER BY entry_id`,
        [paymentId],
      ),
      this.#database.select<{ operation_id: string; who: string; reason: string; settled_at: Date }>(
        'SELECT operation_id, who, reason, settled_at FROM manual_settlement WHERE payment_id = ?',
        [paymentId],
      ),
      // From the few that operators asked for to their operations.
      this.#database.select<{ operation_id: string; operator: string; canonical_request: string }>(
        `SELECT o.operation_id, a.operator, a.canonical_request
         FROM console_action a FORCE INDEX (console_action_by_subject)
         STRAIGHT_JOIN payment_operation o FORCE INDEX (payment_operation_by_key) ON o.idempotency_key = a.action_key AND o.payment_id = a.subject
         WHERE a.subject = ?`,
        [paymentId],
      ),
    ])
    // A payment is inserted together with its authorization.
    if (operations.length === 0) return undefined
    return {
      operations: inSequence(operations.map(tracedOf)),
      events: events.map(eventOf),
      entries: entries.map(row => ({ ...entryOf(row), recordedAtMs: row.recorded_at.getTime() })),
      settlements: settlements.map(row => ({
        operationId: row.operation_id,
        who: row.who,
        reason: row.reason,
        settledAtMs: row.settled_at.getTime(),
      })),
      asks: asks.map(row => ({
        operationId: row.operation_id,
        operator: row.operator,
        reason: reasonIn(row.canonical_request),
      })),
    }
  }

  async record(operationId: string): Promise<OperationRecord | undefined> {
    const [row] = await this.#database.select<RecordRow>(SELECT_RECORD, [operationId])
    if (row === undefined) return undefined
    const { payment_id: paymentId } = row
    // LIKE leaves the payment's other events in the database. Whose it is, its own member says.
    const events = await this.#database.select<{ event_id: string; topic: string; payload: string }>(
      everyEvent('event_id, topic, payload', 'message_key = ? AND payload LIKE ?'),
      [paymentId, `%${operationId}%`, paymentId, `%${operationId}%`],
    )
    return recordOf(
      row,
      events.find(({ payload }) => operationIdIn(payload) === operationId),
    )
  }

  /** The place of the entry that is `count` entries down the walk; undefined when there are fewer. Reads the index alone. */
  async #placeAt(walk: Walk, count: number, after?: PlaceInList): Promise<PlaceInList | undefined> {
    const conditions = [...walk.range, ...(after === undefined ? [] : [walk.after(after)])]
    // The index of orders does not have the time: the row is read once it is found.
    const [row] = await this.#database.select<PlaceRow>(
      `SELECT p.payment_id, p.created_at FROM (
         SELECT p.payment_id FROM payment p FORCE INDEX (${walk.index})
         WHERE ${sqlOf(conditions)} ORDER BY ${walk.order} LIMIT 1 OFFSET ?
       ) AS place STRAIGHT_JOIN payment p ON p.payment_id = place.payment_id`,
      [...valuesOf(conditions), count - 1],
    )
    return row && { createdAtMs: row.created_at.getTime(), paymentId: row.payment_id }
  }

  /** Finds and reads in one statement: what is shown still fits the filters. */
  async #found(walk: Walk, limit: number, after?: PlaceInList, downTo?: PlaceInList): Promise<PaymentDetail[]> {
    const conditions = [
      ...walk.range,
      ...(after === undefined ? [] : [walk.after(after)]),
      ...(downTo === undefined ? [] : [walk.downTo(downTo)]),
      ...walk.checks,
    ]
    const rows = await this.#database.select<DetailRow>(
      `SELECT ${DETAIL_COLUMNS} FROM (
         SELECT p.payment_id FROM payment p FORCE INDEX (${walk.index})
         WHERE ${sqlOf(conditions)} ORDER BY ${walk.order} LIMIT ?
       ) AS found STRAIGHT_JOIN payment p ON p.payment_id = found.payment_id ${JOIN_PENDING}
       ORDER BY ${walk.order}`,
      [...valuesOf(conditions), limit],
    )
    return withEntries(this.#database, rows)
  }
}

const tracedOf = (row: TracedRow): TracedOperation => ({
  operationId: row.operation_id,
  sequence: row.sequence,
  kind: row.kind,
  state: row.state,
  amountMinor: row.amount,
  currency: row.currency,
  declineReason: row.decline_reason,
  attempt: row.attempt,
  requestId: row.request_id,
  createdAtMs: row.created_at.getTime(),
  finishedAtMs: row.finished_at?.getTime() ?? null,
  askedAtMs: row.asked_at?.getTime() ?? null,
  answeredAtMs: row.answered_at?.getTime() ?? null,
})

const reasonIn = (canonicalRequest: string): string =>
  (JSON.parse(canonicalRequest) as { body: { reason: string } }).body.reason.trim()

const operationIdIn = (payload: string): string => (JSON.parse(payload) as { operationId: string }).operationId

const eventOf = (row: EventRow): Traces['events'][number] => ({
  eventId: row.event_id,
  type: row.topic,
  sequence: row.sequence,
  operationId: operationIdIn(row.payload),
  createdAtMs: row.created_at.getTime(),
  publishedAtMs: row.published_at?.getTime() ?? null,
})

const recordOf = (
  row: RecordRow,
  event: { event_id: string; topic: string; payload: string } | undefined,
): OperationRecord => ({
  operationId: row.operation_id,
  paymentId: row.payment_id,
  kind: row.kind,
  state: row.state,
  amountMinor: row.amount,
  currency: row.currency,
  finalCapture: finalCaptureOf(row),
  reason: row.reason,
  requestId: row.request_id,
  combined: row.combined === 1,
  key: row.answer_key,
  stored:
    row.canonical_request === null ? undefined : { canonicalRequest: row.canonical_request, finished: finishedOf(row) },
  ask: askOf(row),
  settlement: row.settled_by === null ? undefined : { who: row.settled_by, reason: row.settled_why ?? '' },
  event: event && { eventId: event.event_id, type: event.topic, payload: event.payload },
})

function askOf(row: RecordRow): OperationRecord['ask'] {
  const { operator, action, asked_request: canonicalRequest, asked_at: at } = row
  if (operator === null || action === null || canonicalRequest === null || at === null) return undefined
  return { operator, action, reason: reasonIn(canonicalRequest), canonicalRequest, atMs: at.getTime() }
}

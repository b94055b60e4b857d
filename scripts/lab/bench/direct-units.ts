/**
 * Units as rows alone: what the product writes for them, in the same two transactions each, one round trip a transaction.
 * No HTTP, no reads, no checks, no Kafka: what MariaDB and the driver could do at most.
 */
import { createPool, type Pool } from 'mysql2/promise'
import type { EntryType, EventType, PaymentStatus } from '../../../shared/contracts/lists.ts'
import { SHARD_COUNT } from '../../../shared/contracts/topics.ts'
import { createIds } from '../../../shared/runtime/ids.ts'
import type { Random } from '../random.ts'
import type { Tally } from './closed-loop.ts'
import { drawPurchase, type Purchase, type Units } from './http-units.ts'
import type { FlowTexts, Order, StepName } from './order.ts'

const INSERT_ANSWER = `INSERT INTO idem_response_cache
  (merchant_id, idempotency_key, operation_id, fingerprint, canonical_request, created_at) VALUES (?)`
const INSERT_OPERATION = `INSERT INTO payment_operation
  (operation_id, payment_id, merchant_id, idempotency_key, kind, amount, currency, state, attempt, lease_until_ms,
   next_attempt_at_ms, created_at, sequence, final_capture, request_id) VALUES (?)`
const INSERT_PAYMENT = `INSERT INTO payment
  (payment_id, merchant_id, idempotency_key, status, amount, currency, payment_method, pending_operation_id, shard,
   created_at, updated_at) VALUES (?)`
const UPDATE_PENDING = 'UPDATE payment SET pending_operation_id = ?, updated_at = ? WHERE payment_id = ?'
const FINISH_OPERATION = `UPDATE payment_operation SET state = 'SUCCEEDED', finished_at = ?, asked_at = ?, answered_at = ?
  WHERE operation_id = ?`
const FINISH_PAYMENT = `UPDATE payment SET status = ?, captured_amount = ?, refunded_amount = ?, pending_operation_id = NULL,
  event_count = ?, capture_before = ?, updated_at = ? WHERE payment_id = ?`
const INSERT_EVENT = `INSERT INTO outbox_event
  (event_id, topic, message_key, sequence, payload, shard, created_at) VALUES (?)`
const INSERT_ENTRY = `INSERT INTO ledger_entry
  (entry_id, payment_id, event_id, entry_type, debit_account, credit_account, amount, currency, occurred_at, recorded_at)
  VALUES (?)`
const FINISH_ANSWER = `UPDATE idem_response_cache SET status_code = ?, content_type = ?, body = ?, finished_at = ?
  WHERE merchant_id = ? AND idempotency_key = ?`

const FINGERPRINT = `v1:${'0'.repeat(64)}`
const CONTENT_TYPE = 'application/json; charset=utf-8'
const LEASE_MS = 15_000
const CAPTURE_WINDOW_MS = 7 * 24 * 60 * 60_000

interface After {
  status: PaymentStatus
  statusCode: number
  topic: EventType
  sequence: number
  /** Shares of the amount. */
  captured: 0 | 1
  refunded: 0 | 1
  entry: { type: EntryType; accounts: (merchant: string) => [debit: string, credit: string] } | null
}

const after: Record<StepName, After> = {
  authorize: {
    status: 'AUTHORIZED',
    statusCode: 201,
    topic: 'payment.authorized',
    sequence: 1,
    captured: 0,
    refunded: 0,
    entry: null,
  },
  capture: {
    status: 'COMPLETED',
    statusCode: 200,
    topic: 'payment.captured',
    sequence: 2,
    captured: 1,
    refunded: 0,
    entry: { type: 'capture', accounts: merchant => ['acquirer_receivable', merchant] },
  },
  refund: {
    status: 'REFUNDED',
    statusCode: 200,
    topic: 'payment.refunded',
    sequence: 3,
    captured: 1,
    refunded: 1,
    entry: { type: 'refund', accounts: merchant => [merchant, 'acquirer_receivable'] },
  },
}

type Statement = [sql: string, values: unknown[]]

/** One payment that is being written. */
interface Draft {
  paymentId: string
  purchase: Purchase
  shard: number
  captureBefore: Date
}

export function directUnits(
  databaseUrl: string,
  connectionsMax: number,
  texts: FlowTexts,
  order: Order,
  random: Random,
): Units {
  const pool = createPool({
    uri: databaseUrl,
    connectionLimit: connectionsMax,
    timezone: 'Z',
    multipleStatements: true,
  })
  const ids = createIds(Date.now)
  const fill = filler(texts)
  let count = 0
  const nextKey = () => `${order.runId}-${count++}`

  const step = async (tally: Tally, name: StepName, draft: Draft, key: string) =>
    tally.step(name, async () => {
      const made = { operationId: ids.operation(), eventId: ids.event(), entryId: ids.entry() }
      const filled = fill(name, draft, made)
      const claimed = { operationId: made.operationId, requestId: ids.request() }
      await transaction(pool, claimOf(name, draft, key, claimed, filled.canonicalRequest))
      await transaction(pool, recordOf(name, draft, key, made, filled))
      return undefined
    })
  const authorize = async (tally: Tally): Promise<Draft> => {
    const purchase = drawPurchase(random, nextKey())
    const captureBefore = new Date(Date.now() + CAPTURE_WINDOW_MS)
    const draft = { paymentId: ids.payment(), purchase, shard: random.integer(0, SHARD_COUNT - 1), captureBefore }
    await step(tally, 'authorize', draft, purchase.idempotencyKey)
    return draft
  }
  return {
    runners: {
      authorize: async tally => {
        await authorize(tally)
      },
      flow: async tally => {
        const draft = await authorize(tally)
        await step(tally, 'capture', draft, nextKey())
        await step(tally, 'refund', draft, nextKey())
      },
    },
    close: () => pool.end(),
  }
}

/** BEGIN, everything, COMMIT in one round trip. A statement that fails is an unexpected answer, and fails the run. */
async function transaction(pool: Pool, statements: Statement[]): Promise<void> {
  const sql = ['BEGIN', ...statements.map(([text]) => text), 'COMMIT'].join(';')
  await pool.query({ sql, values: statements.flatMap(([, values]) => values) })
}

interface Made {
  operationId: string
  eventId: string
  entryId: string
}

type Filled = Record<'canonicalRequest' | 'body' | 'payload', string>

/** Puts new ids of the same length into the texts of the real flow. */
function filler({ paymentId, merchantId, steps }: FlowTexts) {
  return (name: StepName, draft: Draft, made: Made): Filled => {
    const { operationId, eventId, entryId, canonicalRequest, body, payload } = steps[name]
    const own = new Map([
      [paymentId, draft.paymentId],
      [merchantId, draft.purchase.merchantId],
      [operationId, made.operationId],
      [eventId, made.eventId],
    ])
    if (entryId !== null) own.set(entryId, made.entryId)
    const fill = (text: string) => text.replace(ID_PATTERN, id => own.get(id) ?? id)
    return { canonicalRequest: fill(canonicalRequest), body: fill(body), payload: fill(payload) }
  }
}

const ID_PATTERN = /(?:pay|op|evt|led)_[0-9A-HJKMNP-TV-Z]{26}|bench-\d\d/g

function claimOf(
  name: StepName,
  { paymentId, purchase, shard }: Draft,
  key: string,
  { operationId, requestId }: { operationId: string; requestId: string },
  canonicalRequest: string,
): Statement[] {
  const now = new Date()
  const { merchantId, amount, currency } = purchase
  const leaseUntilMs = now.getTime() + LEASE_MS
  const operation = [operationId, paymentId, merchantId, key, name, amount, currency, 'PENDING', 1]
  const { sequence } = after[name]
  const finalCapture = name === 'capture' ? 1 : null
  const common: Statement[] = [
    [INSERT_ANSWER, [[merchantId, key, operationId, FINGERPRINT, canonicalRequest, now]]],
    [INSERT_OPERATION, [[...operation, leaseUntilMs, leaseUntilMs, now, sequence, finalCapture, requestId]]],
  ]
  if (name !== 'authorize') return [...common, [UPDATE_PENDING, [operationId, now, paymentId]]]
  const payment = [
    paymentId,
    merchantId,
    key,
    'REQUESTED',
    amount,
    currency,
    'tok_approve',
    operationId,
    shard,
    now,
    now,
  ]
  return [...common, [INSERT_PAYMENT, [payment]]]
}

function recordOf(name: StepName, draft: Draft, key: string, made: Made, { body, payload }: Filled): Statement[] {
  const now = new Date()
  const { paymentId, purchase, shard, captureBefore } = draft
  const { merchantId, amount, currency } = purchase
  const { status, statusCode, topic, sequence, captured, refunded, entry } = after[name]
  const totals = [captured * amount, refunded * amount]
  const entries = entry === null ? [] : [[entry.type, ...entry.accounts(`merchant_payable:${merchantId}`)]]
  return [
    [FINISH_OPERATION, [now, now, now, made.operationId]],
    [FINISH_PAYMENT, [status, ...totals, sequence, captureBefore, now, paymentId]],
    [INSERT_EVENT, [[made.eventId, topic, paymentId, sequence, payload, shard, now]]],
    ...entries.map(
      (moved): Statement => [
        INSERT_ENTRY,
        [[made.entryId, paymentId, made.eventId, ...moved, amount, currency, now, now]],
      ],
    ),
    [FINISH_ANSWER, [statusCode, CONTENT_TYPE, body, now, merchantId, key]],
  ]
}

/** The table `payment_operation`: each operation with its state, attempt and lease. */
import { type OperationKind, openStates } from '../contracts/lists.ts'
import type {
  Asked,
  ClaimedOperation,
  LeaseTimes,
  Operation,
  Operations,
  Transaction,
  UnknownOutcomes,
} from '../payments/ports.ts'
import type { Database } from './database.ts'

/** The one open state: a second one does not compile until these statements know it. */
const [PENDING]: readonly ['PENDING'] = openStates

/**
 * Beside a list of keys: no index of states can answer it, so that the server goes by the keys, and locks no row of others that are pending.
 */
const IS_PENDING = `CONCAT(state, '') = '${PENDING}'`

export interface OperationRow {
  operation_id: string
  payment_id: string
  merchant_id: string
  idempotency_key: string | null
  kind: OperationKind
  sequence: number | null
  amount: number
  currency: string
  payment_method: string
  authorization_id: string
  authorization_key: string | null
  final_capture: number | null
  combined: number
  reason: string | null
  attempt: number
  lease_until_ms: number
  next_attempt_at_ms: number
  created_at: Date
}

/** Of an operation with what it needs of its payment and of the authorization. */
export const SELECT_OPERATION = `SELECT o.operation_id, o.payment_id, o.merchant_id, o.idempotency_key, o.kind, o.sequence, o.amount, o.currency,
    p.payment_method, a.operation_id AS authorization_id, a.idempotency_key AS authorization_key, o.final_capture, o.combined,
    o.reason, o.attempt, o.lease_until_ms, o.next_attempt_at_ms, o.created_at
  FROM payment_operation o
  JOIN payment p ON p.payment_id = o.payment_id
  JOIN payment_operation a ON a.payment_id = o.payment_id AND a.kind = 'authorize'`

export const operationOf = (row: OperationRow): Operation => ({
  operationId: row.operation_id,
  paymentId: row.payment_id,
  merchantId: row.merchant_id,
  idempotencyKey: row.idempotency_key,
  kind: row.kind,
  sequence: row.sequence,
  amountMinor: row.amount,
  currency: row.currency,
  paymentMethod: row.payment_method,
  authorizationId: row.kind === 'authorize' ? null : row.authorization_id,
  finalCapture: finalCaptureOf(row),
  combined: row.combined === 1,
  answerKey: row.combined === 1 ? row.authorization_key : row.idempotency_key,
  reason: row.reason,
  attempt: row.attempt,
  leaseUntilMs: row.lease_until_ms,
  nextAttemptAtMs: row.next_attempt_at_ms,
  createdAtMs: row.created_at.getTime(),
})

/** Functions that did not know partial captures left it null. */
export const finalCaptureOf = ({
  kind,
  final_capture: final,
}: Pick<OperationRow, 'kind' | 'final_capture'>): boolean | null => (kind === 'capture' ? final !== 0 : null)

const dateOrNull = (epochMs: number | null | undefined): Date | null => (epochMs == null ? null : new Date(epochMs))

export class OperationTable implements Operations {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(tx: Transaction, operation: ClaimedOperation): Promise<void> {
    this.#database.insertLater(
      `INSERT INTO payment_operation (operation_id, payment_id, merchant_id, idempotency_key, kind, amount, currency, state, reason,
         attempt, lease_until_ms, next_attempt_at_ms, created_at, sequence, final_capture, combined, request_id) VALUES`,
      [
        operation.operationId,
        operation.paymentId,
        operation.merchantId,
        operation.idempotencyKey,
        operation.kind,
        operation.amountMinor,
        operation.currency,
        PENDING,
        operation.reason,
        operation.attempt,
        operation.leaseUntilMs,
        operation.nextAttemptAtMs,
        new Date(operation.createdAtMs),
        operation.sequence,
        operation.finalCapture === null ? null : Number(operation.finalCapture),
        Number(operation.combined),
        operation.requestId,
      ],
      tx,
    )
  }

  async summary(tx: Transaction, paymentId: string): Promise<{ count: number; authorizationId: string | null }> {
    const rows = await this.#database.selectByKey<{
      payment_id: string
      operations: number
      authorization_id: string | null
    }>(
      `SELECT payment_id, COUNT(*) AS operations, MAX(CASE WHEN kind = 'authorize' THEN operation_id END) AS authorization_id
       FROM payment_operation`,
      'payment_id',
      paymentId,
      ' GROUP BY payment_id',
      tx,
    )
    const row = rows.find(each => each.payment_id === paymentId)
    return { count: row?.operations ?? 0, authorizationId: row?.authorization_id ?? null }
  }

  async isKeyUsed(tx: Transaction | undefined, merchantId: string, key: string): Promise<boolean> {
    const rows = await this.#database.select(
      'SELECT 1 FROM payment_operation WHERE merchant_id = ? AND idempotency_key = ?',
      [merchantId, key],
      tx,
    )
    return rows.length > 0
  }

  async finish(
    tx: Transaction,
    operation: Operation,
    { state, declineReason, nowMs, asked }: Parameters<Operations['finish']>[2],
  ): Promise<boolean> {
    return this.#database.updateMatched(
      'payment_operation',
      {
        state,
        decline_reason: declineReason,
        finished_at: new Date(nowMs),
        asked_at: dateOrNull(asked?.askedAtMs),
        answered_at: dateOrNull(asked?.answeredAtMs),
      },
      { key: { operation_id: operation.operationId }, and: `${IS_PENDING} AND attempt = ${Number(operation.attempt)}` },
      tx,
    )
  }

  async takeOver(
    operationId: string,
    now: LeaseTimes,
    until: Pick<Operation, 'leaseUntilMs'> & Partial<Pick<Operation, 'nextAttemptAtMs'>>,
  ): Promise<Operation | undefined> {
    const [row] = await this.#database.select<OperationRow>(
      `${SELECT_OPERATION}
       WHERE o.operation_id = ? AND o.state = '${PENDING}' AND (o.lease_until_ms <= ? OR o.lease_until_ms > ?)`,
      [operationId, now.nowMs, now.leaseUntilMsMax],
    )
    if (row === undefined) return undefined
    const attempt = row.attempt + 1
    const { leaseUntilMs, nextAttemptAtMs = row.next_attempt_at_ms } = until
    // When several read the same attempt, only one update matches.
    const matched = await this.#database.write(
      `UPDATE payment_operation SET attempt = ?, lease_until_ms = ?, next_attempt_at_ms = ?
       WHERE operation_id = ? AND state = '${PENDING}' AND attempt = ?`,
      [attempt, leaseUntilMs, nextAttemptAtMs, operationId, row.attempt],
    )
    return matched === 1 ? { ...operationOf(row), attempt, leaseUntilMs, nextAttemptAtMs } : undefined
  }

  async release(
    operation: Operation,
    nowMs: number,
    nextAttemptAtMs: number,
    asked?: Pick<Asked, 'askedAtMs'>,
  ): Promise<void> {
    await this.#database.write(
      `UPDATE payment_operation SET lease_until_ms = ?, next_attempt_at_ms = ?, asked_at = COALESCE(?, asked_at)
       WHERE operation_id = ? AND state = '${PENDING}' AND attempt = ?`,
      [nowMs, nextAttemptAtMs, dateOrNull(asked?.askedAtMs), operation.operationId, operation.attempt],
    )
  }

  async due(
    { nowMs, leaseUntilMsMax, virtualNowMs, nextAttemptAtMsMax }: LeaseTimes,
    limit: number,
  ): Promise<string[]> {
    const rows = await this.#database.select<{ operation_id: string }>(
      `SELECT operation_id FROM payment_operation
       WHERE state = '${PENDING}' AND (next_attempt_at_ms <= ? OR next_attempt_at_ms > ?) AND (lease_until_ms <= ? OR lease_until_ms > ?)
       ORDER BY next_attempt_at_ms LIMIT ?`,
      [virtualNowMs, nextAttemptAtMsMax, nowMs, leaseUntilMsMax, limit],
    )
    return rows.map(row => row.operation_id)
  }

  async unknown({ nowMs, leaseUntilMsMax }: LeaseTimes): Promise<UnknownOutcomes> {
    const [row] = await this.#database.select<{ operations: number; oldest: Date | null }>(
      `SELECT COUNT(*) AS operations, MIN(created_at) AS oldest FROM payment_operation
       WHERE state = '${PENDING}' AND (attempt > 1 OR lease_until_ms <= ? OR lease_until_ms > ?)`,
      [nowMs, leaseUntilMsMax],
    )
    return { count: row!.operations, oldestCreatedAtMs: row!.oldest?.getTime() ?? null }
  }
}

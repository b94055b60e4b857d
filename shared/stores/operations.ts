/** The table `payment_operation`: each operation with its state, attempt and lease. */
import { type FinalState, type OperationKind, openStates } from '../contracts/lists.ts'
import type { LeaseTimes, Operation, Operations, Transaction } from '../payments/ports.ts'
import type { Database } from './database.ts'

/** The one open state: a second one does not compile until these statements know it. */
const [PENDING]: readonly ['PENDING'] = openStates

interface OperationRow {
  operation_id: string
  payment_id: string
  merchant_id: string
  idempotency_key: string | null
  kind: OperationKind
  amount: number
  currency: string
  payment_method: string
  reason: string | null
  attempt: number
  lease_until_ms: number
  created_at: Date
}

const operationOf = (row: OperationRow): Operation => ({
  operationId: row.operation_id,
  paymentId: row.payment_id,
  merchantId: row.merchant_id,
  idempotencyKey: row.idempotency_key,
  kind: row.kind,
  amountMinor: row.amount,
  currency: row.currency,
  paymentMethod: row.payment_method,
  reason: row.reason,
  attempt: row.attempt,
  leaseUntilMs: row.lease_until_ms,
  createdAtMs: row.created_at.getTime(),
})

export class OperationTable implements Operations {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(tx: Transaction, operation: Operation & { sequence: number }): Promise<void> {
    this.#database.insertLater(
      `INSERT INTO payment_operation (operation_id, payment_id, merchant_id, idempotency_key, kind, amount, currency, state, reason,
         attempt, lease_until_ms, next_attempt_at_ms, created_at, sequence) VALUES`,
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
        operation.leaseUntilMs,
        new Date(operation.createdAtMs),
        operation.sequence,
      ],
      tx,
    )
  }

  async count(tx: Transaction, paymentId: string): Promise<number> {
    const rows = await this.#database.selectByKey<{ payment_id: string; operations: number }>(
      'SELECT payment_id, COUNT(*) AS operations FROM payment_operation',
      'payment_id',
      paymentId,
      ' GROUP BY payment_id',
      tx,
    )
    return rows.find(row => row.payment_id === paymentId)?.operations ?? 0
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
    outcome: { state: FinalState; declineReason: string | null; nowMs: number },
  ): Promise<boolean> {
    const matched = await this.#database.write(
      `UPDATE payment_operation SET state = ?, decline_reason = ?, finished_at = ?
       WHERE operation_id = ? AND state = '${PENDING}' AND attempt = ?`,
      [outcome.state, outcome.declineReason, new Date(outcome.nowMs), operation.operationId, operation.attempt],
      tx,
    )
    return matched === 1
  }

  async takeOver(operationId: string, now: LeaseTimes, leaseUntilMs: number): Promise<Operation | undefined> {
    const [row] = await this.#database.select<OperationRow>(
      `SELECT o.operation_id, o.payment_id, o.merchant_id, o.idempotency_key, o.kind, o.amount, o.currency, p.payment_method, o.reason,
         o.attempt, o.lease_until_ms, o.created_at
       FROM payment_operation o JOIN payment p ON p.payment_id = o.payment_id
       WHERE o.operation_id = ? AND o.state = '${PENDING}' AND (o.lease_until_ms <= ? OR o.lease_until_ms > ?)`,
      [operationId, now.nowMs, now.leaseUntilMsMax],
    )
    if (row === undefined) return undefined
    const attempt = row.attempt + 1
    // When several read the same attempt, only one update matches.
    const matched = await this.#database.write(
      `UPDATE payment_operation SET attempt = ?, lease_until_ms = ?, next_attempt_at_ms = ?
       WHERE operation_id = ? AND state = '${PENDING}' AND attempt = ?`,
      [attempt, leaseUntilMs, leaseUntilMs, operationId, row.attempt],
    )
    return matched === 1 ? { ...operationOf(row), attempt, leaseUntilMs } : undefined
  }

  async release(operation: Operation, nowMs: number, nextAttemptAtMs: number): Promise<void> {
    await this.#database.write(
      `UPDATE payment_operation SET lease_until_ms = ?, next_attempt_at_ms = ? WHERE operation_id = ? AND state = '${PENDING}' AND attempt = ?`,
      [nowMs, nextAttemptAtMs, operation.operationId, operation.attempt],
    )
  }

  async due({ nowMs, leaseUntilMsMax, nextAttemptAtMsMax }: LeaseTimes, limit: number): Promise<string[]> {
    const rows = await this.#database.select<{ operation_id: string }>(
      `SELECT operation_id FROM payment_operation
       WHERE state = '${PENDING}' AND (next_attempt_at_ms <= ? OR next_attempt_at_ms > ?) AND (lease_until_ms <= ? OR lease_until_ms > ?)
       ORDER BY next_attempt_at_ms LIMIT ?`,
      [nowMs, nextAttemptAtMsMax, nowMs, leaseUntilMsMax, limit],
    )
    return rows.map(row => row.operation_id)
  }
}

/** The table `payment`. */
import type { PaymentStatus } from '../contracts/lists.ts'
import { DECLINED_EXPIRY_PAUSE_MS, heldStatuses, type Payment } from '../domain/payment.ts'
import type { Payments, Transaction } from '../payments/ports.ts'
import type { Database } from './database.ts'
import { dateOrNull } from './days.ts'

export const PAYMENT_COLUMNS =
  'p.payment_id, p.merchant_id, p.order_id, p.status, p.amount, p.currency, p.captured_amount, p.refunded_amount, p.disputed_amount, p.payment_method, ' +
  'p.fee_basis_points, p.fee_fixed, p.pending_operation_id, p.event_count, p.shard, p.capture_before, p.created_at, p.updated_at'

/** Of a row of `payment`: no expiry of it was declined since `declinedAfter`. */
export const NOT_JUST_DECLINED = `NOT EXISTS (SELECT 1 FROM payment_operation o
  WHERE o.payment_id = payment.payment_id AND o.kind = 'expire' AND o.state = 'DECLINED' AND o.finished_at > ?)`

export const declinedAfter = (virtualNowMs: number): Date => new Date(virtualNowMs - DECLINED_EXPIRY_PAUSE_MS)

export interface PaymentRow {
  payment_id: string
  merchant_id: string
  order_id: string | null
  status: PaymentStatus
  amount: number
  currency: string
  captured_amount: number
  refunded_amount: number
  disputed_amount: number
  payment_method: string
  fee_basis_points: number | null
  fee_fixed: number | null
  pending_operation_id: string | null
  event_count: number
  shard: number
  capture_before: Date | null
  created_at: Date
  updated_at: Date
}

export const paymentOf = (row: PaymentRow): Payment => ({
  paymentId: row.payment_id,
  merchantId: row.merchant_id,
  orderId: row.order_id,
  status: row.status,
  amountMinor: row.amount,
  currency: row.currency,
  capturedMinor: row.captured_amount,
  refundedMinor: row.refunded_amount,
  disputedMinor: row.disputed_amount,
  paymentMethod: row.payment_method,
  feeSchedule: feeScheduleOf(row),
  pendingOperationId: row.pending_operation_id,
  eventCount: row.event_count,
  shard: row.shard,
  captureBeforeMs: row.capture_before?.getTime() ?? null,
  createdAtMs: row.created_at.getTime(),
  updatedAtMs: row.updated_at.getTime(),
})

const feeScheduleOf = ({ fee_basis_points: basisPoints, fee_fixed: fixedMinor }: PaymentRow): Payment['feeSchedule'] =>
  basisPoints === null || fixedMinor === null ? null : { basisPoints, fixedMinor }

const SELECT_PAYMENT = `SELECT ${PAYMENT_COLUMNS} FROM payment p`

export class PaymentTable implements Payments {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(tx: Transaction, payment: Payment & { idempotencyKey: string }): Promise<void> {
    this.#database.insertLater(
      `INSERT INTO payment (payment_id, merchant_id, order_id, idempotency_key, status, amount, currency, captured_amount,
         refunded_amount, payment_method, fee_basis_points, fee_fixed, pending_operation_id, event_count, shard, capture_before,
         created_at, updated_at) VALUES`,
      [
        payment.paymentId,
        payment.merchantId,
        payment.orderId,
        payment.idempotencyKey,
        payment.status,
        payment.amountMinor,
        payment.currency,
        payment.capturedMinor,
        payment.refundedMinor,
        payment.paymentMethod,
        payment.feeSchedule?.basisPoints ?? null,
        payment.feeSchedule?.fixedMinor ?? null,
        payment.pendingOperationId,
        payment.eventCount,
        payment.shard,
        dateOrNull(payment.captureBeforeMs),
        new Date(payment.createdAtMs),
        new Date(payment.updatedAtMs),
      ],
      tx,
    )
  }

  async lock(tx: Transaction, paymentId: string): Promise<Payment | undefined> {
    const rows = await this.#database.selectLocked<PaymentRow>(SELECT_PAYMENT, 'p.payment_id', paymentId, tx)
    const row = rows.find(each => each.payment_id === paymentId)
    return row && paymentOf(row)
  }

  async update(tx: Transaction, payment: Payment): Promise<void> {
    this.#database.updateEachLater(
      'payment',
      {
        status: payment.status,
        captured_amount: payment.capturedMinor,
        refunded_amount: payment.refundedMinor,
        fee_basis_points: payment.feeSchedule?.basisPoints ?? null,
        fee_fixed: payment.feeSchedule?.fixedMinor ?? null,
        pending_operation_id: payment.pendingOperationId,
        event_count: payment.eventCount,
        capture_before: dateOrNull(payment.captureBeforeMs),
        updated_at: new Date(payment.updatedAtMs),
      },
      { key: { payment_id: payment.paymentId } },
      tx,
    )
  }

  async expired(nowMs: number, limit: number): Promise<string[]> {
    const rows = await this.#database.select<{ payment_id: string }>(
      `SELECT payment_id FROM payment WHERE status IN (?) AND capture_before <= ? AND pending_operation_id IS NULL
         AND ${NOT_JUST_DECLINED} ORDER BY capture_before LIMIT ?`,
      [heldStatuses, new Date(nowMs), declinedAfter(nowMs), limit],
    )
    return rows.map(row => row.payment_id)
  }
}

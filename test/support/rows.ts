/** Rows for tests of the stores, each of a payment that nobody else knows. */
import type { Payment } from '../../shared/domain/payment.ts'
import type { Answer, ClaimedOperation } from '../../shared/payments/ports.ts'
import { createIds } from '../../shared/runtime/ids.ts'

export const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 6)
export const MERCHANT = 'shop'

export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))

export const ids = createIds(() => NOW_MS)

export const newPayment = (given: Partial<Payment> = {}): Payment & { idempotencyKey: string } => {
  const paymentId = ids.payment()
  return {
    paymentId,
    merchantId: MERCHANT,
    orderId: null,
    idempotencyKey: paymentId,
    status: 'REQUESTED',
    amountMinor: 10_000,
    currency: 'KRW',
    capturedMinor: 0,
    refundedMinor: 0,
    disputedMinor: 0,
    paymentMethod: 'tok_approve',
    feeSchedule: { basisPoints: 250, fixedMinor: 0 },
    pendingOperationId: null,
    eventCount: 0,
    shard: 3,
    captureBeforeMs: null,
    createdAtMs: NOW_MS,
    updatedAtMs: NOW_MS,
    ...given,
  }
}

/** As `lock` gives it back. */
export const stored = ({ idempotencyKey: _, ...payment }: Payment & { idempotencyKey: string }): Payment => payment

export const newOperation = (paymentId: string, given: Partial<ClaimedOperation> = {}): ClaimedOperation => ({
  operationId: ids.operation(),
  paymentId,
  merchantId: MERCHANT,
  idempotencyKey: `key-of-${paymentId}`,
  kind: 'authorize',
  amountMinor: 10_000,
  currency: 'KRW',
  paymentMethod: 'tok_approve',
  authorizationId: null,
  finalCapture: null,
  combined: false,
  answerKey: `key-of-${paymentId}`,
  reason: null,
  attempt: 1,
  leaseUntilMs: NOW_MS + 15_000,
  nextAttemptAtMs: NOW_MS + 15_000,
  createdAtMs: NOW_MS,
  sequence: 1,
  requestId: null,
  ...given,
})

export const answerOf = (text: string): Answer => ({ statusCode: 201, contentType: 'application/json', body: text })

/** The life of one payment: which operation is allowed when, and what its success does to status and totals. */

// The same words as in shared/contracts/payment.ts. Neither room imports the other; where they meet, the compiler compares them.
export type PaymentStatus =
  | 'REQUESTED'
  | 'AUTHORIZED'
  | 'DECLINED'
  | 'FAILED'
  | 'PARTIALLY_CAPTURED'
  | 'COMPLETED'
  | 'VOIDED'
  | 'EXPIRED'
  | 'PARTIALLY_REFUNDED'
  | 'REFUNDED'

export type OperationKind = 'authorize' | 'capture' | 'refund' | 'void' | 'expire'

export interface Payment {
  paymentId: string
  merchantId: string
  status: PaymentStatus
  amountMinor: number
  currency: string
  capturedMinor: number
  refundedMinor: number
  paymentMethod: string
  pendingOperationId: string | null
  /** Sequence of the newest event of this payment. */
  eventCount: number
  /** Partition of the doorbell topic. */
  shard: number
  captureBeforeMs: number | null
  createdAtMs: number
  updatedAtMs: number
}

/** The transition table: where an operation may start. The success of an operation is in `applySuccess`. */
const startsFrom: Record<OperationKind, readonly PaymentStatus[]> = {
  authorize: ['REQUESTED'],
  capture: ['AUTHORIZED', 'PARTIALLY_CAPTURED'],
  refund: ['COMPLETED', 'PARTIALLY_REFUNDED'],
  void: ['AUTHORIZED'],
  expire: ['AUTHORIZED', 'PARTIALLY_CAPTURED'],
}

export type Plan =
  | { kind: 'allowed'; amountMinor: number }
  /** Another operation on this payment is being worked on; asking again later may be allowed. */
  | { kind: 'busy' }
  /** Settled: asking again changes nothing. `remainingMinor` is what another amount could still get. */
  | { kind: 'refused'; reason: 'status' | 'amount' | 'expired'; remainingMinor: number }
  /** A part of what is left: not supported yet. */
  | { kind: 'partial' }

/** What is left to capture, or to refund, in minor units. */
export const remainingMinor = (payment: Payment, kind: 'capture' | 'refund'): number =>
  kind === 'capture' ? payment.amountMinor - payment.capturedMinor : payment.capturedMinor - payment.refundedMinor

/**
 * Decides whether a capture or refund of `requestedMinor` (default: all that is left) may begin at `nowMs`.
 * Guards in order: another operation pending, status, time limit of the authorization, amount.
 */
export function plan(
  payment: Payment,
  kind: 'capture' | 'refund',
  requestedMinor: number | undefined,
  nowMs: number,
): Plan {
  const left = remainingMinor(payment, kind)
  const refused = (reason: 'status' | 'amount' | 'expired'): Plan => ({
    kind: 'refused',
    reason,
    remainingMinor: reason === 'amount' ? left : 0,
  })

  if (payment.pendingOperationId !== null) return { kind: 'busy' }
  if (!startsFrom[kind].includes(payment.status)) return refused('status')
  if (kind === 'capture' && payment.captureBeforeMs !== null && nowMs >= payment.captureBeforeMs)
    return refused('expired')
  const amountMinor = requestedMinor ?? left
  if (amountMinor > left || left === 0) return refused('amount')
  if (amountMinor < left) return { kind: 'partial' }
  return { kind: 'allowed', amountMinor }
}

/** The payment after the acquirer approved an operation. Throws on an operation that the table does not allow: that is a bug. */
export function applySuccess(payment: Payment, operation: { kind: OperationKind; amountMinor: number }): Payment {
  if (!startsFrom[operation.kind].includes(payment.status))
    throw new Error(`${operation.kind} cannot succeed on a ${payment.status} payment`)
  switch (operation.kind) {
    case 'authorize':
      return { ...payment, status: 'AUTHORIZED' }
    case 'capture': {
      const capturedMinor = payment.capturedMinor + operation.amountMinor
      return {
        ...payment,
        capturedMinor,
        status: capturedMinor === payment.amountMinor ? 'COMPLETED' : 'PARTIALLY_CAPTURED',
      }
    }
    case 'refund': {
      const refundedMinor = payment.refundedMinor + operation.amountMinor
      return {
        ...payment,
        refundedMinor,
        status: refundedMinor === payment.capturedMinor ? 'REFUNDED' : 'PARTIALLY_REFUNDED',
      }
    }
    case 'void':
      return { ...payment, status: 'VOIDED' }
    case 'expire':
      return { ...payment, status: payment.capturedMinor > 0 ? 'COMPLETED' : 'EXPIRED' }
  }
}

/** The payment after the acquirer refused, or after it confirmed that nothing was done. Only an authorization changes its status. */
export function applyRefusal(payment: Payment, kind: OperationKind, refusal: 'declined' | 'canceled'): Payment {
  if (kind !== 'authorize') return payment
  return { ...payment, status: refusal === 'declined' ? 'DECLINED' : 'FAILED' }
}

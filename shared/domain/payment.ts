/** The life of one payment: which operation is allowed when, and what its success does to status and totals. */
import type { OperationKind, PaymentStatus, RequestedKind } from '../contracts/lists.ts'

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

/** The transition table: which operations may start. The success of an operation is in `applySuccess`. */
const allowed: Record<PaymentStatus, readonly OperationKind[]> = {
  REQUESTED: ['authorize'],
  AUTHORIZED: ['capture', 'void', 'expire'],
  DECLINED: [],
  FAILED: [],
  PARTIALLY_CAPTURED: ['capture', 'expire'],
  COMPLETED: ['refund'],
  VOIDED: [],
  EXPIRED: [],
  PARTIALLY_REFUNDED: ['refund'],
  REFUNDED: [],
}

/** The operations that a caller can ask for on a payment that exists. */
export type ChangeKind = Exclude<RequestedKind, 'authorize'>

export type Plan =
  | { kind: 'allowed'; amountMinor: number }
  /** Another operation on this payment is pending. The same request may be allowed later. */
  | { kind: 'busy' }
  /** Final: a repeat gets the same answer. `remainingMinor` is what another amount could still get. */
  | { kind: 'refused'; reason: 'status' | 'amount' | 'expired'; remainingMinor: number }
  /** A part of what is left: not supported yet. */
  | { kind: 'partial' }

interface ChangeRule {
  remainingMinor: (payment: Payment) => number
  /** From then on it is too late (epoch); null: never. */
  endsAtMs: (payment: Payment) => number | null
}

const changeRules: Record<ChangeKind, ChangeRule> = {
  capture: {
    remainingMinor: ({ amountMinor, capturedMinor }) => amountMinor - capturedMinor,
    endsAtMs: ({ captureBeforeMs }) => captureBeforeMs,
  },
  refund: {
    remainingMinor: ({ capturedMinor, refundedMinor }) => capturedMinor - refundedMinor,
    endsAtMs: () => null,
  },
}

/** What is left to capture, or to refund, in minor units. */
export const remainingMinor = (payment: Payment, kind: ChangeKind): number => changeRules[kind].remainingMinor(payment)

/**
 * Decides whether a capture or refund of `requestedMinor` (default: all that is left) may begin at `nowMs`.
 * Guards in order: another operation pending, status, time limit of the authorization, amount.
 */
export function plan(payment: Payment, kind: ChangeKind, requestedMinor: number | undefined, nowMs: number): Plan {
  const left = remainingMinor(payment, kind)
  const refused = (reason: 'status' | 'amount' | 'expired'): Plan => ({
    kind: 'refused',
    reason,
    remainingMinor: reason === 'amount' ? left : 0,
  })

  if (payment.pendingOperationId !== null) return { kind: 'busy' }
  if (!allowed[payment.status].includes(kind)) return refused('status')
  const endsAtMs = changeRules[kind].endsAtMs(payment)
  if (endsAtMs !== null && nowMs >= endsAtMs) return refused('expired')
  const amountMinor = requestedMinor ?? left
  if (amountMinor > left || left === 0) return refused('amount')
  if (amountMinor < left) return { kind: 'partial' }
  return { kind: 'allowed', amountMinor }
}

/** The payment after the acquirer approved an operation. Throws on an operation that the table does not allow: that is a bug. */
export function applySuccess(payment: Payment, operation: { kind: OperationKind; amountMinor: number }): Payment {
  if (!allowed[payment.status].includes(operation.kind))
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

/** What a refusal makes of a payment; null leaves it as it was. */
const statusAfterRefusal: Record<OperationKind, { declined: PaymentStatus; canceled: PaymentStatus } | null> = {
  authorize: { declined: 'DECLINED', canceled: 'FAILED' },
  capture: null,
  refund: null,
  void: null,
  expire: null,
}

/** The payment after the acquirer refused, or after it confirmed that nothing was done. */
export function applyRefusal(payment: Payment, kind: OperationKind, refusal: 'declined' | 'canceled'): Payment {
  const after = statusAfterRefusal[kind]
  return after === null ? payment : { ...payment, status: after[refusal] }
}

/** The life of one payment: which operation is allowed when, and what its success does to status and totals. */
import type { OperationKind, PaymentStatus } from '../contracts/lists.ts'
import type { FeeSchedule } from './fee.ts'

export interface Payment {
  paymentId: string
  merchantId: string
  /** The merchant's own name for the purchase. */
  orderId: string | null
  status: PaymentStatus
  amountMinor: number
  currency: string
  capturedMinor: number
  refundedMinor: number
  /** Of disputes that are open or lost. Changed by those alone. */
  disputedMinor: number
  paymentMethod: string
  /** As it was when the payment was authorized; null on payments of functions that did not keep it. */
  feeSchedule: FeeSchedule | null
  pendingOperationId: string | null
  /** Sequence of the newest event of this payment. */
  eventCount: number
  /** Partition of the doorbell topic. */
  shard: number
  /** From then on nothing is captured, and the hold is released (epoch); null until there is a hold. */
  captureBeforeMs: number | null
  createdAtMs: number
  updatedAtMs: number
}

/** What an operation moves: a captured, refunded or released amount. */
export interface Moved {
  kind: OperationKind
  amountMinor: number
  /** Whether a capture releases what it leaves; null on the other kinds. */
  finalCapture: boolean | null
}

interface Transition {
  from: readonly PaymentStatus[]
  /** The most that it can move. */
  remainingMinor: (payment: Payment) => number
  /** Whether it may move less than all that remains. */
  inParts: boolean
  /** The first moment at which it is allowed (epoch), and the first at which it is not any more. */
  beginsAtMs?: (payment: Payment) => number | null
  endsAtMs?: (payment: Payment) => number | null
  /** Status and totals after its success. */
  after: (payment: Payment, moved: Moved) => Pick<Payment, 'status'> & Partial<Payment>
  /** The status after a refusal; null leaves the payment as it was. */
  refused: { declined: PaymentStatus; canceled: PaymentStatus } | null
}

const uncapturedMinor = ({ amountMinor, capturedMinor }: Payment): number => amountMinor - capturedMinor
const unrefundedMinor = ({ capturedMinor, refundedMinor, disputedMinor }: Payment): number =>
  capturedMinor - refundedMinor - disputedMinor
const captureBeforeMs = (payment: Payment): number | null => payment.captureBeforeMs
const HELD = ['AUTHORIZED', 'PARTIALLY_CAPTURED'] as const

/** The transition table: when each operation may begin, how much it may move, and what comes of it. */
const transitions: Record<OperationKind, Transition> = {
  authorize: {
    from: ['REQUESTED'],
    remainingMinor: ({ amountMinor }) => amountMinor,
    inParts: false,
    after: () => ({ status: 'AUTHORIZED' }),
    refused: { declined: 'DECLINED', canceled: 'FAILED' },
  },
  capture: {
    from: HELD,
    remainingMinor: uncapturedMinor,
    inParts: true,
    endsAtMs: captureBeforeMs,
    after: (payment, { amountMinor, finalCapture }) => {
      const capturedMinor = payment.capturedMinor + amountMinor
      const isOver = finalCapture !== false || capturedMinor === payment.amountMinor
      return { capturedMinor, status: isOver ? 'COMPLETED' : 'PARTIALLY_CAPTURED' }
    },
    refused: null,
  },
  refund: {
    from: ['COMPLETED', 'PARTIALLY_REFUNDED'],
    remainingMinor: unrefundedMinor,
    inParts: true,
    after: (payment, { amountMinor }) => {
      const refundedMinor = payment.refundedMinor + amountMinor
      return { refundedMinor, status: refundedMinor === payment.capturedMinor ? 'REFUNDED' : 'PARTIALLY_REFUNDED' }
    },
    refused: null,
  },
  void: {
    from: HELD,
    remainingMinor: uncapturedMinor,
    inParts: false,
    after: ({ capturedMinor }) => ({ status: capturedMinor > 0 ? 'COMPLETED' : 'VOIDED' }),
    refused: null,
  },
  expire: {
    from: HELD,
    remainingMinor: uncapturedMinor,
    inParts: false,
    beginsAtMs: captureBeforeMs,
    after: ({ capturedMinor }) => ({ status: capturedMinor > 0 ? 'COMPLETED' : 'EXPIRED' }),
    refused: null,
  },
}

/** The statuses of a payment whose money is held, wholly or in part. */
export const heldStatuses: readonly PaymentStatus[] = HELD

/** How long a hold is left alone after the acquirer declined to let it go. Virtual time. */
export const DECLINED_EXPIRY_PAUSE_MS = 3_600_000

/** The operations on a payment that exists. */
export type ChangeKind = Exclude<OperationKind, 'authorize'>

export type Plan =
  | { kind: 'allowed'; amountMinor: number }
  /** Another operation on this payment is pending. The same request may be allowed later. */
  | { kind: 'busy' }
  /** Only for an expiry: its time has not come. */
  | { kind: 'early' }
  /** Final: a repeat gets the same answer. `remainingMinor` is what another amount could still get. */
  | { kind: 'refused'; reason: 'status' | 'amount' | 'expired'; remainingMinor: number }

/**
 * Decides whether an operation on `requestedMinor` (default: all that is left) may begin at `nowMs`, in virtual time.
 * Guards in order: another operation pending, status, time limits, amount.
 */
export function plan(payment: Payment, kind: ChangeKind, requestedMinor: number | undefined, nowMs: number): Plan {
  const { from, remainingMinor, inParts, beginsAtMs, endsAtMs } = transitions[kind]
  const left = remainingMinor(payment)
  const refused = (reason: 'status' | 'amount' | 'expired'): Plan => ({
    kind: 'refused',
    reason,
    remainingMinor: reason === 'amount' ? left : 0,
  })

  if (payment.pendingOperationId !== null) return { kind: 'busy' }
  if (!from.includes(payment.status)) return refused('status')
  if (nowMs >= (endsAtMs?.(payment) ?? Number.POSITIVE_INFINITY)) return refused('expired')
  if (nowMs < (beginsAtMs?.(payment) ?? Number.NEGATIVE_INFINITY)) return { kind: 'early' }
  const amountMinor = requestedMinor ?? left
  if (left === 0 || amountMinor > left || (amountMinor < left && !inParts)) return refused('amount')
  return { kind: 'allowed', amountMinor }
}

/** What a capture could still take at `nowMs`, in minor units; 0 once capturing is over. */
export const capturableMinor = (payment: Payment, nowMs: number): number => leftFor('capture', payment, nowMs)

/** What a refund could still give back, in minor units; 0 while capturing is not over. */
export const refundableMinor = (payment: Payment): number => leftFor('refund', payment, Number.NEGATIVE_INFINITY)

function leftFor(kind: ChangeKind, payment: Payment, nowMs: number): number {
  const { from, remainingMinor, endsAtMs } = transitions[kind]
  const isOver = nowMs >= (endsAtMs?.(payment) ?? Number.POSITIVE_INFINITY)
  return from.includes(payment.status) && !isOver ? remainingMinor(payment) : 0
}

/** The payment after the acquirer approved an operation. Throws on an operation that the table does not allow: that is a bug. */
export function applySuccess(payment: Payment, moved: Moved): Payment {
  const { from, remainingMinor, after } = transitions[moved.kind]
  if (!from.includes(payment.status) || moved.amountMinor > remainingMinor(payment))
    throw new Error(`${moved.kind} of ${moved.amountMinor} cannot succeed on a ${payment.status} payment`)
  return { ...payment, ...after(payment, moved) }
}

/** The payment after the acquirer refused, or after it confirmed that nothing was done. */
export function applyRefusal(payment: Payment, kind: OperationKind, refusal: 'declined' | 'canceled'): Payment {
  const { refused } = transitions[kind]
  return refused === null ? payment : { ...payment, status: refused[refusal] }
}

/** What an operation leaves of the hold for good, in minor units: of a final capture the rest, of a void or expiry all that was left. */
export function releasedMinor(before: Payment, after: Payment): number {
  const wasHeld = HELD.some(status => status === before.status)
  const isHeld = HELD.some(status => status === after.status)
  return wasHeld && !isHeld ? uncapturedMinor(after) : 0
}

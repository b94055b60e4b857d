/** Invariants of the payment row itself: its totals, its status, its pending operation, and what hangs on it. */
import { type OperationKind, type OperationState, operationKinds, type PaymentStatus } from '../contracts/lists.ts'
import { type CheckResult, type DatabaseInvariant, failed, holds, ok, same } from './invariant.ts'
import {
  type OperationRow,
  outcomeOf,
  type PaymentHistory,
  type PaymentRow,
  ruleOf,
  succeededOf,
  sum,
  type Total,
} from './payment-history.ts'

const totalsInBounds = {
  name: 'totals-in-bounds',
  sentence: 'Of every payment, 0 ≤ refunded ≤ captured ≤ authorized amount.',
  *checkPayment({ payment }) {
    if (!payment) return
    const { paymentId, amount, capturedAmount: captured, refundedAmount: refunded } = payment
    const inBounds = amount > 0 && refunded >= 0 && refunded <= captured && captured <= amount
    yield holds(inBounds, paymentId, `refunded ${refunded}, captured ${captured}, amount ${amount}`)
  },
} as const satisfies DatabaseInvariant

const untouched = (payment: PaymentRow) => payment.capturedAmount === 0 && payment.refundedAmount === 0
const capturedOnly = (payment: PaymentRow) => payment.capturedAmount > 0 && payment.refundedAmount === 0

const totalsByStatus: Record<PaymentStatus, (payment: PaymentRow) => boolean> = {
  REQUESTED: untouched,
  AUTHORIZED: untouched,
  DECLINED: untouched,
  FAILED: untouched,
  VOIDED: untouched,
  EXPIRED: untouched,
  PARTIALLY_CAPTURED: payment => capturedOnly(payment) && payment.capturedAmount < payment.amount,
  COMPLETED: capturedOnly,
  PARTIALLY_REFUNDED: ({ capturedAmount, refundedAmount }) => refundedAmount > 0 && refundedAmount < capturedAmount,
  REFUNDED: ({ capturedAmount, refundedAmount }) => refundedAmount > 0 && refundedAmount === capturedAmount,
}

const statusFitsTotals = {
  name: 'status-fits-totals',
  sentence: 'The status of every payment fits its captured and refunded amounts.',
  *checkPayment({ payment }) {
    if (!payment) return
    const { paymentId, status, capturedAmount, refundedAmount } = payment
    const fits = ruleOf(totalsByStatus, status)?.(payment) ?? false
    yield holds(fits, paymentId, `status ${status} with captured ${capturedAmount}, refunded ${refundedAmount}`)
  },
} as const satisfies DatabaseInvariant

const nothingOrphaned = {
  name: 'nothing-orphaned',
  sentence: 'Every operation, ledger entry and outbox row belongs to a payment.',
  *checkPayment({ payment, operations, entries, outbox }) {
    const rows = [
      ...operations.map(operation => operation.operationId),
      ...entries.map(entry => entry.entryId),
      ...outbox.map(row => row.eventId),
    ]
    for (const row of rows) yield holds(payment !== null, row, 'its payment does not exist')
  },
} as const satisfies DatabaseInvariant

const oneCurrency = {
  name: 'one-merchant-one-currency',
  sentence: 'Operations, events and entries of a payment carry its merchant and its currency.',
  *checkPayment({ payment, operations, entries, outbox }) {
    if (!payment) return
    const { currency, merchantId } = payment
    for (const operation of operations) {
      yield same(operation.operationId, 'currency', operation.currency, currency)
      yield same(operation.operationId, 'merchant', operation.merchantId, merchantId)
    }
    for (const entry of entries) yield same(entry.entryId, 'currency', entry.currency, currency)
    for (const { event, eventId } of outbox) {
      if (!event) continue
      yield same(eventId, 'currency', event.payment.currency, currency)
      yield same(eventId, 'merchant', event.payment.merchantId, merchantId)
    }
  },
} as const satisfies DatabaseInvariant

const pendingPointer = {
  name: 'pending-operation',
  sentence: 'A payment has at most one PENDING operation, and pending_operation_id names exactly that one.',
  *checkPayment({ payment, operations }) {
    if (!payment) return
    const open = operations.filter(({ state }) => outcomeOf(state) === 'open').map(({ operationId }) => operationId)
    if (open.length > 1) yield failed(payment.paymentId, `has ${open.length} pending operations: ${open.join(', ')}`)
    else yield same(payment.paymentId, 'pending_operation_id', payment.pendingOperationId, open[0] ?? null)
  },
} as const satisfies DatabaseInvariant

type Fits = (history: PaymentHistory, payment: PaymentRow) => boolean

const authorizedInFull: Fits = (history, payment) => {
  const authorized = succeededOf(history, 'authorize')
  return authorized.length === 1 && authorized[0]?.amount === payment.amount
}
const authorizationIs =
  (wanted: OperationState): Fits =>
  ({ operations }) =>
    operations.some(({ kind, state }) => kind === 'authorize' && state === wanted)

/** Operations that let go of what was held and not captured. */
const endingHold = (history: PaymentHistory): OperationRow[] => [
  ...succeededOf(history, 'capture').filter(({ finalCapture }) => finalCapture !== false),
  ...succeededOf(history, 'void'),
  ...succeededOf(history, 'expire'),
]
const stillHeld: Fits = (history, payment) =>
  authorizedInFull(history, payment) && endingHold(history).length === 0 && payment.capturedAmount < payment.amount
/** By one operation that says so, or because nothing was left. */
const notHeld: Fits = (history, payment) => {
  const ended = endingHold(history).length
  return (
    authorizedInFull(history, payment) && (ended === 1 || (ended === 0 && payment.capturedAmount === payment.amount))
  )
}

/** What the operations must have come to for a status to be reached. */
const operationsByStatus: Record<PaymentStatus, Fits> = {
  REQUESTED: authorizationIs('PENDING'),
  AUTHORIZED: stillHeld,
  DECLINED: authorizationIs('DECLINED'),
  FAILED: authorizationIs('FAILED'),
  PARTIALLY_CAPTURED: stillHeld,
  COMPLETED: notHeld,
  VOIDED: (history, payment) => notHeld(history, payment) && succeededOf(history, 'void').length === 1,
  EXPIRED: (history, payment) => notHeld(history, payment) && succeededOf(history, 'expire').length === 1,
  PARTIALLY_REFUNDED: notHeld,
  REFUNDED: notHeld,
}

const statusFitsOperations = {
  name: 'status-fits-operations',
  sentence:
    'Every payment was brought to its status by its operations: authorized once, for its amount, or refused; and its hold was ended once, or not yet.',
  *checkPayment(history) {
    const { payment } = history
    if (!payment) return
    const fits = ruleOf(operationsByStatus, payment.status)?.(history, payment) ?? false
    const states = history.operations.map(({ kind, state, amount }) => `${kind} ${amount} ${state}`).join(', ')
    yield holds(fits, payment.paymentId, `status ${payment.status}, operations: ${states || 'none'}`)
  },
} as const satisfies DatabaseInvariant

/** Which total of the payment an operation adds to when it succeeds. */
const totalMovedBy: Record<OperationKind, Total | null> = {
  authorize: null,
  capture: 'capturedAmount',
  refund: 'refundedAmount',
  void: null,
  expire: null,
}

const addsUp = (history: PaymentHistory, total: Total): CheckResult => {
  if (!history.payment) return ok
  const kinds = operationKinds.filter(kind => totalMovedBy[kind] === total)
  const moved = sum(kinds.flatMap(kind => succeededOf(history, kind)).map(operation => operation.amount))
  return same(history.paymentId, `the sum of ${kinds.join(' and ')} operations`, moved, history.payment[total])
}

const capturedByOperations = {
  name: 'captured-by-operations',
  sentence: 'The succeeded capture operations of a payment add up to its captured amount.',
  *checkPayment(history) {
    yield addsUp(history, 'capturedAmount')
  },
} as const satisfies DatabaseInvariant

const refundedByOperations = {
  name: 'refunded-by-operations',
  sentence: 'The succeeded refund operations of a payment add up to its refunded amount.',
  *checkPayment(history) {
    yield addsUp(history, 'refundedAmount')
  },
} as const satisfies DatabaseInvariant

const capturedInTime = {
  name: 'captured-in-time',
  sentence: 'Every capture that succeeded was claimed before the payment’s time to capture ran out.',
  *checkPayment(history) {
    const { payment } = history
    if (!payment) return
    const { captureBeforeMs } = payment
    for (const { operationId, createdAtMs } of succeededOf(history, 'capture'))
      yield holds(
        captureBeforeMs !== null && createdAtMs < captureBeforeMs,
        operationId,
        `claimed at ${createdAtMs}, to be captured before ${captureBeforeMs}`,
      )
  },
} as const satisfies DatabaseInvariant

export const paymentInvariants = [
  totalsInBounds,
  statusFitsTotals,
  statusFitsOperations,
  capturedByOperations,
  refundedByOperations,
  capturedInTime,
  oneCurrency,
  pendingPointer,
  nothingOrphaned,
] as const

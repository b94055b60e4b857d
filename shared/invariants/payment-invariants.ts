/** Invariants of the payment row itself: its totals, its status, its pending operation, and what hangs on it. */
import {
  type OperationKind,
  type OperationState,
  operationKinds,
  type PaymentStatus,
} from '../../shared/contracts/lists.ts'
import { type Book, outcomeOf, type PaymentRow, ruleOf, succeededOf, sum } from './book.ts'
import { type BookInvariant, failed, holds, ok, same, type Verdict } from './invariant.ts'

const totalsInBounds: BookInvariant = {
  name: 'totals-in-bounds',
  sentence: 'Of every payment, 0 ≤ refunded ≤ captured ≤ authorized amount.',
  *check({ payment }) {
    if (!payment) return
    const { paymentId, amount, capturedAmount: captured, refundedAmount: refunded } = payment
    const inBounds = amount > 0 && refunded >= 0 && refunded <= captured && captured <= amount
    yield holds(inBounds, paymentId, `refunded ${refunded}, captured ${captured}, amount ${amount}`)
  },
}

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

const statusFitsTotals: BookInvariant = {
  name: 'status-fits-totals',
  sentence: 'The status of every payment fits its captured and refunded amounts.',
  *check({ payment }) {
    if (!payment) return
    const { paymentId, status, capturedAmount, refundedAmount } = payment
    const fits = ruleOf(totalsByStatus, status)?.(payment) ?? false
    yield holds(fits, paymentId, `status ${status} with captured ${capturedAmount}, refunded ${refundedAmount}`)
  },
}

const nothingOrphaned: BookInvariant = {
  name: 'nothing-orphaned',
  sentence: 'Every operation, ledger entry and outbox row belongs to a payment.',
  *check({ payment, operations, entries, outbox }) {
    const rows = [
      ...operations.map(operation => operation.operationId),
      ...entries.map(entry => entry.entryId),
      ...outbox.map(row => row.eventId),
    ]
    for (const row of rows) yield holds(payment !== null, row, 'its payment does not exist')
  },
}

const oneCurrency: BookInvariant = {
  name: 'one-merchant-one-currency',
  sentence: 'Operations, events and entries of a payment carry its merchant and its currency.',
  *check({ payment, operations, entries, outbox }) {
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
}

const pendingPointer: BookInvariant = {
  name: 'pending-operation',
  sentence: 'A payment has at most one PENDING operation, and pending_operation_id names exactly that one.',
  *check({ payment, operations }) {
    if (!payment) return
    const open = operations.filter(({ state }) => outcomeOf(state) === 'open').map(({ operationId }) => operationId)
    if (open.length > 1) yield failed(payment.paymentId, `has ${open.length} pending operations: ${open.join(', ')}`)
    else yield same(payment.paymentId, 'pending_operation_id', payment.pendingOperationId, open[0] ?? null)
  },
}

type Fits = (book: Book, payment: PaymentRow) => boolean

const authorizedInFull: Fits = (book, payment) => {
  const authorized = succeededOf(book, 'authorize')
  return authorized.length === 1 && authorized[0]?.amount === payment.amount
}
const authorizationIs =
  (wanted: OperationState): Fits =>
  ({ operations }) =>
    operations.some(({ kind, state }) => kind === 'authorize' && state === wanted)

/** What the operations must have come to for a status to be reached; void and expire end an authorization. */
const operationsByStatus: Record<PaymentStatus, Fits> = {
  REQUESTED: authorizationIs('PENDING'),
  AUTHORIZED: authorizedInFull,
  DECLINED: authorizationIs('DECLINED'),
  FAILED: authorizationIs('FAILED'),
  PARTIALLY_CAPTURED: authorizedInFull,
  COMPLETED: authorizedInFull,
  VOIDED: (book, payment) => authorizedInFull(book, payment) && succeededOf(book, 'void').length === 1,
  EXPIRED: (book, payment) => authorizedInFull(book, payment) && succeededOf(book, 'expire').length === 1,
  PARTIALLY_REFUNDED: authorizedInFull,
  REFUNDED: authorizedInFull,
}

const statusFitsOperations: BookInvariant = {
  name: 'status-fits-operations',
  sentence: 'Every payment was brought to its status by its operations: authorized once, for its amount, or refused.',
  *check(book) {
    const { payment } = book
    if (!payment) return
    const fits = ruleOf(operationsByStatus, payment.status)?.(book, payment) ?? false
    const states = book.operations.map(({ kind, state, amount }) => `${kind} ${amount} ${state}`).join(', ')
    yield holds(fits, payment.paymentId, `status ${payment.status}, operations: ${states || 'none'}`)
  },
}

type Total = 'capturedAmount' | 'refundedAmount'

/** Which total of the payment an operation adds to when it succeeds. */
const totalMovedBy: Record<OperationKind, Total | null> = {
  authorize: null,
  capture: 'capturedAmount',
  refund: 'refundedAmount',
  void: null,
  expire: null,
}

const addsUp = (book: Book, total: Total): Verdict => {
  if (!book.payment) return ok
  const kinds = operationKinds.filter(kind => totalMovedBy[kind] === total)
  const moved = sum(kinds.flatMap(kind => succeededOf(book, kind)).map(operation => operation.amount))
  return same(book.paymentId, `the sum of ${kinds.join(' and ')} operations`, moved, book.payment[total])
}

const capturedByOperations: BookInvariant = {
  name: 'captured-by-operations',
  sentence: 'The succeeded capture operations of a payment add up to its captured amount.',
  *check(book) {
    yield addsUp(book, 'capturedAmount')
  },
}

const refundedByOperations: BookInvariant = {
  name: 'refunded-by-operations',
  sentence: 'The succeeded refund operations of a payment add up to its refunded amount.',
  *check(book) {
    yield addsUp(book, 'refundedAmount')
  },
}

export const paymentInvariants: BookInvariant[] = [
  totalsInBounds,
  statusFitsTotals,
  statusFitsOperations,
  capturedByOperations,
  refundedByOperations,
  oneCurrency,
  pendingPointer,
  nothingOrphaned,
]

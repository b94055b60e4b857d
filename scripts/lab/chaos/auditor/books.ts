/** The auditor's own books, in memory: each payment step by step from its operations, each hold from the acquirer's journal alone. */
import type { JournalEntry } from '../../../../shared/contracts/acquirer.ts'
import type { EventType, OperationKind, PaymentStatus } from '../../../../shared/contracts/lists.ts'
import { disputedDuring, type Span } from './disputed.ts'
import type { DisputeFact, EntryFact, Facts, OperationFact, OutboxFact, PaymentFact } from './facts.ts'

export type Decision = Extract<JournalEntry, { type: 'decision' }>

/** A payment after one of its operations was decided. */
export interface Moment {
  operation: OperationFact
  before: Totals
  after: Totals
  /** Each amount that card holders may have taken back when it was decided, and from then until the next operation was. */
  disputed: { whenDecided: ReadonlySet<number>; since: ReadonlySet<number> }
  /** Of the event that must tell of it; null when there must be none. */
  event: { type: EventType; sequence: number; fee: number | null; released: number } | null
}

export interface Totals {
  status: PaymentStatus
  captured: number
  refunded: number
}

export interface Books {
  facts: Facts
  decisions: Map<string, Decision>
  payments: Map<string, PaymentFact>
  operations: Map<string, OperationFact>
  /** By payment, in the order of the operations. */
  moments: Map<string, Moment[]>
  momentOf: Map<string, Moment>
  /** By the operation that each says it tells of. */
  outboxOf: Map<string, OutboxFact[]>
  /** By payment. */
  disputesOf: Map<string, DisputeFact[]>
  /** By payment. */
  entriesOf: Map<string, EntryFact[]>
  /** Merchant and key of every operation that has one. */
  usedKeys: Set<string>
}

/** A key belongs to its merchant. */
export const keyIdOf = ({ merchantId, key }: { merchantId: string; key: string | null }): string =>
  `${merchantId} ${key}`

const NOTHING: Totals = { status: 'REQUESTED', captured: 0, refunded: 0 }

export function openBooks(facts: Facts): Books {
  const decisions = facts.journal.filter(entry => entry.type === 'decision')
  const payments = new Map(facts.payments.map(payment => [payment.paymentId, payment]))
  const moments = new Map<string, Moment[]>()
  const outboxOf = Map.groupBy(facts.outbox, row => String(jsonIn(row.payload).operationId))
  const disputesOf = Map.groupBy(facts.disputes, ({ paymentId }) => paymentId)
  for (const [paymentId, operations] of Map.groupBy(facts.operations, each => each.paymentId)) {
    const payment = payments.get(paymentId)
    if (!payment) continue
    const inOrder = operations.toSorted((a, b) => a.sequence - b.sequence)
    const times = inOrder.map(({ operationId }) => timeOf(outboxOf.get(operationId)?.[0]))
    const disputes = disputesOf.get(paymentId) ?? []
    const disputed = spansOf(times).map(({ whenDecided, since }) => ({
      whenDecided: disputedDuring(disputes, whenDecided),
      since: disputedDuring(disputes, since),
    }))
    moments.set(paymentId, momentsOf(payment, inOrder, disputed))
  }
  return {
    facts,
    payments,
    moments,
    decisions: new Map(decisions.map(decision => [decision.operationId, decision])),
    operations: new Map(facts.operations.map(operation => [operation.operationId, operation])),
    momentOf: new Map([...moments.values()].flat().map(moment => [moment.operation.operationId, moment])),
    outboxOf,
    disputesOf,
    entriesOf: Map.groupBy(facts.entries, entry => entry.paymentId),
    usedKeys: new Set(facts.operations.filter(({ key }) => key !== null).map(keyIdOf)),
  }
}

/** An object in any case: what is no JSON object has no members. */
export function jsonIn(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** When an operation was decided, by the event that tells of it: virtual time. NaN where nothing does. */
const timeOf = (row: OutboxFact | undefined): number => Date.parse(String(row && jsonIn(row.payload).occurredAt))

/** Of each operation: when it was decided, and from then until the next one was. What has no time lies between those that have. */
function spansOf(times: readonly number[]): { whenDecided: Span; since: Span }[] {
  return times.map((_, place) => {
    const fromMs = times.slice(0, place + 1).findLast(isKnown) ?? Number.NEGATIVE_INFINITY
    const nextMs = times.slice(place + 1).find(isKnown) ?? Number.POSITIVE_INFINITY
    return {
      whenDecided: { fromMs, toMs: isKnown(times[place]!) ? fromMs : nextMs },
      since: { fromMs, toMs: nextMs },
    }
  })
}

const isKnown = (timeMs: number): boolean => !Number.isNaN(timeMs)

/** `operations` in their order, `disputed` of each. */
function momentsOf(payment: PaymentFact, operations: OperationFact[], disputed: Moment['disputed'][]): Moment[] {
  let before = NOTHING
  let events = 0
  const moments: Moment[] = []
  for (const [place, operation] of operations.entries()) {
    const after = totalsAfter(payment, before, operation)
    const type = eventTypes[operation.kind][operation.state]
    const fee = operation.kind === 'capture' ? feeOf(payment, after.captured) - feeOf(payment, before.captured) : null
    const released = operation.kind === 'capture' && isOver(after.status) ? payment.amount - after.captured : 0
    const event = type === null ? null : { type, sequence: ++events, fee: fee && Math.max(0, fee), released }
    moments.push({ operation, before, after, disputed: disputed[place]!, event })
    before = after
  }
  return moments
}

const isOver = (status: PaymentStatus): boolean => status !== 'AUTHORIZED' && status !== 'PARTIALLY_CAPTURED'

/** Which event an operation in a state must have. */
const eventTypes: Record<OperationKind, Record<OperationFact['state'], EventType | null>> = {
  authorize: { PENDING: null, SUCCEEDED: 'payment.authorized', DECLINED: 'payment.declined', FAILED: null },
  capture: { PENDING: null, SUCCEEDED: 'payment.captured', DECLINED: null, FAILED: null },
  refund: { PENDING: null, SUCCEEDED: 'payment.refunded', DECLINED: null, FAILED: null },
  void: { PENDING: null, SUCCEEDED: 'payment.voided', DECLINED: null, FAILED: null },
  expire: { PENDING: null, SUCCEEDED: 'payment.expired', DECLINED: null, FAILED: null },
}

function totalsAfter(payment: PaymentFact, before: Totals, operation: OperationFact): Totals {
  const { kind, state, amount, finalCapture } = operation
  if (state !== 'SUCCEEDED') {
    if (kind !== 'authorize' || state === 'PENDING') return before
    return { ...before, status: state }
  }
  const captured = before.captured + (kind === 'capture' ? amount : 0)
  const refunded = before.refunded + (kind === 'refund' ? amount : 0)
  const statuses: Record<OperationKind, PaymentStatus> = {
    authorize: 'AUTHORIZED',
    capture: finalCapture !== false || captured === payment.amount ? 'COMPLETED' : 'PARTIALLY_CAPTURED',
    refund: refunded === captured ? 'REFUNDED' : 'PARTIALLY_REFUNDED',
    void: captured > 0 ? 'COMPLETED' : 'VOIDED',
    expire: captured > 0 ? 'COMPLETED' : 'EXPIRED',
  }
  return { status: statuses[kind], captured, refunded }
}

/** F(x) = min(x, x · bp / 10000 rounded half to even + fixed), by the schedule in the payment's row. */
export function feeOf({ feeBasisPoints, feeFixed }: PaymentFact, captured: number): number {
  const twice = 2n * BigInt(captured) * BigInt(feeBasisPoints ?? 0)
  const halfUp = (twice + 10_000n) / 20_000n
  const isTie = (twice + 10_000n) % 20_000n === 0n
  const rounded = isTie && halfUp % 2n === 1n ? halfUp - 1n : halfUp
  return Math.min(captured, Number(rounded) + (captured > 0 ? (feeFixed ?? 0) : 0))
}

/** Invariants of the events: in the outbox, in order, complete, published, and in Kafka byte for byte. */
import {
  type EventType,
  eventTypes,
  type OperationKind,
  type OperationState,
  type PaymentStatus,
} from '../contracts/lists.ts'
import { type CheckResult, type DatabaseInvariant, failed, holds, type Judge, notYet, ok, same } from './invariant.ts'
import {
  type EventFacts,
  eventsOf,
  type OperationRow,
  type OutboxRow,
  type PaymentHistory,
  ruleOf,
  sum,
  type Total,
} from './payment-history.ts'

const topicOfSuccess: Record<OperationKind, EventType> = {
  authorize: 'payment.authorized',
  capture: 'payment.captured',
  refund: 'payment.refunded',
  void: 'payment.voided',
  expire: 'payment.expired',
}
const topicOfDecline: Record<OperationKind, EventType | undefined> = {
  authorize: 'payment.declined',
  capture: undefined,
  refund: undefined,
  void: undefined,
  expire: undefined,
}
const noTopic = () => undefined

/** The event that each outcome of an operation must have left behind. */
const topicByState: Record<OperationState, (kind: string) => EventType | undefined> = {
  PENDING: noTopic,
  SUCCEEDED: kind => ruleOf(topicOfSuccess, kind),
  DECLINED: kind => ruleOf(topicOfDecline, kind),
  FAILED: noTopic,
}

const topicOf = ({ kind, state }: OperationRow): EventType | undefined => ruleOf(topicByState, state)?.(kind)

const operationResult = (history: PaymentHistory, operation: OperationRow): CheckResult => {
  const told = history.outbox.filter(row => row.event?.operationId === operation.operationId).map(row => row.topic)
  const expected = topicOf(operation) ?? ''
  return same(operation.operationId, `the events of this ${operation.kind}`, told.join(' and '), expected)
}

const operationsHaveEvents = {
  name: 'operations-have-events',
  sentence:
    'Every operation that came to something has exactly one event, of the topic of its outcome; others have none.',
  *checkPayment(history) {
    for (const operation of history.operations) yield operationResult(history, operation)
  },
} as const satisfies DatabaseInvariant

const eventsHaveOperations = {
  name: 'events-have-operations',
  sentence: 'Every event names an operation of its payment and moves what that operation moved.',
  *checkPayment(history) {
    const byId = new Map(history.operations.map(operation => [operation.operationId, operation]))
    for (const { event, eventId } of history.outbox) {
      if (!event) continue
      const operation = byId.get(event.operationId)
      if (operation) yield same(eventId, 'its amount', event.amount, operation.amount)
      else yield failed(eventId, `its operation ${event.operationId} does not exist`)
    }
  },
} as const satisfies DatabaseInvariant

const eventSequence = {
  name: 'event-sequence',
  sentence: 'The events of a payment are numbered 1 to n without gaps, and n is what the payment counts.',
  *checkPayment({ paymentId, payment, outbox }) {
    if (!payment) return
    const found = outbox.map(row => row.sequence).sort((a, b) => a - b)
    const expected = Array.from({ length: payment.eventCount }, (_, index) => index + 1)
    yield same(paymentId, 'its event sequence', found.join(' '), expected.join(' '))
  },
} as const satisfies DatabaseInvariant

const eventInOnePlace = {
  name: 'event-in-one-place',
  sentence: 'Every event is in the outbox or in its archive, never in both.',
  *checkPayment({ outbox }) {
    const archived = new Set(outbox.filter(row => row.archived).map(row => row.eventId))
    for (const { eventId, archived: isArchived } of outbox)
      yield holds(isArchived || !archived.has(eventId), eventId, 'in outbox_event and in outbox_archive')
  },
} as const satisfies DatabaseInvariant

const envelopeProblem = (paymentId: string, row: OutboxRow): string | undefined => {
  if (!row.event) return 'its payload is not an event'
  const { eventId, eventType, sequence, payment } = row.event
  if (eventId !== row.eventId) return `its payload says event ${eventId}`
  if (eventType !== row.topic) return `its payload says type ${eventType}, its row topic ${row.topic}`
  if (sequence !== row.sequence) return `its payload says sequence ${sequence}, its row ${row.sequence}`
  if (payment.paymentId !== paymentId) return `its payload says payment ${payment.paymentId}`
  return undefined
}

const eventEnvelope = {
  name: 'event-envelope',
  sentence: 'Every outbox payload is an event that says the id, type, sequence and payment of its row.',
  *checkPayment({ paymentId, outbox }) {
    for (const row of outbox) {
      const problem = envelopeProblem(paymentId, row)
      yield problem ? failed(row.eventId, problem) : ok
    }
  },
} as const satisfies DatabaseInvariant

/** Which total of the payment an event adds to. */
const totalMovedBy: Record<EventType, Total | null> = {
  'payment.authorized': null,
  'payment.captured': 'capturedAmount',
  'payment.refunded': 'refundedAmount',
  'payment.voided': null,
  'payment.expired': null,
  'payment.declined': null,
}

const movedUntil = (history: PaymentHistory, total: Total, sequence: number): number =>
  sum(
    eventTypes
      .filter(type => totalMovedBy[type] === total)
      .flatMap(type => eventsOf(history, type))
      .map(row => (row.sequence <= sequence ? (row.event?.amount ?? 0) : 0)),
  )

const eventTotals = {
  name: 'event-totals',
  sentence: 'Every event carries the totals that the events up to it add up to.',
  *checkPayment(history) {
    for (const { event, eventId, sequence } of history.outbox) {
      if (!event) continue
      const captured = movedUntil(history, 'capturedAmount', sequence)
      yield same(eventId, 'its capturedAmount', event.payment.capturedAmount, captured)
      const refunded = movedUntil(history, 'refundedAmount', sequence)
      yield same(eventId, 'its refundedAmount', event.payment.refundedAmount, refunded)
    }
  },
} as const satisfies DatabaseInvariant

/** What each event must say that it released of the hold; undefined: nothing. */
const releasedBy: Record<EventType, (event: EventFacts) => number | undefined> = {
  'payment.authorized': () => undefined,
  'payment.captured': ({ payment }) => {
    const isLast = payment.status === 'COMPLETED' && payment.capturedAmount < payment.amount
    return isLast ? payment.amount - payment.capturedAmount : undefined
  },
  'payment.refunded': () => undefined,
  'payment.voided': ({ payment }) => payment.amount - payment.capturedAmount,
  'payment.expired': ({ payment }) => payment.amount - payment.capturedAmount,
  'payment.declined': () => undefined,
}

/** A void and an expiry move nothing but what they release. */
const saysReleased: Record<EventType, (event: EventFacts) => number | undefined> = {
  'payment.authorized': event => event.releasedAmount,
  'payment.captured': event => event.releasedAmount,
  'payment.refunded': event => event.releasedAmount,
  'payment.voided': event => event.amount,
  'payment.expired': event => event.amount,
  'payment.declined': event => event.releasedAmount,
}

const eventReleases = {
  name: 'event-releases',
  sentence: 'Every event that ends a hold says what was left of it, and no other event says that it released anything.',
  *checkPayment({ outbox }) {
    for (const { event, eventId, topic } of outbox) {
      if (!event) continue
      const said = ruleOf(saysReleased, topic)?.(event)
      yield same(eventId, 'what it says it released', said, ruleOf(releasedBy, topic)?.(event))
    }
  },
} as const satisfies DatabaseInvariant

const newestEvent = {
  name: 'newest-event-is-payment',
  sentence: 'The newest event of a payment carries its status, amount and totals as the payment has them now.',
  *checkPayment({ paymentId, payment, outbox }) {
    const newest = outbox.toSorted((a, b) => a.sequence - b.sequence).at(-1)?.event?.payment
    if (!payment || !newest) return
    const told = `${newest.status} ${newest.amount} ${newest.capturedAmount} ${newest.refundedAmount}`
    const { status, amount, capturedAmount, refundedAmount } = payment
    yield same(paymentId, 'the newest event', told, `${status} ${amount} ${capturedAmount} ${refundedAmount}`)
  },
} as const satisfies DatabaseInvariant

interface Topics {
  must: EventType[]
  /** When a part was captured, the rest of the hold may have been voided, or have expired. */
  may?: EventType[]
}

const restOfHold: EventType[] = ['payment.voided', 'payment.expired']

/** Which topics a payment in each status must have been on. */
const topicsByStatus: Record<PaymentStatus, Topics> = {
  REQUESTED: { must: [] },
  FAILED: { must: [] },
  DECLINED: { must: ['payment.declined'] },
  AUTHORIZED: { must: ['payment.authorized'] },
  VOIDED: { must: ['payment.authorized', 'payment.voided'] },
  EXPIRED: { must: ['payment.authorized', 'payment.expired'] },
  PARTIALLY_CAPTURED: { must: ['payment.authorized', 'payment.captured'] },
  COMPLETED: { must: ['payment.authorized', 'payment.captured'], may: restOfHold },
  PARTIALLY_REFUNDED: { must: ['payment.authorized', 'payment.captured', 'payment.refunded'], may: restOfHold },
  REFUNDED: { must: ['payment.authorized', 'payment.captured', 'payment.refunded'], may: restOfHold },
}

const eventsComplete = {
  name: 'events-complete',
  sentence: 'No payment is past REQUESTED or FAILED without the events that its status calls for, and no others.',
  *checkPayment({ paymentId, payment, outbox }) {
    if (!payment) return
    const topics = ruleOf(topicsByStatus, payment.status)
    const optional = new Set<string>(topics?.may)
    const found = [...new Set(outbox.map(row => row.topic))].filter(topic => !optional.has(topic)).sort()
    yield same(paymentId, `the topics of a ${payment.status} payment`, found.join(' '), topics?.must.join(' '))
  },
} as const satisfies DatabaseInvariant

const publishedResult = (row: OutboxRow, judge: Judge): CheckResult => {
  if (row.publishedAtMs !== null) return ok
  if (row.parkedAtMs !== null) return failed(row.eventId, `parked: ${row.lastError ?? 'no error noted'}`)
  return notYet(judge, row.createdAtMs, row.eventId, `unpublished for ${judge.nowMs - row.createdAtMs} ms`)
}

const outboxPublished = {
  name: 'outbox-published',
  sentence: 'Every outbox row is published; none is parked.',
  *checkPayment({ outbox }, judge) {
    for (const row of outbox) yield publishedResult(row, judge)
  },
} as const satisfies DatabaseInvariant

export const eventInvariants = [
  operationsHaveEvents,
  eventsHaveOperations,
  eventSequence,
  eventInOnePlace,
  eventEnvelope,
  eventTotals,
  eventReleases,
  newestEvent,
  eventsComplete,
  outboxPublished,
] as const

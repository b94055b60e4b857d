/** Each step of a payment has exactly one event, in the outbox and in Kafka, that says what the books say; and no event tells of what nobody did. */
import { type Books, jsonIn, type Moment } from './books.ts'
import { disputedProblems } from './disputed.ts'
import type { OutboxFact, PaymentFact, RecordFact } from './facts.ts'

/** The outbox against the operations. */
export function outboxProblems({ facts, moments, momentOf, payments, outboxOf }: Books): string[] {
  const missing = [...moments.values()].flat().flatMap(({ operation, event }) => {
    const found = outboxOf.get(operation.operationId)?.length ?? 0
    const wanted = event === null ? 0 : 1
    if (found === wanted) return []
    return [`${operation.kind} ${operation.operationId}: ${found} events in the outbox instead of ${wanted}`]
  })
  const unlike = facts.outbox.flatMap(row => {
    const moment = momentOf.get(String(jsonIn(row.payload).operationId))
    const payment = payments.get(row.paymentId)
    if (!moment?.event || !payment) return [`${row.eventId}: an event in the outbox of what nobody did`]
    return rowProblems(row, moment, payment)
  })
  return [...missing, ...unlike]
}

function rowProblems(row: OutboxFact, { operation, after, disputed, event }: Moment, payment: PaymentFact): string[] {
  const { type, sequence, fee, released } = event!
  const told = jsonIn(row.payload) as Record<string, unknown> & { payment?: Record<string, unknown> }
  const expected: [string, unknown, unknown][] = [
    ['topic', row.topic, type],
    ['row sequence', row.sequence, sequence],
    ['payment', row.paymentId, operation.paymentId],
    ['eventId', told.eventId, row.eventId],
    ['eventType', told.eventType, type],
    ['sequence', told.sequence, sequence],
    ['amount', told.amount, operation.amount],
    ['feeAmount', told.feeAmount ?? null, fee],
    ['releasedAmount', told.releasedAmount ?? 0, released],
    ['payment.paymentId', told.payment?.paymentId, payment.paymentId],
    ['payment.merchantId', told.payment?.merchantId, payment.merchantId],
    ['payment.orderId', told.payment?.orderId ?? null, payment.orderId],
    ['payment.status', told.payment?.status, after.status],
    ['payment.amount', told.payment?.amount, payment.amount],
    ['payment.currency', told.payment?.currency, payment.currency],
    ['payment.capturedAmount', told.payment?.capturedAmount, after.captured],
    ['payment.refundedAmount', told.payment?.refundedAmount, after.refunded],
    ['published', row.published, true],
    ['parked', row.parked, false],
  ]
  const differing = expected
    .filter(([, found, wanted]) => found !== wanted)
    .map(([name, found, wanted]) => `event ${row.eventId}: ${name} is ${found}, by the books ${wanted}`)
  const back = disputedProblems(told.payment?.disputedAmount, disputed.whenDecided)
  return [...differing, ...back.map(problem => `event ${row.eventId}: ${problem}`)]
}

/** Kafka against the operations and the outbox. A record may be there twice, with the same bytes. */
export function kafkaProblems({ facts, moments, outboxOf, momentOf }: Books): string[] {
  const rows = new Map(facts.outbox.map(row => [row.eventId, row]))
  const byOperation = Map.groupBy(facts.records, record => String(jsonIn(record.value).operationId))
  const counted = [...moments.values()].flat().flatMap(({ operation, event }) => {
    const ids = new Set(byOperation.get(operation.operationId)?.map(({ eventId }) => eventId))
    const wanted = event === null ? 0 : 1
    if (ids.size === wanted) return []
    const lost = outboxOf.get(operation.operationId)?.map(({ eventId }) => eventId) ?? []
    return [
      `${operation.kind} ${operation.operationId}: ${ids.size} events in Kafka instead of ${wanted} ${lost.join()}`,
    ]
  })
  return [
    ...counted,
    ...facts.records.flatMap(record => recordProblems(record, rows.get(record.eventId ?? ''))),
    ...facts.records
      .filter(({ value }) => !momentOf.has(String(jsonIn(value).operationId)))
      .map(record => `${placeOf(record)}: an event in Kafka of what nobody did`),
    ...(facts.deadLetters === 0 ? [] : [`${facts.deadLetters} dead letters`]),
  ]
}

const placeOf = ({ topic, partition, offset }: RecordFact): string => `${topic}-${partition}@${offset}`

function recordProblems(record: RecordFact, row: OutboxFact | undefined): string[] {
  if (row === undefined) return [`${placeOf(record)}: event ${record.eventId} is in Kafka, and not in the outbox`]
  const expected: [string, unknown, unknown][] = [
    ['topic', record.topic, row.topic],
    ['key', record.key, row.paymentId],
    ['value', record.value, row.payload],
  ]
  return expected
    .filter(([, found, wanted]) => found !== wanted)
    .map(([name, found, wanted]) => `event ${row.eventId} in Kafka: ${name} is ${found}, in the outbox ${wanted}`)
}

/** Publishes outbox rows as parts of their traces: the record in Kafka continues the trace from its send. */
import type { EventPublisher, OutboxRow, SpanAttributes, Tracer } from '../payments/ports.ts'
import { tracedBatch } from '../payments/traced.ts'

/** As `publish` of an EventPublisher, whose rows are copies of those given when their trace is recorded. */
export function publishTraced(
  tracer: Tracer,
  publisher: Pick<EventPublisher, 'publish'>,
  rows: readonly OutboxRow[],
): Promise<readonly OutboxRow[]> {
  const batch = {
    start: { name: 'publish outbox', attributes: { 'messaging.batch.message_count': rows.length } },
    members: rows,
    startOf: ({ topic }: OutboxRow) => ({ name: `send ${topic}`, kind: 'producer' }) as const,
    attributesOf,
    traceparentOf: (row: OutboxRow) => row.traceparent,
  }
  return tracedBatch(tracer, batch, async spans => {
    const traced = rows.map((row, index) => {
      const { isRecorded, traceparent = null } = spans[index]!
      return isRecorded ? { ...row, traceparent } : row
    })
    return publisher.publish(traced)
  })
}

const attributesOf = ({ topic, eventId }: OutboxRow): SpanAttributes => ({
  'messaging.system': 'kafka',
  'messaging.operation.name': 'send',
  'messaging.operation.type': 'send',
  'messaging.destination.name': topic,
  'messaging.message.id': eventId,
})

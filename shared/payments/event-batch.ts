/** A batch of records that a consumer of payment events takes: poison goes to the dead letters, and all others are recorded together. */
import { type IncomingRecord, type Parsed, type Poison, parseRecord } from '../contracts/event-records.ts'
import { type Alarms, type DeadLetters, RowRefusedError, type SpanAttributes, type Tracer } from './ports.ts'
import { idIn } from './record-id.ts'
import { tracedBatch } from './traced.ts'

export interface EventBatchPorts {
  deadLetters: DeadLetters
  alarms: Pick<Alarms, 'deadLettered'>
  tracer: Tracer
}

export interface Recorded {
  written: number
  /** Those of the events that are poison. */
  poison: Poison[]
}

export interface EventConsumer {
  /** What it does, as a span's name. */
  name: string
  /**
   * Whether it buries records that are no events. One consumer of a topic does it for all: a letter is sent to its topic again, where
   * each of several would bury it once more.
   */
  buriesUnreadable: boolean
  /** Is told of records that are among the dead letters now. */
  observer: { deadLettered(records: readonly IncomingRecord[]): void }
  /** Records events in one transaction. Throws RowRefusedError when the database refuses one of its rows for what it holds. */
  record(events: readonly Parsed[]): Promise<Recorded>
}

/**
 * Records a batch in one transaction. Poison goes to the dead letters and the batch goes on.
 * Throws what `record` throws, but for RowRefusedError; then the batch is to be delivered again.
 */
export function takeBatch(
  ports: EventBatchPorts,
  consumer: EventConsumer,
  records: readonly IncomingRecord[],
): Promise<{ written: number; poisoned: number }> {
  const batch = {
    start: { name: consumer.name, attributes: { 'messaging.batch.message_count': records.length } },
    members: records,
    startOf: ({ topic }: IncomingRecord) => ({ name: `process ${topic}`, kind: 'consumer' }) as const,
    attributesOf,
    traceparentOf: traceparentIn,
  }
  return tracedBatch(ports.tracer, batch, async spans => {
    const { written, buried } = await recordAll(ports, consumer, records)
    for (const { record } of buried) spans[records.indexOf(record)]!.set({ 'payment.record.result': 'dead_letter' })
    return { written, poisoned: buried.length }
  })
}

const attributesOf = ({ topic, partition, offset, headers }: IncomingRecord): SpanAttributes => ({
  'messaging.system': 'kafka',
  'messaging.operation.name': 'process',
  'messaging.operation.type': 'process',
  'messaging.destination.name': topic,
  'messaging.destination.partition.id': String(partition),
  'messaging.kafka.offset': offset,
  'messaging.message.id': idIn(headers.find(([name]) => name === 'event-id')?.[1]),
})

const traceparentIn = ({ headers }: IncomingRecord): string | undefined =>
  headers.find(([name]) => name === 'traceparent')?.[1].toString('latin1')

async function recordAll(
  ports: EventBatchPorts,
  consumer: EventConsumer,
  records: readonly IncomingRecord[],
): Promise<{ written: number; buried: readonly Poison[] }> {
  const parsed = records.map(parseRecord)
  const events = parsed.filter(item => 'event' in item)
  const { written, poison } = await recordOrSplit(consumer, events)
  const unreadable = consumer.buriesUnreadable ? parsed.filter(item => 'reason' in item) : []
  const buried = [...unreadable, ...poison]
  if (buried.length > 0) await ports.deadLetters.bury(buried)
  for (const letter of buried) ports.alarms.deadLettered(letter.record, letter.reason)
  consumer.observer.deadLettered(buried.map(({ record }) => record))
  return { written, buried }
}

/** One transaction for all; when the database refuses a row for what it holds, one transaction each to find it. */
async function recordOrSplit(consumer: EventConsumer, events: readonly Parsed[]): Promise<Recorded> {
  if (events.length === 0) return { written: 0, poison: [] }
  try {
    return await consumer.record(events)
  } catch (error) {
    if (!(error instanceof RowRefusedError)) throw error
    if (events.length === 1) return { written: 0, poison: [{ record: events[0]!.record, reason: error.message }] }
    const total: Recorded = { written: 0, poison: [] }
    for (const event of events) {
      const one = await recordOrSplit(consumer, [event])
      total.written += one.written
      total.poison.push(...one.poison)
    }
    return total
  }
}

/** Reads topics from offset 0 to their high watermarks, commits nothing, and asks how far the consumer groups are. */
import { randomUUID } from 'node:crypto'
// kafkajs's own timers fire a thousand times a second; the plugin's repair is for every client of this process.
import '../../plugins/kafka-events/src/kafkajs-timers.ts'
import { type Admin, type Consumer, Kafka, type KafkaMessage, logLevel } from 'kafkajs'
import { DEAD_LETTER_TOPIC, DOORBELL_TOPIC } from '../../shared/contracts/topics.ts'
import { until } from '../../shared/runtime/until.ts'
import type { Judge } from './invariant.ts'
import type { Lag } from './world.ts'

export interface LogRecord {
  topic: string
  partition: number
  offset: number
  key: Buffer | null
  value: Buffer | null
  headers: Record<string, Buffer | undefined>
}

/** Where a partition begins and ends right now. */
export interface PartitionSpan {
  topic: string
  partition: number
  low: number
  high: number
}

/** What `verify` asks of Kafka. */
export interface KafkaLog {
  /** The partitions of every topic that carries events. */
  eventSpans(): Promise<PartitionSpan[]>
  spansOf(topic: string): Promise<PartitionSpan[]>
  /** Hands on every record of the spans, in the order of each partition. */
  read(spans: PartitionSpan[], onRecords: (records: LogRecord[]) => Promise<void>): Promise<void>
  lags(judge: Judge): Promise<Lag[]>
  /** The offsets a group has committed, by partition. */
  committed(group: string, topic: string): Promise<Map<number, number>>
  close(): Promise<void>
}

/** The consumer groups of the product, named after their functions and topics, and where they begin. */
const consumerGroups: { group: string; topic: string; begins: 'at the start' | 'at the end' }[] = [
  { group: 'record-ledger-captured', topic: 'payment.captured', begins: 'at the start' },
  { group: 'record-ledger-refunded', topic: 'payment.refunded', begins: 'at the start' },
  { group: 'relay-outbox', topic: DOORBELL_TOPIC, begins: 'at the end' },
]

/** Redriving commits its progress under this name; see scripts/dlq.ts. */
export const REDRIVE_GROUP = 'dlq-redrive'

/** Kafka is given up when it delivers nothing for this long. */
const SILENCE_MS = 60_000

const COORDINATOR_DEADLINE_MS = 30_000

/** Connects. Throws when no broker answers. */
export async function openKafkaLog(brokers: string[]): Promise<KafkaLog> {
  const kafka = new Kafka({ clientId: 'verify', brokers, logLevel: logLevel.NOTHING, retry: { retries: 3 } })
  const admin = kafka.admin()
  await admin.connect().catch(error => {
    const where = brokers.join(', ')
    throw new Error(`Kafka does not answer at ${where} (${error.message}); \`npm run status\` says what runs`, {
      cause: error,
    })
  })
  return {
    eventSpans: async () => {
      const topics = (await admin.listTopics()).filter(
        name => name.startsWith('payment.') && name !== DEAD_LETTER_TOPIC,
      )
      return (await Promise.all(topics.map(topic => spansOf(admin, topic)))).flat()
    },
    spansOf: topic => spansOf(admin, topic),
    read: (spans, onRecords) => readSpans(kafka, admin, spans, onRecords),
    lags: judge => lagsOf(admin, judge),
    committed: (group, topic) => committedOf(admin, group, topic),
    close: () => admin.disconnect(),
  }
}

const LEADER_DEADLINE_MS = 30_000

/** A broker that has just come back does not lead its partitions for a moment, whatever its metadata says. */
async function whenLed<T>(topic: string, ask: () => Promise<T>): Promise<T> {
  const answer = await until(
    () =>
      ask().then(
        value => ({ value }),
        error => (error.retriable ? Promise.reject(error) : { error }),
      ),
    { what: `a leader of ${topic}`, deadlineMs: LEADER_DEADLINE_MS },
  )
  if ('error' in answer) throw answer.error
  return answer.value
}

async function spansOf(admin: Admin, topic: string): Promise<PartitionSpan[]> {
  const offsets = await whenLed(topic, () => admin.fetchTopicOffsets(topic))
  return offsets.map(({ partition, low, high }) => ({ topic, partition, low: Number(low), high: Number(high) }))
}

async function readSpans(
  kafka: Kafka,
  admin: Admin,
  spans: PartitionSpan[],
  onRecords: (records: LogRecord[]) => Promise<void>,
): Promise<void> {
  const open = new Map(
    spans.filter(span => span.low < span.high).map(span => [`${span.topic} ${span.partition}`, span.high]),
  )
  if (open.size === 0) return
  const groupId = `verify-${randomUUID()}`
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, retry: { retries: 5 } })
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [...new Set(spans.map(span => span.topic))], fromBeginning: true })
    await drain(consumer, open, onRecords)
  } finally {
    await consumer.disconnect()
    // The group holds no offsets; a broker that already forgot it says so with an error.
    await admin.deleteGroups([groupId]).catch(() => {})
  }
}

function drain(
  consumer: Consumer,
  open: Map<string, number>,
  onRecords: (records: LogRecord[]) => Promise<void>,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const silence = setTimeout(() => reject(new Error(`Kafka delivered nothing for ${SILENCE_MS} ms`)), SILENCE_MS)
  consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || reject(payload.error))
  consumer
    .run({
      autoCommit: false,
      eachBatch: async ({ batch: { topic, partition, messages } }) => {
        const end = open.get(`${topic} ${partition}`)
        if (end === undefined) return
        const records = messages
          .map(message => recordOf(topic, partition, message))
          .filter(({ offset }) => offset < end)
        // kafkajs would deliver a batch again for ever when its handler throws.
        await onRecords(records).catch(reject)
        silence.refresh()
        if (Number(messages.at(-1)?.offset ?? -1) >= end - 1) open.delete(`${topic} ${partition}`)
        if (open.size === 0) resolve()
      },
    })
    .catch(reject)
  return promise.finally(() => clearTimeout(silence))
}

const recordOf = (topic: string, partition: number, { offset, key, value, headers }: KafkaMessage): LogRecord => ({
  topic,
  partition,
  offset: Number(offset),
  key,
  value,
  headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, found]) => [name, firstHeader(found)])),
})

const firstHeader = (found: Buffer | string | (Buffer | string)[] | undefined): Buffer | undefined => {
  const first = Array.isArray(found) ? found[0] : found
  return typeof first === 'string' ? Buffer.from(first) : first
}

async function committedOf(admin: Admin, groupId: string, topic: string): Promise<Map<number, number>> {
  // A broker that has just started answers "the coordinator is loading" for a while.
  const [found] = await until(() => admin.fetchOffsets({ groupId, topics: [topic] }), {
    what: `the offsets of ${groupId}`,
    deadlineMs: COORDINATOR_DEADLINE_MS,
  })
  const offsets = (found?.partitions ?? []).map(({ partition, offset }): [number, number] => [
    partition,
    Number(offset),
  ])
  // Kafka says −1 where a group has committed nothing.
  return new Map(offsets.filter(([, offset]) => offset >= 0))
}

async function lagsOf(admin: Admin, judge: Judge): Promise<Lag[]> {
  const existing = new Set(await admin.listTopics())
  const read = consumerGroups.filter(({ topic }) => existing.has(topic))
  return (await Promise.all(read.map(reading => topicLags(admin, reading, judge)))).flat()
}

async function topicLags(admin: Admin, reading: (typeof consumerGroups)[number], judge: Judge): Promise<Lag[]> {
  const { group, topic, begins } = reading
  const youngFrom = new Map<number, number>()
  const sinceMs = judge.nowMs - judge.graceMs
  const young = await whenLed(topic, () => admin.fetchTopicOffsetsByTimestamp(topic, sinceMs))
  for (const { partition, offset } of young) youngFrom.set(partition, Number(offset))
  const committed = await committedOf(admin, group, topic)
  // The end is read last: a group that commits meanwhile is not seen beyond it.
  return (await spansOf(admin, topic)).map(({ partition, low, high }) => {
    // What retention removed before it was read is gone; nobody can be behind on it.
    const reached = Math.max(committed.get(partition) ?? (begins === 'at the end' ? high : low), low)
    const overdue = Math.max((youngFrom.get(partition) ?? high) - reached, 0)
    return { group, topic, partition, committed: reached, end: high, overdue }
  })
}

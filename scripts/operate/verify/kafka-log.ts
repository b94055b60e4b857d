/** Reads topics from offset 0 to their end offsets, commits nothing, and asks how far the consumer groups are. */
import type { Admin, KafkaMessage } from 'kafkajs'
import { consumerGroups, DEAD_LETTER_TOPIC, DOORBELL_TOPIC } from '../../../shared/contracts/topics.ts'
import type { Judge } from '../../../shared/invariants/invariant.ts'
import type { Lag } from '../../../shared/invariants/kafka-facts.ts'
import type { LogRecord } from '../../../shared/invariants/record-comparison.ts'
import type { KafkaCluster } from '../../../shared/messaging/kafka-client.ts'
import { until } from '../../../shared/runtime/until.ts'
import { connected, kafkaOf } from '../connections.ts'
import { type Cluster, clusterOf, fetchSpans, type Span } from './fetch-spans.ts'

/** Where a partition begins and ends now. Transaction markers and compacted offsets may follow its last record. */
export type PartitionSpan = Span

/** What `verify` asks of Kafka. */
export interface KafkaLog {
  /** The partitions of every topic that carries events. */
  eventSpans(): Promise<PartitionSpan[]>
  spansOf(topic: string): Promise<PartitionSpan[]>
  /** Hands on every record of the spans, in the order of each partition. */
  read(spans: PartitionSpan[], onRecords: (records: LogRecord[]) => Promise<void>): Promise<void>
  lags(judge: Pick<Judge, 'nowMs' | 'graceMs'>): Promise<Lag[]>
  /** The offsets a group has committed, by partition. */
  committed(group: string, topic: string): Promise<Map<number, number>>
  close(): Promise<void>
}

/** Those that keep the books and the settlement: all that read payments' events. */
export const eventGroups = consumerGroups.filter(({ topic }) => topic !== DOORBELL_TOPIC)

/** Under this name older versions of `npm run dlq` committed how far they had redriven. */
export const REDRIVE_GROUP = 'dlq-redrive'

const COORDINATOR_DEADLINE_MS = 30_000

/** Connects. Throws an Error with Kafka's address. */
export async function openKafkaLog(where: KafkaCluster): Promise<KafkaLog> {
  const { kafka, cut } = kafkaOf(where)
  try {
    const admin = await connected(kafka.admin(), where)
    const cluster = await connected(clusterOf(kafka), where)
    return logOf(admin, cluster, cut)
  } catch (error) {
    cut()
    throw error
  }
}

function logOf(admin: Admin, cluster: Cluster, cut: () => void): KafkaLog {
  return {
    eventSpans: async () => {
      const topics = (await admin.listTopics()).filter(
        name => name.startsWith('payment.') && name !== DEAD_LETTER_TOPIC,
      )
      return (await together(topics.map(topic => spansOf(admin, topic)))).flat()
    },
    spansOf: topic => spansOf(admin, topic),
    read: (spans, onRecords) => readSpans(cluster, spans, onRecords),
    lags: judge => lagsOf(admin, cluster, judge),
    committed: (group, topic) => committedOf(admin, group, topic),
    // Not by `disconnect`: questions that still wait for a leader would connect again after it.
    close: async () => cut(),
  }
}

/** Every answer, or the first error once nobody asks any more: what goes on asking holds the process. */
async function together<T>(questions: Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(questions)
  return Promise.all(questions)
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
  cluster: Cluster,
  spans: PartitionSpan[],
  onRecords: (records: LogRecord[]) => Promise<void>,
): Promise<void> {
  // The next records are fetched while somebody works on these.
  let working = Promise.resolve()
  for await (const { topic, partition, messages } of fetchSpans(cluster, spans, whenLed)) {
    await working
    working = onRecords(messages.map(message => recordOf(topic, partition, message)))
    // Its error is met when its turn comes.
    working.catch(() => {})
  }
  await working
}

/** The offset of the first record of a span; its end when nothing in it is a record. */
async function firstRecordOf(cluster: Cluster, span: PartitionSpan): Promise<number> {
  for await (const { messages } of fetchSpans(cluster, [span], whenLed)) return Number(messages[0]!.offset)
  return span.high
}

const recordOf = (topic: string, partition: number, message: KafkaMessage): LogRecord => {
  const { offset, key, value, headers, timestamp } = message
  return {
    topic,
    partition,
    offset: Number(offset),
    key,
    value,
    headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, found]) => [name, firstHeader(found)])),
    timestampMs: Number(timestamp),
  }
}

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

async function lagsOf(admin: Admin, cluster: Cluster, judge: Pick<Judge, 'nowMs' | 'graceMs'>): Promise<Lag[]> {
  const existing = new Set(await admin.listTopics())
  const read = consumerGroups.filter(({ topic }) => existing.has(topic))
  return (await together(read.map(reading => topicLags(admin, cluster, reading, judge)))).flat()
}

/** Where a group begins that has committed nothing: at the start for events, at the end for the doorbell, whose lost rings the sweep makes good. */
const beginningOf = (topic: string, low: number, high: number): number => (topic === DOORBELL_TOPIC ? high : low)

async function topicLags(
  admin: Admin,
  cluster: Cluster,
  reading: (typeof consumerGroups)[number],
  judge: Pick<Judge, 'nowMs' | 'graceMs'>,
): Promise<Lag[]> {
  const { groupId: group, topic } = reading
  const youngFrom = new Map<number, number>()
  const sinceMs = judge.nowMs - judge.graceMs
  const young = await whenLed(topic, () => admin.fetchTopicOffsetsByTimestamp(topic, sinceMs))
  for (const { partition, offset } of young) youngFrom.set(partition, Number(offset))
  const committed = await committedOf(admin, group, topic)
  // The end is read last: a group that commits meanwhile is not seen beyond it.
  const lags = (await spansOf(admin, topic)).map(async ({ partition, low, high }) => {
    // Records that retention has removed, and offsets without a record, are not behind.
    const from = Math.max(committed.get(partition) ?? beginningOf(topic, low, high), low)
    const reached = from < high ? await firstRecordOf(cluster, { topic, partition, low: from, high }) : from
    const overdue = Math.max((youngFrom.get(partition) ?? high) - reached, 0)
    return { group, topic, partition, committed: reached, end: high, overdue }
  })
  return together(lags)
}

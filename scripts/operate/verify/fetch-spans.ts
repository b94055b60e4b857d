/**
 * Fetches records by offset, and knows when there are no more. kafkajs's consumer passes on records only. A partition can end with
 * transaction markers, aborted records or compacted offsets. There the consumer is silent, exactly as with a slow broker.
 */
import type { Kafka, KafkaMessage } from 'kafkajs'
import Batch from 'kafkajs/src/consumer/batch.js'

/** A part of a partition: from `low`, up to and without `high`. */
export interface Span {
  topic: string
  partition: number
  low: number
  high: number
}

export interface Fetched {
  topic: string
  partition: number
  messages: KafkaMessage[]
}

/** kafkajs's view of the brokers, as far as it is used here. */
export interface Cluster {
  connect(): Promise<void>
  disconnect(): Promise<void>
  addMultipleTargetTopics(topics: string[]): Promise<void>
  refreshMetadata(): Promise<void>
  findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>
  findBroker(node: { nodeId: string }): Promise<{ fetch(request: FetchRequest): Promise<FetchResponse> }>
}

interface FetchRequest {
  isolationLevel: number
  maxWaitTime: number
  topics: { topic: string; partitions: { partition: number; fetchOffset: string; maxBytes: number }[] }[]
}

interface FetchResponse {
  responses: { topicName: string; partitions: { partition: number }[] }[]
}

/** What kafkajs gives its own consumers; the version is pinned. */
export function clusterOf(kafka: Kafka): Cluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(each => each.description === 'private:Kafka:createCluster')
  if (symbol === undefined) throw new Error('this kafkajs has no cluster to read from')
  const createCluster = (kafka as unknown as Record<symbol, (options: object) => Cluster>)[symbol]!
  return createCluster({ metadataMaxAge: 300_000, allowAutoTopicCreation: false })
}

const READ_COMMITTED = 1
/** How long a broker may wait for a first record. */
const WAIT_MS = 100
/** More than the largest record of any topic. */
const PARTITION_BYTES_MAX = 4_194_304

interface Open extends Span {
  /** The offset that is fetched next. */
  next: number
}

/** Every record of the spans, in the order of each partition. `retry` repeats what failed for a while. */
export async function* fetchSpans(
  cluster: Cluster,
  spans: readonly Span[],
  retry: <T>(topic: string, fetch: () => Promise<T>) => Promise<T>,
): AsyncGenerator<Fetched> {
  let open: Open[] = spans.filter(({ low, high }) => low < high).map(span => ({ ...span, next: span.low }))
  if (open.length > 0) await cluster.addMultipleTargetTopics([...new Set(open.map(({ topic }) => topic))])
  while (open.length > 0) {
    for (const [topic, mine] of Map.groupBy(open, each => each.topic)) {
      const answers = await retry(topic, () => fetchTopic(cluster, topic, mine).catch(error => afresh(cluster, error)))
      for (const answer of answers) yield* take(answer)
    }
    open = open.filter(({ next, high }) => next < high)
  }
}

/** What one broker answered, and the partitions that it was asked for. */
interface BrokerAnswer {
  asked: Open[]
  batches: Batch[]
}

/**
 * A broker leaves a partition out of an answer that is full. So the partitions are at their end only when the answer has records
 * of none of them, whatever their end offsets are.
 */
function* take({ asked, batches }: BrokerAnswer): Generator<Fetched> {
  const filled = batches.filter(batch => !batch.isEmptyIncludingFiltered())
  if (filled.length === 0) for (const each of asked) each.next = each.high
  for (const batch of filled) {
    const { topic, partition } = batch
    const mine = asked.find(each => each.partition === partition)!
    mine.next = Number(batch.lastOffset()) + 1
    const messages = batch.messages.filter(({ offset }) => Number(offset) < mine.high)
    if (messages.length > 0) yield { topic, partition, messages }
  }
}

/** Another broker may lead the partition now. */
async function afresh(cluster: Cluster, error: unknown): Promise<never> {
  await cluster.refreshMetadata().catch(() => {})
  throw error
}

/** Asks every broker that leads some of the partitions. */
async function fetchTopic(cluster: Cluster, topic: string, open: readonly Open[]): Promise<BrokerAnswer[]> {
  const leaders = cluster.findLeaderForPartitions(
    topic,
    open.map(({ partition }) => partition),
  )
  const nodeIds = Object.keys(leaders)
  if (nodeIds.length === 0) throw Object.assign(new Error(`nobody leads ${topic}`), { retriable: true })
  return Promise.all(
    nodeIds.map(async nodeId => {
      const asked = open.filter(({ partition }) => leaders[nodeId]!.includes(partition))
      return { asked, batches: await fetchFrom(cluster, nodeId, topic, asked) }
    }),
  )
}

async function fetchFrom(cluster: Cluster, nodeId: string, topic: string, asked: readonly Open[]): Promise<Batch[]> {
  const broker = await cluster.findBroker({ nodeId })
  const { responses } = await broker.fetch({
    isolationLevel: READ_COMMITTED,
    maxWaitTime: WAIT_MS,
    topics: [
      {
        topic,
        partitions: asked.map(({ partition, next }) => ({
          partition,
          fetchOffset: String(next),
          maxBytes: PARTITION_BYTES_MAX,
        })),
      },
    ],
  })
  return responses
    .flatMap(({ partitions }) => partitions)
    .map(data => {
      const { next } = asked.find(({ partition }) => partition === data.partition)!
      return new Batch(topic, String(next), data)
    })
}

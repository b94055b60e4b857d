/** The benchmark's topics: made, filled before anything is measured, asked how far a group has come, and deleted. */
import { type Admin, Kafka, logLevel, type Producer } from 'kafkajs'
import { type BenchRecord, PARTITIONS, recordOf } from './records.ts'

const FILL_AT_A_TIME = 100
const TOPIC_DEADLINE_MS = 15_000

export interface Cluster {
  brokers: string
  kafka: Kafka
  admin: Admin
  /** What this run has made and takes away at its end. */
  topics: Set<string>
  groups: Set<string>
}

export async function openCluster(brokers: string): Promise<Cluster> {
  const kafka = new Kafka({ clientId: 'bench', brokers: brokers.split(','), logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  return { brokers, kafka, admin, topics: new Set(), groups: new Set() }
}

/** Leaves nothing behind, as far as the broker still answers. */
export async function closeCluster({ admin, topics, groups }: Cluster): Promise<void> {
  await Promise.allSettled([admin.deleteGroups([...groups]), admin.deleteTopics({ topics: [...topics] })])
  await admin.disconnect()
}

/** Resolves when every partition has a leader. */
export async function createTopic({ admin, topics }: Cluster, topic: string): Promise<void> {
  topics.add(topic)
  await admin.createTopics({
    topics: [{ topic, numPartitions: PARTITIONS }],
    timeout: TOPIC_DEADLINE_MS,
    waitForLeaders: true,
  })
}

export async function deleteTopic({ admin, topics }: Cluster, topic: string): Promise<void> {
  topics.delete(topic)
  await admin.deleteTopics({ topics: [topic] })
}

/**
 * As many records in each partition, in batches as a busy producer would send them. A send that one partition of a new topic
 * refuses is repeated for all: without idempotence the others would have those records twice. Throws when they do.
 */
export async function fillTopic(cluster: Cluster, topic: string, recordsPerPartition: number): Promise<void> {
  await createTopic(cluster, topic)
  await withProducer(cluster, true, async producer => {
    for (let first = 0; first < recordsPerPartition; first += FILL_AT_A_TIME)
      await producer.send({
        topic,
        messages: recordsFrom(first, Math.min(first + FILL_AT_A_TIME, recordsPerPartition)),
      })
  })
  const ends = await cluster.admin.fetchTopicOffsets(topic)
  const wrong = ends.find(({ high }) => Number(high) !== recordsPerPartition)
  if (wrong) throw new Error(`partition ${wrong.partition} has ${wrong.high} records, not ${recordsPerPartition}`)
}

/** Of every partition, those from the first offset to before the last. */
function recordsFrom(firstOffset: number, endOffset: number): BenchRecord[] {
  const records: BenchRecord[] = []
  for (let partition = 0; partition < PARTITIONS; partition++)
    for (let offset = firstOffset; offset < endOffset; offset++) records.push(recordOf(partition, offset))
  return records
}

/** A producer of its own for each topic: kafkajs asks for every topic that it has ever sent to, and fails once one is gone. */
export async function withProducer<T>(
  { kafka }: Cluster,
  idempotent: boolean,
  work: (producer: Producer) => Promise<T>,
): Promise<T> {
  const producer = kafka.producer({ allowAutoTopicCreation: false, idempotent })
  await producer.connect()
  try {
    return await work(producer)
  } finally {
    await producer.disconnect()
  }
}

/** How many records the group has committed, over all partitions. */
export async function committedBy({ admin }: Cluster, groupId: string, topic: string): Promise<number> {
  const [found] = await admin.fetchOffsets({ groupId, topics: [topic] })
  return (found?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0)
}

export async function hasJoined({ admin }: Cluster, groupId: string): Promise<boolean> {
  const { groups } = await admin.describeGroups([groupId])
  return groups[0]?.state === 'Stable' && groups[0].members.length === 1
}

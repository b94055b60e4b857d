/** Asks Kafka how far the consumer groups are. */
import type { Admin, Kafka } from 'kafkajs'
import { type ConsumerOffset, type ConsumerOffsets, DependencyUnavailableError } from '../payments/ports.ts'

export interface ConsumerGroup {
  groupId: string
  topic: string
}

export class KafkaConsumerOffsets implements ConsumerOffsets {
  readonly #kafka: () => Pick<Kafka, 'admin'>
  readonly #groups: readonly ConsumerGroup[]

  constructor(kafka: () => Pick<Kafka, 'admin'>, groups: readonly ConsumerGroup[]) {
    this.#kafka = kafka
    this.#groups = groups
  }

  /** With a connection of its own: it is asked once a minute, and one that was kept could be broken by then. */
  async read(): Promise<ConsumerOffset[]> {
    const admin = this.#kafka().admin()
    try {
      await admin.connect()
      const existing = new Set(await admin.listTopics())
      const groups = this.#groups.filter(group => existing.has(group.topic))
      return (await Promise.all(groups.map(group => offsetsOf(admin, group)))).flat()
    } catch (error) {
      throw new DependencyUnavailableError('Kafka does not say how far its consumers are', { cause: error })
    } finally {
      await admin.disconnect().catch(() => undefined)
    }
  }
}

async function offsetsOf(admin: Admin, { groupId, topic }: ConsumerGroup): Promise<ConsumerOffset[]> {
  const [found] = await admin.fetchOffsets({ groupId, topics: [topic] })
  const committed = new Map((found?.partitions ?? []).map(each => [each.partition, Number(each.offset)]))
  // The end is read last: a group that commits meanwhile is not seen beyond it.
  const ends = await admin.fetchTopicOffsets(topic)
  return ends.map(({ partition, low, high }) => ({
    groupId,
    topic,
    partition,
    // −1 where a group has committed nothing; what retention removed before it was read does not wait for anybody.
    committedOffset: Math.max(committed.get(partition) ?? -1, Number(low)),
    endOffset: Number(high),
  }))
}

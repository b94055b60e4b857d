/** Asks Kafka how far the consumer groups are. */
import type { Admin } from 'kafkajs'
import { type ConsumerOffset, type ConsumerOffsets, DependencyUnavailableError } from '../payments/ports.ts'
import type { LazyAdmin } from './kafka-client.ts'
import { within } from './within.ts'

export interface ConsumerGroup {
  groupId: string
  topic: string
}

export class KafkaConsumerOffsets implements ConsumerOffsets {
  readonly #admin: LazyAdmin
  readonly #groups: readonly ConsumerGroup[]

  constructor(admin: LazyAdmin, groups: readonly ConsumerGroup[]) {
    this.#admin = admin
    this.#groups = groups
  }

  async read(withinMs?: number): Promise<ConsumerOffset[]> {
    const asked = this.#admin.ask(admin => offsetsOfAll(admin, this.#groups))
    try {
      if (withinMs !== undefined && (await within(withinMs, asked)) === 'late')
        throw new Error(`no answer within ${withinMs} ms`)
      return await asked
    } catch (error) {
      // Whoever stopped waiting for it hears of it nowhere else.
      asked.catch(() => undefined)
      throw new DependencyUnavailableError('Kafka does not say how far its consumers are', { cause: error })
    }
  }
}

async function offsetsOfAll(admin: Admin, groups: readonly ConsumerGroup[]): Promise<ConsumerOffset[]> {
  const existing = new Set(await admin.listTopics())
  const each = await Promise.all(
    groups.filter(group => existing.has(group.topic)).map(group => offsetsOf(admin, group)),
  )
  return each.flat()
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

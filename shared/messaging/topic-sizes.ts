/** Asks Kafka how much is in a topic. */
import { DependencyUnavailableError, type TopicSizes } from '../payments/ports.ts'
import type { LazyAdmin } from './kafka-client.ts'

export class KafkaTopicSizes implements TopicSizes {
  readonly #admin: LazyAdmin

  constructor(admin: LazyAdmin) {
    this.#admin = admin
  }

  async recordCount(topic: string): Promise<number> {
    const partitions = await this.#partitionsOf(topic)
    if (partitions === undefined) throw new DependencyUnavailableError(`Kafka has no topic ${topic}`)
    return partitions.reduce((total, { low, high }) => total + Number(high) - Number(low), 0)
  }

  /** Undefined when there is no such topic: an error would make the admin connect anew. */
  async #partitionsOf(topic: string) {
    try {
      return await this.#admin.ask(async admin =>
        (await admin.listTopics()).includes(topic) ? admin.fetchTopicOffsets(topic) : undefined,
      )
    } catch (error) {
      throw new DependencyUnavailableError(`Kafka does not say how much is in ${topic}`, { cause: error })
    }
  }
}

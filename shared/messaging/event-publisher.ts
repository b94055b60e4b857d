/** Publishes outbox rows with acks=all: one send in flight per shard, finite retries, a fixed deadline. */
import {
  DependencyUnavailableError,
  type EventPublisher,
  type OutboxRow,
  RecordRefusedError,
} from '../payments/ports.ts'
import { type LazyProducer, refusalIn } from './kafka-client.ts'
import { within } from './within.ts'

/** Together with the rows' locks, so that the relay's transaction stays within 5 s. */
const PUBLISH_DEADLINE_MS = 2_500

export class KafkaEventPublisher implements EventPublisher {
  readonly #producer: LazyProducer
  /** Shards with a send under way. */
  readonly #inFlight = new Set<number>()

  constructor(producer: LazyProducer) {
    this.#producer = producer
  }

  async publish(rows: readonly OutboxRow[]): Promise<void> {
    const shards = new Set(rows.map(row => row.shard))
    // A send that outlived its deadline may still arrive: nothing newer of its shards may overtake it.
    if (!shards.isDisjointFrom(this.#inFlight))
      throw new DependencyUnavailableError('an earlier send of this shard has not ended')
    for (const shard of shards) this.#inFlight.add(shard)
    const sending = this.#send(rows).finally(() => {
      for (const shard of shards) this.#inFlight.delete(shard)
    })
    const ended = await within(PUBLISH_DEADLINE_MS, sending)
    if (ended === 'late') throw new DependencyUnavailableError('Kafka did not confirm in time')
  }

  async #send(rows: readonly OutboxRow[]): Promise<void> {
    const byTopic = Map.groupBy(rows, row => row.topic)
    const topicMessages = [...byTopic].map(([topic, group]) => ({ topic, messages: group.map(messageOf) }))
    try {
      await this.#producer.sendBatch(-1, topicMessages)
    } catch (error) {
      const refusal = refusalIn(error)
      if (refusal !== undefined) throw new RecordRefusedError(`${refusal.type}: ${refusal.message}`, { cause: error })
      throw new DependencyUnavailableError('Kafka did not confirm', { cause: error })
    }
  }
}

const messageOf = (row: OutboxRow) => ({
  key: row.messageKey,
  value: row.payload,
  headers: {
    'event-id': row.eventId,
    'event-type': row.topic,
    ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
  },
})

/** Keeps records that can never be processed, with their original bytes, on `payment.dlq`. */
import type { Message } from 'kafkajs'
import { DEAD_LETTER_TOPIC } from '../contracts/topics.ts'
import { type Clock, type DeadLetters, DependencyUnavailableError, type IncomingRecord } from '../payments/ports.ts'
import { type LazyProducer, refusalIn } from './kafka-client.ts'
import { type TopicStates, topicTroubleIn } from './topic-states.ts'

export class KafkaDeadLetters implements DeadLetters {
  readonly #producer: LazyProducer
  readonly #clock: Clock
  readonly #topics: TopicStates

  constructor(producer: LazyProducer, topics: TopicStates, clock: Clock) {
    this.#producer = producer
    this.#clock = clock
    this.#topics = topics
  }

  async bury(letters: ReadonlyArray<{ record: IncomingRecord; reason: string }>): Promise<void> {
    const failedAt = new Date(this.#clock.nowMs()).toISOString()
    const messages = letters.map(({ record, reason }) => ({
      key: record.key,
      value: JSON.stringify(letterOf(record, reason, failedAt)),
    }))
    try {
      await this.#send(messages)
      this.#topics.confirmed(DEAD_LETTER_TOPIC)
    } catch (error) {
      const trouble = topicTroubleIn(error) ?? refusalIn(error)?.message
      if (trouble !== undefined) this.#topics.failed(DEAD_LETTER_TOPIC, trouble)
      throw new DependencyUnavailableError('Kafka did not take the dead letters', { cause: error })
    }
  }

  /** One by one when the broker refuses them together: together they may exceed the size of a batch, and each fits by itself. */
  async #send(messages: Message[]): Promise<void> {
    try {
      await this.#producer.send(-1, DEAD_LETTER_TOPIC, messages)
    } catch (error) {
      if (messages.length === 1 || refusalIn(error) === undefined) throw error
      for (const message of messages) await this.#producer.send(-1, DEAD_LETTER_TOPIC, [message])
    }
  }
}

const letterOf = (record: IncomingRecord, error: string, failedAt: string) => ({
  topic: record.topic,
  partition: record.partition,
  offset: record.offset,
  error,
  failedAt,
  key: record.key?.toString('base64') ?? null,
  value: record.value?.toString('base64') ?? null,
  headers: record.headers.map(([name, value]) => [name, value.toString('base64')]),
})

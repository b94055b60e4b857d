/** Wakes the relays of shards by small messages: at most one in flight and one waiting per shard and process. */
import { DOORBELL_TOPIC } from '../contracts/topics.ts'
import type { Doorbell } from '../payments/ports.ts'
import type { LazyProducer } from './kafka-client.ts'
import { type TopicStates, topicTroubleIn } from './topic-states.ts'
import { within } from './within.ts'

export interface DoorbellOptions {
  producer: LazyProducer
  topics: TopicStates
  /** How long an answer may wait for a ring: a Lambda freezes after its answer, an offline process does not. */
  waitMsMax: number
  /** Pause after a send, in which further rings are collected into the next one. 0 where the process freezes. */
  restMs: number
  onFailure: (error: unknown) => void
}

const pause = (durationMs: number) => new Promise(done => setTimeout(done, durationMs))

export class KafkaDoorbell implements Doorbell {
  readonly #options: DoorbellOptions
  /** Shards that were rung for after the send in flight began. */
  readonly #waiting = new Set<number>()
  #sending: Promise<void> | undefined

  constructor(options: DoorbellOptions) {
    this.#options = options
  }

  async ring(shard: number): Promise<void> {
    this.#waiting.add(shard)
    this.#sending ??= this.#sendUntilQuiet()
    if (this.#options.waitMsMax > 0) await within(this.#options.waitMsMax, this.#sending)
  }

  async #sendUntilQuiet(): Promise<void> {
    const { producer, topics, restMs, onFailure } = this.#options
    while (this.#waiting.size > 0) {
      const messages = [...this.#waiting].map(shard => ({ key: null, value: String(shard), partition: shard }))
      this.#waiting.clear()
      try {
        await producer.send(1, DOORBELL_TOPIC, messages)
        topics.confirmed(DOORBELL_TOPIC)
      } catch (error) {
        // The rows are safe in the database. The sweep rings for them and for those of the shards that waited.
        this.#waiting.clear()
        const trouble = topicTroubleIn(error)
        if (trouble !== undefined && !topics.resting().includes(DOORBELL_TOPIC)) topics.failed(DOORBELL_TOPIC, trouble)
        onFailure(error)
      }
      if (restMs > 0) await pause(restMs)
    }
    this.#sending = undefined
  }
}

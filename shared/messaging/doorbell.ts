/** Wakes the relay of a shard by a small message: at most one in flight and one waiting per shard and process. */
import { DOORBELL_TOPIC } from '../contracts/topics.ts'
import type { Doorbell } from '../payments/ports.ts'
import type { LazyProducer } from './kafka-client.ts'
import { within } from './within.ts'

export interface DoorbellOptions {
  producer: LazyProducer
  /** How long a ring may hold up an answer: a Lambda freezes after it, an offline process does not. */
  waitMsMax: number
  /** How long a shard's bell rests after a ring, so that the rings of a busy moment become one. 0 where the process freezes. */
  restMs: number
  onFailure: (error: unknown) => void
}

const pause = (durationMs: number) => new Promise(done => setTimeout(done, durationMs))

interface ShardBell {
  sending: Promise<void>
  /** Somebody rang after the send in flight began: ring once more after it and the rest. */
  again: boolean
}

export class KafkaDoorbell implements Doorbell {
  readonly #options: DoorbellOptions
  readonly #bells = new Map<number, ShardBell>()

  constructor(options: DoorbellOptions) {
    this.#options = options
  }

  async ring(shard: number): Promise<void> {
    const bell = this.#bells.get(shard)
    if (bell !== undefined) bell.again = true
    const sending = bell?.sending ?? this.#start(shard)
    if (this.#options.waitMsMax > 0) await within(this.#options.waitMsMax, sending)
  }

  #start(shard: number): Promise<void> {
    const bell: ShardBell = { sending: Promise.resolve(), again: false }
    this.#bells.set(shard, bell)
    bell.sending = this.#sendUntilQuiet(shard, bell)
    return bell.sending
  }

  async #sendUntilQuiet(shard: number, bell: ShardBell): Promise<void> {
    do {
      bell.again = false
      try {
        await this.#options.producer.send(1, DOORBELL_TOPIC, [{ key: null, value: String(shard), partition: shard }])
      } catch (error) {
        // The rows are safe in the database; the sweep rings for them.
        bell.again = false
        this.#options.onFailure(error)
      }
      if (this.#options.restMs > 0) await pause(this.#options.restMs)
    } while (bell.again)
    this.#bells.delete(shard)
  }
}

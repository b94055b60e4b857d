/** Lets the fetches of a quiet consumer wait longer at the broker: one that waits costs nothing, its end and the next one do. */
import type { Broker, Cluster } from 'kafkajs'

type Fetch = Broker['fetch']

/** What kafkajs takes for the answer to a fetch that found no record. */
const NO_RECORDS = { responses: [] }

/** The broker answers as soon as there is a record. What a wait does hold up is up to `isQuiet`, and the stop, for which there is `cut`. */
export class QuietFetches {
  readonly #waitMs: number
  readonly #isQuiet: () => boolean
  readonly #known = new WeakSet<Broker>()
  readonly #cuts = new Set<(nothing: typeof NO_RECORDS) => void>()

  constructor(waitMs: number, isQuiet: () => boolean) {
    this.#waitMs = waitMs
    this.#isQuiet = isQuiet
  }

  /** Of one consumer, which has its brokers to itself. kafkajs knows only one wait for all of a consumer's life. */
  adopt(cluster: Cluster): void {
    const find = cluster.findBroker.bind(cluster)
    cluster.findBroker = async node => this.#adoptBroker(await find(node))
  }

  /** Ends the waits under way without a record. What the broker still answers is dropped: for a consumer that has stopped. */
  cut(): void {
    for (const end of this.#cuts) end(NO_RECORDS)
  }

  #adoptBroker(broker: Broker): Broker {
    if (this.#known.has(broker)) return broker
    this.#known.add(broker)
    const fetch: Fetch = broker.fetch.bind(broker)
    broker.fetch = request => (this.#isQuiet() ? this.#untilCut(fetch, request) : fetch(request))
    return broker
  }

  #untilCut(fetch: Fetch, request: Parameters<Fetch>[0]): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.#cuts.add(resolve)
    const ended = () => this.#cuts.delete(resolve)
    fetch({ ...request, maxWaitTime: this.#waitMs })
      .then(resolve, reject)
      .finally(ended)
    return promise
  }
}

/** Tells which fetched records may be of an older generation of the group: with several brokers one fetch can meet a join that another caused. */

interface Fetch {
  startedMs: number
  /** Infinity while it runs, and for one that failed: kafkajs says nothing when a fetch fails. */
  endedMs: number
}

// What a fetch has brought is handed over within this time, heartbeats in between.
const HANDED_OVER_MS = 1000

export class FetchWatch {
  readonly #longestMs: number
  readonly #nowMs: () => number
  /** By broker. */
  readonly #fetches = new Map<string, Fetch>()
  /** Brokers whose fetch was asked for before the last join: what it brings is at the old generation's offsets. */
  readonly #stale = new Map<string, Fetch>()

  /** A fetch that has not ended after `longestMs` brings nothing any more. */
  constructor(longestMs: number, nowMs = () => performance.now()) {
    this.#longestMs = longestMs
    this.#nowMs = nowMs
  }

  started(broker: string): void {
    this.#fetches.set(broker, { startedMs: this.#nowMs(), endedMs: Number.POSITIVE_INFINITY })
    this.#stale.delete(broker)
  }

  ended(broker: string): void {
    const fetch = this.#fetches.get(broker)
    if (fetch) fetch.endedMs = this.#nowMs()
  }

  /** All fetches are over, and what they brought is handed over. */
  allEnded(): void {
    this.#fetches.clear()
  }

  /** A new generation has begun. */
  joined(): void {
    for (const [broker, fetch] of this.#fetches)
      if (this.#nowMs() - fetch.endedMs < HANDED_OVER_MS) this.#stale.set(broker, fetch)
  }

  /** Whether what is handed over now may be of an older generation. Refused, it is fetched again. */
  get mayBeStale(): boolean {
    for (const [broker, { startedMs }] of this.#stale)
      if (this.#nowMs() - startedMs > this.#longestMs) this.#stale.delete(broker)
    return this.#stale.size > 0
  }
}

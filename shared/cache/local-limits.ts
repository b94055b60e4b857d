/** Rate limits of this process alone, for as long as Redis does not answer. */
import type { LimitState } from '../contracts/limits.ts'
import { type Bucket, COST_TENTHS, stateOf } from './token-bucket.ts'

/** Far more than ask within a minute; the one that was used longest ago makes room. */
const BUCKETS_MAX = 10_000

export class LocalLimits {
  readonly #nowMs: () => number
  /** When each bucket is full again, the longest unused first. */
  readonly #fullAtMicros = new Map<string, number>()

  /** `nowMs` never goes back. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** Takes the cost of a new request from all buckets, or from none. */
  take(buckets: readonly { name: string; bucket: Bucket }[]): LimitState[] {
    const nowMicros = this.#nowMs() * 1_000
    const asked = buckets.map(({ name, bucket }) => {
      const fullInMicros = Math.max(0, (this.#fullAtMicros.get(name) ?? 0) - nowMicros)
      const costMicros = COST_TENTHS * bucket.tenthMicros
      return { name, bucket, fullInMicros, costMicros, overMicros: fullInMicros + costMicros - bucket.emptyMicros }
    })
    const isRefused = asked.some(({ overMicros }) => overMicros > 0)
    return asked.map(({ name, bucket, fullInMicros, costMicros, overMicros }) => {
      const after = isRefused ? fullInMicros : fullInMicros + costMicros
      if (!isRefused) this.#keep(name, nowMicros + after)
      return stateOf(bucket, after, overMicros)
    })
  }

  #keep(name: string, fullAtMicros: number): void {
    this.#fullAtMicros.delete(name)
    this.#fullAtMicros.set(name, fullAtMicros)
    if (this.#fullAtMicros.size > BUCKETS_MAX) this.#fullAtMicros.delete(this.#fullAtMicros.keys().next().value!)
  }
}

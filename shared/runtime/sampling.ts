/** Decides which traces are recorded. Callers choose trace ids, so that they must not be able to have all of theirs recorded. */

export interface SamplingOptions {
  /** 0 … 1. */
  ratio: number
  nowMs(): number
  /** 0 ≤ x < 1. */
  random(): number
}

/** Of traces that callers began. More would need trace ids that were chosen for it, or more load than a process can serve. */
export const CALLERS_TRACES_PER_SECOND_MAX = 100
const ID_RANGE = 2 ** 32

export class Sampling {
  readonly #options: SamplingOptions
  #second = 0
  #usedCount = 0

  constructor(options: SamplingOptions) {
    this.#options = options
  }

  /**
   * `traceId`: of the caller. All requests of one trace get the same answer in every process, as far as the budget goes. A ratio of 1
   * has no budget. Without an id the trace begins here.
   */
  isRecorded(traceId: string | undefined): boolean {
    const { ratio, random } = this.#options
    if (ratio >= 1) return true
    if (traceId === undefined) return random() < ratio
    return Number.parseInt(traceId.slice(-8), 16) < ratio * ID_RANGE && this.#takeOne()
  }

  #takeOne(): boolean {
    const second = Math.floor(this.#options.nowMs() / 1_000)
    if (second !== this.#second) {
      this.#second = second
      this.#usedCount = 0
    }
    return this.#usedCount++ < CALLERS_TRACES_PER_SECOND_MAX
  }
}

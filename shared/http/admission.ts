/**
 * Bounds how many requests of a class this process works on, and how many wait for that. A burst may wait; when the queue has not
 * been empty for long, the process is overloaded, and a long queue would only make every answer late.
 */

export interface AdmissionOptions {
  inWorkMax: number
  /** Of a burst. */
  waitingMax: number
  /** Never goes back. */
  nowMs: () => number
}

/** The longest wait, and how long a queue may stand before it is no burst any more. */
const BURST_MS = 500
/** How many may wait then: enough that no place is ever empty. */
const STANDING_WAITING_MAX = 8

export class Admission {
  readonly #options: AdmissionOptions
  readonly #waiting = new Set<Waiting>()
  #inWork = 0
  /** Since when the queue has not been empty. */
  #standsSinceMs = 0

  constructor(options: AdmissionOptions) {
    this.#options = options
  }

  get inWork(): number {
    return this.#inWork
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** Whether `enter` would refuse at once. */
  get isFull(): boolean {
    return this.#inWork >= this.#options.inWorkMax && this.#waiting.size >= this.#waitingMax
  }

  /** Whether there is a place, now or soon. Whoever is given one calls `leave` once. Never throws. */
  async enter(): Promise<boolean> {
    if (this.isFull) return false
    if (this.#inWork >= this.#options.inWorkMax) return this.#wait()
    this.#inWork++
    return true
  }

  leave(): void {
    const [next] = this.#waiting
    if (next === undefined) this.#inWork--
    else this.#end(next, true)
  }

  get #waitingMax(): number {
    const { waitingMax, nowMs } = this.#options
    const stands = this.#waiting.size > 0 && nowMs() - this.#standsSinceMs >= BURST_MS
    return stands ? Math.min(waitingMax, STANDING_WAITING_MAX) : waitingMax
  }

  #wait(): Promise<boolean> {
    if (this.#waiting.size === 0) this.#standsSinceMs = this.#options.nowMs()
    return new Promise(resolve => {
      const waiting: Waiting = { resolve, timer: setTimeout(() => this.#end(waiting, false), BURST_MS) }
      this.#waiting.add(waiting)
    })
  }

  #end(waiting: Waiting, hasPlace: boolean): void {
    clearTimeout(waiting.timer)
    this.#waiting.delete(waiting)
    waiting.resolve(hasPlace)
  }
}

interface Waiting {
  resolve(hasPlace: boolean): void
  timer: NodeJS.Timeout
}

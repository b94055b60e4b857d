/**
 * Bounds how many requests of a class this process works on, and how many wait for that. A burst may wait a while; when the queue has
 * not been empty for long, the process is overloaded, and waiting longer would only make every answer late.
 */

export interface AdmissionOptions {
  inWorkMax: number
  waitingMax: number
  /** Never goes back. */
  nowMs: () => number
}

/** How long a request of a burst may wait, and for how long the queue may stand before that ends. */
const BURST_MS = 500
/** How long a request may wait while the queue stands: enough that none of the places is ever empty. */
const STANDING_WAIT_MS_MAX = 50

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

  /** Whether there is a place, now or soon. Whoever is given one calls `leave` once. Never throws. */
  async enter(): Promise<boolean> {
    if (this.#inWork < this.#options.inWorkMax) {
      this.#inWork++
      return true
    }
    if (this.#waiting.size >= this.#options.waitingMax) return false
    return this.#wait()
  }

  leave(): void {
    const [next] = this.#waiting
    if (next === undefined) this.#inWork--
    else this.#end(next, true)
  }

  #wait(): Promise<boolean> {
    const nowMs = this.#options.nowMs()
    if (this.#waiting.size === 0) this.#standsSinceMs = nowMs
    return new Promise(resolve => {
      const waiting: Waiting = {
        resolve,
        timer: setTimeout(() => this.#end(waiting, false), this.#waitMsMax(nowMs)),
      }
      this.#waiting.add(waiting)
    })
  }

  /** A burst is over when the queue has stood too long: those who wait since its beginning are the last that may wait longer. */
  #waitMsMax(nowMs: number): number {
    return Math.max(STANDING_WAIT_MS_MAX, BURST_MS - (nowMs - this.#standsSinceMs))
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

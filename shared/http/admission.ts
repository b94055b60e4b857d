/**
 * Bounds how many requests of a class this process works on, and how many wait for that. A burst may wait; when the queue has not
 * been empty for some time, the process is overloaded, and a long queue would only make every answer late.
 */

export interface AdmissionOptions {
  inWorkMax: number
  /** Of a burst. */
  waitingMax: number
  /** Never goes back. */
  nowMs: () => number
}

/** The longest wait for a place. */
const WAIT_MS_MAX = 500
/** How long a queue may stand before it is no burst any more. */
const BURST_MS = 100
/** An overload is over when nothing was refused for so long. */
const CALM_MS = 500
/** How many may wait in an overload: enough that no place is ever empty. */
const OVERLOADED_WAITING_MAX = 8
/** Who has announced itself and has still not entered is sending its body slowly, or has no route. It is not counted any more. */
const ARRIVAL_MS_MAX = 1_000

export class Admission {
  readonly #options: AdmissionOptions
  readonly #waiting = new Set<Waiting>()
  /** Requests that were announced and have not entered yet, the oldest first. */
  readonly #arriving = new Set<Arrival>()
  #inWork = 0
  /** Since when the queue has not been empty; undefined while it is. */
  #standsSinceMs: number | undefined
  #refusedAtMs = Number.NEGATIVE_INFINITY

  constructor(options: AdmissionOptions) {
    this.#options = options
  }

  get inWork(): number {
    return this.#inWork
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /**
   * Announces a request before it is read, so that those which are still being read count, too. Undefined: there is no place, do
   * not read it. Call the function that comes back when the request has been answered, whether it entered or not.
   */
  arrive(): (() => void) | undefined {
    this.#forgetSlow()
    if (this.#isFull) {
      this.#noteRefusal()
      return undefined
    }
    const arrival = { atMs: this.#options.nowMs() }
    this.#arriving.add(arrival)
    this.#watchQueue()
    return () => {
      if (this.#arriving.delete(arrival)) this.#watchQueue()
    }
  }

  /** Whether there is a place, now or soon. Whoever is given one calls `leave` once. Never throws. */
  async enter(): Promise<boolean> {
    // Which of the announced requests this one is cannot be told, and it makes no difference to their number.
    const [announced] = this.#arriving
    if (announced !== undefined) this.#arriving.delete(announced)
    else if (this.#isFull) {
      this.#noteRefusal()
      return false
    }
    const hasPlace = this.#inWork < this.#options.inWorkMax
    if (hasPlace) this.#inWork++
    const place = hasPlace || this.#wait()
    this.#watchQueue()
    return place
  }

  leave(): void {
    const [next] = this.#waiting
    if (next === undefined) this.#inWork--
    else this.#end(next, true)
    this.#watchQueue()
  }

  get #isFull(): boolean {
    return this.#queue >= this.#waitingMax
  }

  /** Below zero: so many places are free. */
  get #queue(): number {
    return this.#arriving.size + this.#waiting.size + this.#inWork - this.#options.inWorkMax
  }

  get #waitingMax(): number {
    const { waitingMax, nowMs } = this.#options
    const stands = this.#standsSinceMs !== undefined && nowMs() - this.#standsSinceMs >= BURST_MS
    const isOverloaded = stands || nowMs() - this.#refusedAtMs < CALM_MS
    return isOverloaded ? Math.min(waitingMax, OVERLOADED_WAITING_MAX) : waitingMax
  }

  #noteRefusal(): void {
    this.#refusedAtMs = this.#options.nowMs()
  }

  #watchQueue(): void {
    this.#standsSinceMs = this.#queue > 0 ? (this.#standsSinceMs ?? this.#options.nowMs()) : undefined
  }

  #forgetSlow(): void {
    const fromMs = this.#options.nowMs() - ARRIVAL_MS_MAX
    for (const arrival of this.#arriving) {
      if (arrival.atMs >= fromMs) break
      this.#arriving.delete(arrival)
    }
    this.#watchQueue()
  }

  #wait(): Promise<boolean> {
    return new Promise(resolve => {
      const waiting: Waiting = { resolve, timer: setTimeout(() => this.#end(waiting, false), WAIT_MS_MAX) }
      this.#waiting.add(waiting)
    })
  }

  #end(waiting: Waiting, hasPlace: boolean): void {
    clearTimeout(waiting.timer)
    this.#waiting.delete(waiting)
    if (!hasPlace) this.#noteRefusal()
    this.#watchQueue()
    waiting.resolve(hasPlace)
  }
}

interface Arrival {
  atMs: number
}

interface Waiting {
  resolve(hasPlace: boolean): void
  timer: NodeJS.Timeout
}

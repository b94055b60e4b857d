/** The two times of one process of the sandbox: the system's clock, and how far the sandbox's is ahead as this process knows it. */
import { type Clock, type ClockPosition, type SandboxClock, VIRTUAL_AGE_MS_MAX } from '../payments/ports.ts'

export interface ProcessClockOptions {
  /** What all processes share. */
  shared: SandboxClock
  real: Pick<Clock, 'nowMs' | 'sleep'>
  /** Never set back. */
  monotonic: { nowMs(): number }
}

/** Older knowledge is renewed in the background, so that a busy process waits for no read. */
const RENEWED_AFTER_MS = VIRTUAL_AGE_MS_MAX / 2

export class ProcessClock implements Clock, SandboxClock {
  readonly #options: ProcessClockOptions
  #offsetMs = 0
  /** When the last read began that ended well. It knows of everything that was committed before. */
  #knownAtMs = Number.NEGATIVE_INFINITY
  #reading: Promise<ClockPosition> | undefined

  constructor(options: ProcessClockOptions) {
    this.#options = options
  }

  nowMs(): number {
    return this.#options.real.nowMs()
  }

  virtualNowMs(): number {
    return this.nowMs() + this.#offsetMs
  }

  sleep(durationMs: number): Promise<void> {
    return this.#options.real.sleep(durationMs)
  }

  async catchUp(): Promise<void> {
    const beganMs = this.#options.monotonic.nowMs()
    // A read that was under way before may have begun too early.
    while (this.#knownAtMs <= beganMs - VIRTUAL_AGE_MS_MAX) await this.read()
    // Whoever needs it will meet the error.
    if (this.#knownAtMs <= beganMs - RENEWED_AFTER_MS) this.read().catch(() => undefined)
  }

  /** One read serves all who ask while it is under way. */
  read(): Promise<ClockPosition> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async addToTarget(advanceMs: number, targetOffsetMsMax: number): Promise<ClockPosition | undefined> {
    const position = await this.#options.shared.addToTarget(advanceMs, targetOffsetMsMax)
    if (position !== undefined) this.#adopt(position.offsetMs)
    return position
  }

  async move(from: number, to: number, nowMs: number): Promise<boolean> {
    const isMoved = await this.#options.shared.move(from, to, nowMs)
    if (isMoved) this.#adopt(to)
    return isMoved
  }

  async #read(): Promise<ClockPosition> {
    const beganMs = this.#options.monotonic.nowMs()
    const position = await this.#options.shared.read()
    this.#adopt(position.offsetMs)
    this.#knownAtMs = beganMs
    return position
  }

  /** Reads may end in another order than they began, and a restored database may have an older row. */
  #adopt(offsetMs: number): void {
    this.#offsetMs = Math.max(this.#offsetMs, offsetMs)
  }
}

/** Says that something is wrong for a while: one line when it has lasted a moment, a reminder now and then, one line when it is over. */
import type { Log } from './log.ts'

// A blip shorter than this is not worth a line.
const GRACE_MS = 1000
const REMINDER_MS = 30_000

export class Trouble {
  readonly #name: string
  readonly #log: Log
  #current: { reason: string; sinceMs: number; saidMs: number } | undefined

  constructor(name: string, log: Log) {
    this.#name = name
    this.#log = log
  }

  /** Null while all is well. */
  get reason(): string | null {
    return this.#current?.reason ?? null
  }

  note(reason: string): void {
    const nowMs = performance.now()
    this.#current ??= { reason, sinceMs: nowMs, saidMs: Number.NEGATIVE_INFINITY }
    this.#current.reason = reason
    const { sinceMs, saidMs } = this.#current
    if (nowMs - sinceMs < GRACE_MS || nowMs - saidMs < REMINDER_MS) return
    this.#current.saidMs = nowMs
    this.#log.warning(`${this.#name}: ${reason}; trying again until it works`, {
      event: 'trouble',
      what: this.#name,
      reason,
    })
  }

  over(): void {
    if (!this.#current) return
    const { sinceMs, saidMs } = this.#current
    this.#current = undefined
    if (saidMs < sinceMs) return
    const lastedMs = Math.round(performance.now() - sinceMs)
    this.#log.notice(`${this.#name}: works again after ${(lastedMs / 1000).toFixed(1)} s`, {
      event: 'trouble_over',
      what: this.#name,
      lastedMs,
    })
  }
}

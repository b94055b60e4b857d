/** Time for simulations: it stands still while anybody works, and jumps to the next moment that somebody waits for. */
import type { Clock } from '../../shared/payments/ports.ts'

interface Sleeper {
  atMs: number
  wake: () => void
}

export class SimulatedTime implements Clock {
  #nowMs: number
  readonly #sleepers: Sleeper[] = []

  constructor(nowMs: number) {
    this.#nowMs = nowMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  virtualNowMs(): number {
    return this.#nowMs
  }

  async catchUp(): Promise<void> {}

  sleep(durationMs: number): Promise<void> {
    return new Promise(wake => this.#sleepers.push({ atMs: this.#nowMs + durationMs, wake }))
  }

  /** Lets everybody work until this moment (epoch). Those who sleep longer go on sleeping. */
  async runUntil(endMs: number): Promise<void> {
    for (;;) {
      // Everything that needs no time is done before the next macrotask.
      await new Promise(setImmediate)
      this.#sleepers.sort((a, b) => a.atMs - b.atMs)
      const next = this.#sleepers[0]
      if (next === undefined || next.atMs > endMs) break
      this.#sleepers.shift()
      this.#nowMs = next.atMs
      next.wake()
    }
    this.#nowMs = endMs
  }
}

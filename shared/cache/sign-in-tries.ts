/** How often one address may try to sign in and be wrong. Kept by the process: the exchange is served by one, on this machine. */
import type { SignInTries } from '../settlement/ports.ts'

/** At once, and how long it takes until one more is allowed. */
const BURST = 10
const BACK_AFTER_MS = 6_000
/** The address that tried longest ago makes room. */
const ADDRESSES_MAX = 1_000

export class LocalSignInTries implements SignInTries {
  readonly #nowMs: () => number
  /** When all tries of an address are back. */
  readonly #backAtMs = new Map<string, number>()

  /** `nowMs` never goes back. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  begin(address: string): number | undefined {
    const nowMs = this.#nowMs()
    const backAtMs = Math.max(nowMs, this.#backAtMs.get(address) ?? 0) + BACK_AFTER_MS
    const overMs = backAtMs - nowMs - BURST * BACK_AFTER_MS
    if (overMs > 0) return Math.ceil(overMs / 1_000)
    this.#keep(address, backAtMs)
    return undefined
  }

  succeeded(address: string): void {
    const backAtMs = this.#backAtMs.get(address)
    if (backAtMs !== undefined) this.#keep(address, backAtMs - BACK_AFTER_MS)
  }

  #keep(address: string, backAtMs: number): void {
    this.#backAtMs.delete(address)
    this.#backAtMs.set(address, backAtMs)
    if (this.#backAtMs.size > ADDRESSES_MAX) this.#backAtMs.delete(this.#backAtMs.keys().next().value!)
  }
}

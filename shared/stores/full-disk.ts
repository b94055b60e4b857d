/**
 * Spares callers and connections while the server's disk is full. MariaDB refuses some writes at once and lets others wait for room,
 * so that every caller would wait for a time-out. Here one transaction at a time finds out whether there is room again.
 */
import { NoConnection } from './mysql-errors.ts'

/** How long the disk counts as full after the server last reported it. */
const REMEMBERED_MS = 2_000
/** Replaces the usual time-out: a server that waits for room would use all of that. */
const TIMEOUT_MS_MAX = 1_000

export class FullDisk {
  #timer: NodeJS.Timeout | undefined
  #isAsking = false

  get isRemembered(): boolean {
    return this.#timer !== undefined
  }

  /** The server reported a full disk, or a statement waited for room again. */
  saw(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#forget(), REMEMBERED_MS).unref()
  }

  /** How long a statement may take that usually may take `usualMs`. */
  timeoutMs(usualMs: number): number {
    return this.isRemembered ? Math.min(usualMs, TIMEOUT_MS_MAX) : usualMs
  }

  /** Throws NoConnection without running `work` while another finds out. */
  async guard<T>(work: () => Promise<T>): Promise<T> {
    if (!this.isRemembered) return work()
    if (this.#isAsking) throw new NoConnection('MariaDB has no room to write: its disk is full')
    this.#isAsking = true
    try {
      const result = await work()
      this.#forget()
      return result
    } catch (error) {
      if (isTimeout(error)) this.saw()
      throw error
    } finally {
      this.#isAsking = false
    }
  }

  #forget(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}

const isTimeout = (error: unknown): boolean =>
  error instanceof Error && (error as { code?: string }).code === 'PROTOCOL_SEQUENCE_TIMEOUT'

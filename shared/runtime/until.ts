/** Waits for a condition with a deadline, and says what it last saw when the deadline passes. */
import { setTimeout as sleep } from 'node:timers/promises'

export interface UntilOptions {
  /** What is awaited, for the error message. */
  what: string
  deadlineMs?: number
  intervalMs?: number
}

/**
 * Polls `probe` until it returns something truthy, and returns that.
 * A probe that throws counts as "not yet". Throws an Error naming `what` and the last value or error seen.
 */
export async function until<T>(probe: () => T | Promise<T>, options: UntilOptions): Promise<NonNullable<T>> {
  const { what, deadlineMs = 30_000, intervalMs = 100 } = options
  const end = performance.now() + deadlineMs
  let last: unknown
  for (;;) {
    try {
      const value = await probe()
      if (value) return value
      last = value
    } catch (error) {
      last = error
    }
    if (performance.now() >= end)
      throw new Error(`gave up after ${deadlineMs} ms waiting for ${what}; last seen: ${describe(last)}`)
    await sleep(intervalMs)
  }
}

function describe(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`
  return JSON.stringify(value) ?? String(value)
}

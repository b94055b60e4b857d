/** Waits in a test for something to become true, at most so long, and says what it last saw when it did not. */
import { setTimeout as sleep } from 'node:timers/promises'

interface UntilOptions {
  /** What is awaited, for the error. */
  what: string
  deadlineMs?: number
  intervalMs?: number
}

const DEADLINE_MS = 30_000
const INTERVAL_MS = 100

/** Asks `probe` until it gives something truthy, and gives that. A probe that throws counts as "not yet". */
export async function until<T>(probe: () => T | Promise<T>, options: UntilOptions): Promise<NonNullable<T>> {
  const { what, deadlineMs = DEADLINE_MS, intervalMs = INTERVAL_MS } = options
  const endMs = performance.now() + deadlineMs
  for (;;) {
    const [seen] = await Promise.allSettled([Promise.try(probe)])
    if (seen.status === 'fulfilled' && seen.value) return seen.value
    if (performance.now() >= endMs) {
      const last = seen.status === 'fulfilled' ? JSON.stringify(seen.value) : String(seen.reason)
      throw new Error(`gave up after ${deadlineMs} ms waiting for ${what}; last seen: ${last}`)
    }
    await sleep(intervalMs)
  }
}

/** How long to wait before the next try: exponential, capped, with jitter. */
import { setTimeout as wait } from 'node:timers/promises'

export interface BackOff {
  firstMs: number
  maxMs: number
}

export const handlerBackOff: BackOff = { firstMs: 200, maxMs: 10_000 }
export const brokerBackOff: BackOff = { firstMs: 200, maxMs: 2_000 }
export const commitBackOff: BackOff = { firstMs: 100, maxMs: 1_000 }

/** The wait after the given failed attempt (1 is the first). `random` is in [0, 1): the wait is half fixed, half drawn. */
export function backOffMs(failedAttempts: number, { firstMs, maxMs }: BackOff, random = Math.random()): number {
  const exponent = Math.min(failedAttempts - 1, 30)
  const ceilingMs = Math.min(maxMs, firstMs * 2 ** exponent)
  return Math.round(ceilingMs / 2 + (ceilingMs / 2) * random)
}

/** Sleeps, and ends early, without an error, when the signal fires. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined)
}

/** Waits for the promise, at most so long. Says whether it ended in time; never throws. */
export async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController()
  const ended = await Promise.race([
    promise.then(
      () => true,
      () => true,
    ),
    sleep(ms, timer.signal).then(() => false),
  ])
  timer.abort()
  return ended
}

/** Takes samples at even times for as long as somebody else works. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sample } from './judge-series.ts'

export interface Sampling {
  everyMs: number
  /** What there is to see now. */
  take(): Promise<Omit<Sample, 'atMs'>>
  taken(sample: Sample): void
  /** One that could not be taken is left out. */
  missed(error: Error): void
}

/** Resolves with what `work` resolves with, once the last sample is taken. Rejects when it does. */
export async function sampleDuring<T>(work: Promise<T>, { everyMs, take, taken, missed }: Sampling): Promise<T> {
  const over = new AbortController()
  const done = work.finally(() => over.abort())
  done.catch(() => {})
  const startedMs = performance.now()
  for (let count = 1; !over.signal.aborted; count++) {
    const dueMs = startedMs + count * everyMs
    await sleep(Math.max(dueMs - performance.now(), 0), undefined, { signal: over.signal }).catch(() => {})
    if (over.signal.aborted) break
    const atMs = performance.now() - startedMs
    await take().then(seen => taken({ ...seen, atMs }), missed)
  }
  return done
}

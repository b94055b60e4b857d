/** A closed loop: so many workers, each beginning the next unit when its last one has ended; times and counts of what they saw. */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Latency, LoadResult, StepName } from './order.ts'

/** Thrown by a unit whose step was not answered as expected; the error has been counted. */
export class UnitBroken extends Error {
  override name = 'UnitBroken'
}

/** Runs one unit: calls `tally.step` for each of its requests. */
export type RunUnit = (tally: Tally) => Promise<void>

export interface LoopOptions {
  concurrency: number
  warmupMs: number
  durationMs: number
  begins(): void
  ends(): void
}

const MICROSECONDS_MAX = 120_000_000
/** Unexpected answers end the load when there are so many: it measures nothing any more. */
const ERRORS_MAX = 1_000
const ERROR_KINDS_MAX = 50

export const newHistogram = () => createHistogram({ lowest: 1, highest: MICROSECONDS_MAX, figures: 3 })

type Phase = 'warm-up' | 'measured' | 'over'

export class Tally {
  phase: Phase = 'warm-up'
  readonly counted = { requests: 0, units: 0 }
  readonly all = { requests: 0, units: 0 }
  readonly errors: Record<string, number> = {}
  errorCount = 0
  readonly #requests = newHistogram()
  readonly #units = newHistogram()
  readonly #steps = new Map<StepName, RecordableHistogram>()

  /** Sends one request and times it. `send` returns what was wrong with the answer, undefined when nothing was. */
  async step(name: StepName, send: () => Promise<string | undefined>): Promise<void> {
    const startedMs = performance.now()
    const problem = await send().catch(
      (error: Error & { code?: string }) => `no answer: ${error.code ?? error.message}`,
    )
    if (problem !== undefined) {
      this.#failed(`${name} ${problem}`)
      throw new UnitBroken(problem)
    }
    this.all.requests++
    if (this.phase === 'measured') this.counted.requests++
    if (this.phase === 'warm-up') return
    const us = microsecondsSince(startedMs)
    this.#requests.record(us)
    this.#histogramOf(name).record(us)
  }

  async unit(run: RunUnit): Promise<void> {
    const startedMs = performance.now()
    try {
      await run(this)
    } catch (error) {
      if (error instanceof UnitBroken) return
      throw error
    }
    this.all.units++
    if (this.phase === 'measured') this.counted.units++
    if (this.phase !== 'warm-up') this.#units.record(microsecondsSince(startedMs))
  }

  result(seconds: number, cpuSeconds: number): LoadResult {
    const steps = [...this.#steps].map(([name, histogram]) => [name, latencyOf(histogram)])
    return {
      seconds,
      ...this.counted,
      latencyMs: latencyOf(this.#requests),
      stepLatencyMs: Object.fromEntries(steps),
      unitLatencyMs: latencyOf(this.#units),
      all: this.all,
      errors: this.errors,
      cpuSeconds,
    }
  }

  #failed(what: string): void {
    this.errorCount++
    const known = what in this.errors || Object.keys(this.errors).length < ERROR_KINDS_MAX
    const name = known ? what : 'others'
    this.errors[name] = (this.errors[name] ?? 0) + 1
  }

  #histogramOf(name: StepName): RecordableHistogram {
    const histogram = this.#steps.get(name) ?? newHistogram()
    this.#steps.set(name, histogram)
    return histogram
  }
}

const microsecondsSince = (startedMs: number): number =>
  Math.min(Math.max(Math.round((performance.now() - startedMs) * 1_000), 1), MICROSECONDS_MAX)

export function latencyOf(histogram: RecordableHistogram): Latency {
  const ms = (us: number) => (histogram.count === 0 ? 0 : us / 1_000)
  return {
    p50: ms(histogram.percentile(50)),
    p95: ms(histogram.percentile(95)),
    p99: ms(histogram.percentile(99)),
    max: ms(histogram.max),
  }
}

/** Requests that are under way when the time is over are waited for, timed, and not counted. */
export async function closedLoop(options: LoopOptions, run: RunUnit): Promise<LoadResult> {
  const tally = new Tally()
  const work = async () => {
    while (tally.phase !== 'over' && tally.errorCount < ERRORS_MAX) await tally.unit(run)
  }
  const workers = Promise.all(Array.from({ length: options.concurrency }, work))
  // Workers that have given up end the load at once, not at the end of the time.
  const gaveUp = new AbortController()
  workers.catch(() => {}).finally(() => gaveUp.abort())
  const wait = (ms: number) => sleep(ms, undefined, { signal: gaveUp.signal }).catch(() => {})
  await wait(options.warmupMs)
  const startedMs = performance.now()
  const cpuAtStart = process.cpuUsage()
  tally.phase = 'measured'
  options.begins()
  await wait(options.durationMs)
  const seconds = (performance.now() - startedMs) / 1_000
  const cpu = process.cpuUsage(cpuAtStart)
  tally.phase = 'over'
  options.ends()
  await workers
  return tally.result(seconds, (cpu.user + cpu.system) / 1_000_000)
}

/** Runs the iterations of a scenario: a few workers that share them, or one begun at each due time, whoever is still at work. */
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { arrivalTimes, type Stage } from './arrivals.ts'
import type { Scenario } from './options.ts'

type Of<Executor extends Scenario['executor']> = Extract<Scenario, { executor: Executor }>
type Open = Of<'constant-arrival-rate' | 'ramping-arrival-rate'>

export interface Iterations {
  /** Runs one iteration. `scheduledMs`: when it should have begun. Rejects only when the scenario is wrong. */
  run(iteration: number, scheduledMs: number | undefined): Promise<void>
  dropped(count: number): void
  /** How late the generator began an iteration that was due. */
  late(ms: number): void
  /** Nothing new begins any more. */
  isOver(): boolean
}

/** Resolves when all iterations have ended, or their grace is over. Rejects with what a scenario threw. */
export function execute(scenario: Scenario, iterations: Iterations): Promise<void> {
  switch (scenario.executor) {
    case 'shared-iterations':
      return shared(scenario, iterations)
    case 'constant-arrival-rate':
      return arriving(scenario, scenario.rate, [{ target: scenario.rate, duration: scenario.duration }], iterations)
    case 'ramping-arrival-rate':
      return arriving(scenario, scenario.startRate, scenario.stages, iterations)
  }
}

async function shared(scenario: Of<'shared-iterations'>, iterations: Iterations): Promise<void> {
  const endMs = performance.now() + scenario.maxDuration
  let next = 0
  const work = async () => {
    while (next < scenario.iterations && performance.now() < endMs && !iterations.isOver())
      await iterations.run(next++, undefined)
  }
  await within(scenario.maxDuration + scenario.gracefulStop, Array.from({ length: scenario.vus }, work))
  if (next < scenario.iterations) iterations.dropped(scenario.iterations - next)
}

/** As in k6 an iteration that finds no free VU is dropped, and one more VU is there for the next, up to the most that may be. */
async function arriving(scenario: Open, startRate: number, stages: Stage[], iterations: Iterations): Promise<void> {
  const { timeUnit, preAllocatedVUs, maxVUs = preAllocatedVUs, gracefulStop } = scenario
  const startMs = performance.now()
  const underWay = new Set<Promise<void>>()
  const failures: unknown[] = []
  let vus = preAllocatedVUs
  let next = 0
  const begin = (scheduledMs: number): void => {
    const one: Promise<void> = iterations
      .run(next++, scheduledMs)
      .catch(error => void failures.push(error))
      .finally(() => underWay.delete(one))
    underWay.add(one)
  }
  for (const atMs of arrivalTimes(startRate, stages, timeUnit)) {
    const scheduledMs = startMs + atMs
    await untilMs(scheduledMs)
    if (failures.length > 0 || iterations.isOver()) break
    iterations.late(performance.now() - scheduledMs)
    if (underWay.size < vus) begin(scheduledMs)
    else {
      iterations.dropped(1)
      vus = Math.min(vus + 1, maxVUs)
    }
  }
  await within(gracefulStop, [...underWay])
  if (failures.length > 0) throw failures[0]
}

/** Gives the event loop a turn, even where the time is over. */
async function untilMs(dueMs: number): Promise<void> {
  await setImmediate()
  // More than once: a timer may fire a part of a millisecond early.
  for (;;) {
    const waitMs = dueMs - performance.now()
    if (waitMs <= 0) return
    await sleep(waitMs)
  }
}

async function within(ms: number, work: Promise<void>[]): Promise<void> {
  const timeUp = new AbortController()
  await Promise.race([Promise.all(work), sleep(ms, undefined, { signal: timeUp.signal }).catch(() => {})])
  timeUp.abort()
}

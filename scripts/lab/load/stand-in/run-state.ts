/** What the modules that stand in for k6's share with the run that loaded them: its metrics, its checks, and which iteration asks. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { Metrics, type MetricType, type Tags } from './metrics.ts'

export interface Context {
  /** Absent in setup and teardown, as in k6. */
  scenario?: string
  iterationInTest: number
  /** Its grace is over: what it still says does not count. */
  isOver(): boolean
}

export const metrics = new Metrics()
export const checks = new Map<string, { name: string; passes: number; fails: number }>()
export const contexts = new AsyncLocalStorage<Context>()

export function addSample(name: string, value: number, tags: Tags = {}): void {
  const context = contexts.getStore()
  if (context?.isOver()) return
  metrics.add(name, value, { ...(context?.scenario !== undefined && { scenario: context.scenario }), ...tags })
}

export function addCheck(name: string, isRight: boolean): void {
  if (contexts.getStore()?.isOver()) return
  const counts = checks.get(name) ?? { name, passes: 0, fails: 0 }
  counts[isRight ? 'passes' : 'fails']++
  checks.set(name, counts)
  addSample('checks', Number(isRight), { check: name })
}

/** A metric of a scenario's own. */
export const ownMetric =
  (type: MetricType) =>
  (name: string, ...rest: unknown[]): { add(value: number | boolean, tags?: Tags): void } => {
    if (rest.length > 0) throw new Error(`the stand-in does not know a second argument of the metric "${name}"`)
    metrics.define(name, type)
    return { add: (value, tags) => addSample(name, Number(value), tags) }
  }

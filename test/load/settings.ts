/** What a run of a load scenario is told by its environment, and the options that all scenarios share. */
import type { Options, Scenario, Stage } from 'k6/options'

export interface RunData {
  /** Begins every idempotency key of the run, so that two runs never share one. */
  seed: string
}

const positive = (name: string): number => {
  const value = Number(__ENV[name] || 1)
  if (!(value > 0)) throw new Error(`${name} must be a number above 0; it is "${__ENV[name]}"`)
  return value
}

export const baseUrl = (__ENV.BASE_URL || 'http://127.0.0.1:8080').replace(/\/+$/, '')
/** Factors for a shorter or a weaker run. Its figures are not those of the scenario. */
export const timeScale = positive('TIME_SCALE')
export const rateScale = positive('RATE_SCALE')
/** How long the end of a run waits for the job `check-invariants` to have run once more. */
export const invariantsWaitMs = Number(__ENV.INVARIANTS_WAIT_S || 0) * 1_000

const seconds = (count: number): string => `${Math.max(1, Math.round(count * timeScale))}s`
const perSecond = (rate: number): number => (rate === 0 ? 0 : Math.max(1, Math.round(rate * rateScale)))

interface Arrivals {
  exec: string
  /** Iterations that may be under way at the same time. */
  vusMax: number
}

/** Begins so many iterations a second, however long they take. */
export const steady = (rate: number, durationS: number, { exec, vusMax }: Arrivals): Scenario => ({
  executor: 'constant-arrival-rate',
  exec,
  rate: perSecond(rate),
  timeUnit: '1s',
  duration: seconds(durationS),
  preAllocatedVUs: vusMax,
  maxVUs: vusMax,
})

/** Begins iterations at a rate that moves from one of the stages to the next. */
export const ramping = (
  startRate: number,
  stages: [rate: number, durationS: number][],
  arrivals: Arrivals,
): Scenario => ({
  executor: 'ramping-arrival-rate',
  exec: arrivals.exec,
  startRate: perSecond(startRate),
  timeUnit: '1s',
  stages: stages.map(([rate, durationS]): Stage => ({ target: perSecond(rate), duration: seconds(durationS) })),
  preAllocatedVUs: arrivals.vusMax,
  maxVUs: arrivals.vusMax,
})

/** Some iterations, a few at a time. */
export const few = (iterations: number, vus: number, exec: string): Scenario => ({
  executor: 'shared-iterations',
  exec,
  vus,
  iterations,
  maxDuration: '2m',
})

export const optionsOf = (
  scenarios: { [name: string]: Scenario },
  thresholds: NonNullable<Options['thresholds']>,
): Options => ({
  scenarios,
  // Whatever the load: an answer that is wrong is wrong.
  thresholds: { checks: ['rate==1'], ...thresholds },
  summaryTrendStats: ['min', 'avg', 'med', 'p(95)', 'p(99)', 'max'],
  teardownTimeout: '240s',
})

/** What a load run found, out of what k6 hands to `handleSummary`. The stand-in hands over the same, and says that it is not k6. */

export interface SummaryData {
  metrics: Record<string, Metric>
  root_group: { checks: Check[] }
  state: { testRunDurationMs: number }
  setup_data?: { seed?: string }
  /** Absent when k6 ran. */
  standIn?: StandIn
}

interface Metric {
  type: string
  contains: string
  values: Record<string, number>
  thresholds?: Record<string, { ok: boolean }>
}

interface Check {
  name: string
  passes: number
  fails: number
}

export interface StandIn {
  label: string
  /** How late the generator itself was, in ms: the larger of its two 99th percentiles. */
  lagMs: number
  lagMsMax: number
  /** The generator was too late for its figures of speed to mean anything. */
  isVoid: boolean
}

export type Verdict = 'passed' | 'failed' | 'void'

export interface ThresholdResult {
  metric: string
  expression: string
  verdict: Verdict
  seen: string
}

export interface Figures {
  scenario: string
  runner: string
  verdict: Verdict
  seed: string
  baseUrl: string
  endedAt: string
  durationS: number
  timeScale: number
  rateScale: number
  standIn: StandIn | null
  thresholds: ThresholdResult[]
  checks: Check[]
  metrics: Record<string, Metric>
}

export type RunFacts = Pick<Figures, 'scenario' | 'baseUrl' | 'endedAt' | 'timeScale' | 'rateScale'>

/** Throws when k6 was told to hand over another form, in which nothing would be found. */
export function figuresOf(data: SummaryData, facts: RunFacts): Figures {
  const checks = data.metrics?.checks?.values
  if (checks?.rate === undefined || data.root_group === undefined)
    throw new Error('handleSummary was given a form that it does not know: set K6_NEW_MACHINE_READABLE_SUMMARY=false')
  const thresholds = thresholdsOf(data)
  return {
    ...facts,
    runner: data.standIn?.label ?? 'k6',
    verdict: verdictOf(thresholds),
    seed: data.setup_data?.seed ?? '',
    durationS: data.state.testRunDurationMs / 1_000,
    standIn: data.standIn ?? null,
    thresholds,
    checks: data.root_group.checks.map(({ name, passes, fails }) => ({ name, passes, fails })),
    metrics: data.metrics,
  }
}

const verdictOf = (thresholds: ThresholdResult[]): Verdict =>
  (['failed', 'void'] as const).find(verdict => thresholds.some(one => one.verdict === verdict)) ?? 'passed'

/** A late generator makes times and dropped iterations meaningless. A wrong answer is wrong whenever it was asked for. */
export const isAboutSpeed = (metric: string, type: string): boolean =>
  type === 'trend' || metric.startsWith('dropped_iterations')

const thresholdsOf = ({ metrics, standIn }: SummaryData): ThresholdResult[] =>
  Object.entries(metrics).flatMap(([metric, { type, values, thresholds = {} }]) =>
    Object.entries(thresholds).map(([expression, { ok }]) => ({
      metric,
      expression,
      verdict: standIn?.isVoid && isAboutSpeed(metric, type) ? 'void' : ok ? 'passed' : 'failed',
      seen: valuesText(values),
    })),
  )

export const valuesText = (values: Record<string, number>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${Number.isInteger(value) ? value : value.toFixed(2)}`)
    .join(' ')

/** Runs a loaded scenario file as k6 does: setup, all its scenarios side by side, teardown, thresholds, handleSummary. */
import { execute } from './executors.ts'
import { LAG_MS_MAX, LagMeter } from './lag.ts'
import { optionsFrom, type Scenario } from './options.ts'
import { addSample, checks, contexts, metrics } from './run-state.ts'
import { abortingThreshold, compileThreshold, type Threshold } from './thresholds.ts'

export type ScenarioModule = Record<string, unknown> & {
  options: Record<string, unknown>
  setup?(): unknown
  teardown?(data: unknown): unknown
  handleSummary(data: unknown): Record<string, string>
}

export interface Ended {
  code: number
  outputs: Record<string, string>
}

const NAMES = ['options', 'setup', 'teardown', 'handleSummary']
const THRESHOLDS_EVERY_MS = 2_000
export const LABEL = 'stand-in (not k6)'
/** As k6 ends when a threshold broke. */
export const BROKEN = 99
export const VOID = 3

export const isAboutSpeed = ({ selector, metric }: Threshold): boolean =>
  metric.type === 'trend' || selector.startsWith('dropped_iterations')

/** Rejects when an option is not known, and when the scenario itself throws. */
export async function runModule(module: ScenarioModule): Promise<Ended> {
  const options = optionsFrom(module.options)
  const scenarios = Object.entries(options.scenarios)
  metrics.select('http_req_duration{expected_response:true}')
  const thresholds = Object.entries(options.thresholds).flatMap(([selector, all]) =>
    all.map(option => compileThreshold(metrics, selector, option)),
  )
  const functions = scenarios.map(([, { exec }]) => functionOf(module, exec))
  const data = JSON.parse(JSON.stringify((await module.setup?.()) ?? null))
  const lag = new LagMeter()
  const startMs = performance.now()
  let isAborted = false
  const watch = setInterval(() => {
    const broken = abortingThreshold(thresholds, performance.now() - startMs)
    if (broken && !isAborted) console.log(`ended early: ${broken.selector} ${broken.expression}`)
    isAborted ||= broken !== undefined
  }, THRESHOLDS_EVERY_MS)
  lag.begin()
  const iterate = scenarios.map(([name, scenario], index) =>
    runScenario(
      name,
      scenario,
      () => functions[index]!(data),
      lag,
      () => isAborted,
    ),
  )
  await Promise.all(iterate).finally(() => clearInterval(watch))
  const lagMs = lag.end()
  const durationMs = performance.now() - startMs
  await contexts.run({ iterationInTest: 0, isOver: () => false }, async () => module.teardown?.(data))
  const isVoid = lagMs > LAG_MS_MAX && thresholds.some(isAboutSpeed)
  const standIn = { label: LABEL, lagMs, lagMsMax: LAG_MS_MAX, isVoid }
  const outputs = module.handleSummary({
    metrics: metricsFor(thresholds, options.summaryTrendStats, durationMs / 1_000),
    root_group: { name: '', path: '', checks: [...checks.values()], groups: [] },
    state: { isStdOutTTY: false, isStdErrTTY: false, testRunDurationMs: durationMs },
    setup_data: data,
    standIn,
  })
  const broken = thresholds.filter(({ holds }) => !holds(durationMs / 1_000))
  return { code: exitCode(broken, isVoid), outputs }
}

/** A wrong answer counts in a void run, too: only speed does not. */
export function exitCode(broken: Threshold[], isVoid: boolean): number {
  if (broken.some(threshold => !isVoid || !isAboutSpeed(threshold))) return BROKEN
  return isVoid ? VOID : 0
}

function functionOf(module: ScenarioModule, name: string): (data: unknown) => Promise<void> {
  const found = module[name]
  if (typeof found !== 'function' || NAMES.includes(name)) throw new Error(`the scenario exports no function "${name}"`)
  return found as (data: unknown) => Promise<void>
}

async function runScenario(
  name: string,
  scenario: Scenario,
  iterate: () => Promise<void>,
  lag: LagMeter,
  isAborted: () => boolean,
): Promise<void> {
  let isOver = false
  const tags = { scenario: name }
  await execute(scenario, {
    run: (iterationInTest, scheduledMs) =>
      contexts.run({ scenario: name, iterationInTest, isOver: () => isOver }, async () => {
        const startMs = performance.now()
        await iterate()
        addSample('iterations', 1)
        addSample('iteration_duration', performance.now() - startMs)
        if (scheduledMs !== undefined) addSample('scheduled_latency', performance.now() - scheduledMs)
      }),
    dropped: count => addSample('dropped_iterations', count, tags),
    late: ms => lag.late(ms),
    isOver: isAborted,
  })
  isOver = true
}

/** As k6 hands them over: without those that have neither samples nor thresholds. */
function metricsFor(thresholds: Threshold[], trendStats: string[], seconds: number): Record<string, object> {
  const shown = [...metrics.all].filter(
    ([name, metric]) => metric.count > 0 || thresholds.some(({ selector }) => selector === name),
  )
  return Object.fromEntries(
    shown.map(([name, metric]) => {
      const own = thresholds.filter(({ selector }) => selector === name)
      const results = Object.fromEntries(own.map(({ expression, holds }) => [expression, { ok: holds(seconds) }]))
      const values = metric.values(trendStats, seconds)
      return [name, { type: metric.type, contains: 'default', values, ...(own.length > 0 && { thresholds: results }) }]
    }),
  )
}

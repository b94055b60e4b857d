/** k6's threshold expressions, such as `p(95)<500`: which hold, and which end a run early. */
import type { Metric, Metrics } from './metrics.ts'
import type { ThresholdOption } from './options.ts'

const OPERATORS: Record<string, (seen: number, wanted: number) => boolean> = {
  '<': (seen, wanted) => seen < wanted,
  '<=': (seen, wanted) => seen <= wanted,
  '>': (seen, wanted) => seen > wanted,
  '>=': (seen, wanted) => seen >= wanted,
  '==': (seen, wanted) => seen === wanted,
  '===': (seen, wanted) => seen === wanted,
  '!=': (seen, wanted) => seen !== wanted,
}

export interface Threshold {
  selector: string
  metric: Metric
  expression: string
  abortAfterMs: number | undefined
  /** By the samples so far. `seconds`: the length of the run. */
  holds(seconds: number): boolean
}

/** Throws for an expression, statistic or metric that there is not. */
export function compileThreshold(metrics: Metrics, selector: string, option: ThresholdOption): Threshold {
  const { threshold: expression, abortOnFail, delayAbortEval } = option
  const [, statistic, operator = '', number] =
    /^\s*([a-z]+(?:\([\d.]+\))?)\s*(<=|>=|===|==|!=|<|>)\s*(-?\d+(?:\.\d+)?)\s*$/.exec(expression) ?? []
  if (statistic === undefined) throw new Error(`"${expression}" is no threshold that the stand-in can read`)
  const metric = metrics.select(selector)
  metric.read(statistic, 1)
  return {
    selector,
    metric,
    expression,
    abortAfterMs: abortOnFail ? delayAbortEval : undefined,
    holds: seconds => OPERATORS[operator]!(metric.read(statistic, seconds), Number(number)),
  }
}

/** A broken threshold that ends the run. One without samples waits for them. */
export const abortingThreshold = (thresholds: Threshold[], elapsedMs: number): Threshold | undefined =>
  thresholds.find(
    ({ abortAfterMs, metric, holds }) =>
      abortAfterMs !== undefined && elapsedMs >= abortAfterMs && metric.count > 0 && !holds(elapsedMs / 1_000),
  )

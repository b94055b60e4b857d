/** Reports what the job `check-invariants` found last, as metrics. */
import type { ControlDifference, InvariantRun } from '../contracts/invariant-runs.ts'
import { currencyLabel } from './counters.ts'
import type { Metrics } from './metrics.ts'

export interface InvariantRunsNow {
  last: InvariantRun | undefined
  /** The last run that ended a pass. */
  lastComplete: InvariantRun | undefined
}

type InvariantMetrics = Pick<
  Metrics,
  'invariantsFailed' | 'invariantsChecked' | 'invariantPassFinished' | 'controlDifference'
>

/** Nothing is known before the first run. */
export function reportInvariants(metrics: InvariantMetrics, { last, lastComplete }: InvariantRunsNow): void {
  if (last === undefined) return
  metrics.invariantsFailed.set(Object.keys(last.failures).length)
  metrics.invariantsChecked.set(last.finishedAtMs / 1_000)
  metrics.invariantPassFinished.set((lastComplete?.finishedAtMs ?? 0) / 1_000)
  metrics.controlDifference.reset()
  setDifferences(metrics, 'whole', lastComplete?.passDifferences)
  if (last.lastPaymentId !== null) setDifferences(metrics, 'running', last.passDifferences)
}

/** Those of a pass that did not add them up are not shown: a 0 would say that all is well. */
function setDifferences(
  { controlDifference }: InvariantMetrics,
  pass: 'whole' | 'running',
  differences: readonly ControlDifference[] | null | undefined,
): void {
  for (const { account, currency, differenceMinor } of differences ?? [])
    controlDifference.inc({ account, currency: currencyLabel(currency), pass }, Number(differenceMinor))
}

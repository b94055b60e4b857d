/** Reports outcomes that stay unknown: as a problem for readiness, and as metrics. */
import type { UnknownOutcomes } from '../payments/ports.ts'
import type { ReadinessProblem } from './health.ts'
import type { Metrics } from './metrics.ts'

/** The resolver decides all within two minutes of the acquirer's return. */
const UNKNOWN_MS_MAX = 5 * 60_000

/** None while the oldest is young: the resolver is at it. `nowMs` is virtual, as the age is. */
export function unknownProblems({ count, oldestCreatedAtMs }: UnknownOutcomes, nowMs: number): ReadinessProblem[] {
  if (oldestCreatedAtMs === null || nowMs - oldestCreatedAtMs < UNKNOWN_MS_MAX) return []
  const message = `the acquirer has not said what became of ${count} operations; see npm run unknown`
  return [{ kind: 'outcomes_unknown', message, since: new Date(oldestCreatedAtMs).toISOString() }]
}

/** `nowMs` is virtual, as the age is. */
export function reportUnknown(
  metrics: Pick<Metrics, 'operationsUnknown' | 'operationsUnknownOldestSeconds'>,
  { count, oldestCreatedAtMs }: UnknownOutcomes,
  nowMs: number,
): void {
  metrics.operationsUnknown.set(count)
  metrics.operationsUnknownOldestSeconds.set(oldestCreatedAtMs === null ? 0 : (nowMs - oldestCreatedAtMs) / 1_000)
}

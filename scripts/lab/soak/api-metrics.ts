/** What the API says of itself at /metrics. */
import type { Reading } from './watched.ts'

export interface ApiMetrics {
  readings: Reading[]
  requests: number
  handlerMs: number
  /** What must stay 0 and has not, by name. */
  alarms: Record<string, number>
}

/** Counters of what must never happen; docs/metrics.md says so of each. */
const zeroes = [
  'unhandled_rejections_total',
  'ledger_entries_repaired_total',
  'dead_letters_total',
  'outbox_parked_total',
  'manual_settlements_contradicted_total',
  'invariant_failures_total',
]

/** Throws when it does not answer with them. */
export async function readApiMetrics(apiUrl: string): Promise<ApiMetrics> {
  const answer = await fetch(`${apiUrl}/metrics`, { signal: AbortSignal.timeout(10_000) })
  if (answer.status !== 200) throw new Error(`/metrics answered ${answer.status}`)
  return apiMetricsFrom(await answer.text())
}

/** `text`: in Prometheus's format. The loop's lag begins anew with each reading. */
export function apiMetricsFrom(text: string): ApiMetrics {
  const sum = (name: string) => sumOf(text, name)
  return {
    readings: [
      { kind: 'loopLag', of: 'api', value: sum('nodejs_eventloop_lag_p99_seconds') * 1_000 },
      { kind: 'handles', of: 'api', value: sum('nodejs_active_handles_total') },
      { kind: 'connections', of: 'api to mariadb', value: sum('database_connections') },
      { kind: 'connections', of: 'api to the acquirer', value: sum('acquirer_connections') },
    ],
    requests: sum('http_request_duration_seconds_count'),
    handlerMs: sum('http_request_duration_seconds_sum') * 1_000,
    alarms: Object.fromEntries(zeroes.map(name => [name, sum(name)] as const).filter(([, value]) => value > 0)),
  }
}

/** Of all its series, whatever their labels; 0 when there is none. */
const sumOf = (text: string, name: string): number =>
  [...text.matchAll(new RegExp(`^${name}(?:\\{[^\\n]*\\})? (\\S+)$`, 'gm'))].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  )

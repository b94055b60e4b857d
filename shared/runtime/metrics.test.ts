/** The metrics that alarms and dashboards look at. */
import { describe, expect, test } from '@jest/globals'
import { createMetrics } from './metrics.ts'

describe('createMetrics', () => {
  test('counters stand at 0 before anything happens, so that a rate has something to start from', async () => {
    const text = await createMetrics().registry.metrics()

    for (const name of [
      'outbox_published_total{topic="payment.captured"}',
      'operations_total{kind="expire",outcome="failed"}',
      'records_handled_total{function="record-ledger",topic="payment.refunded",result="dead_letter"}',
      'outbox_parked_total',
      'ledger_entries_written_total{type="fee"}',
      'ledger_entries_repaired_total',
      'dead_letters_total',
      'manual_settlements_contradicted_total',
      'response_cache_failures_total',
      'doorbell_failures_total',
      'unhandled_rejections_total',
    ])
      expect(text).toContain(`\n${name} 0\n`)
  })

  test('two registries do not share their counts', async () => {
    const [one, other] = [createMetrics(), createMetrics()]

    one.deadLetters.inc()

    expect(await one.registry.metrics()).toContain('\ndead_letters_total 1\n')
    expect(await other.registry.metrics()).toContain('\ndead_letters_total 0\n')
  })

  test('answers are counted by route and status, and timed by route', async () => {
    const metrics = createMetrics()

    metrics.httpRequests.inc({ route: 'GET /payments', status: 200 })
    metrics.httpSeconds.observe({ route: 'GET /payments' }, 0.003)

    const text = await metrics.registry.metrics()
    expect(text).toContain('http_requests_total{route="GET /payments",status="200"} 1')
    expect(text).toContain('http_request_duration_seconds_bucket{le="0.005",route="GET /payments"} 1')
  })
})

/** GET /metrics. */
import { describe, expect, test } from '@jest/globals'
import type { HttpResult } from '../../shared/http/index.ts'
import { createMetrics } from '../../shared/runtime/metrics.ts'
import { createHandlerPorts } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './metrics.ts'

describe('GET /metrics', () => {
  test("200 in Prometheus's text format", async () => {
    const metrics = createMetrics()
    metrics.ledgerWritten.inc(3)

    const result = (await createHandler({ ...createHandlerPorts(), metrics })(
      httpEvent({ route: 'GET /metrics' }) as never,
      contextOf(),
    )) as HttpResult

    expect(result).toMatchObject({ statusCode: 200, headers: { 'content-type': metrics.registry.contentType } })
    expect(result.headers['content-type']).toMatch(/^text\/plain; version=/)
    expect(result.body).toContain('\nledger_entries_written_total 3\n')
  })
})

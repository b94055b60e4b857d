/**
 * GET /metrics: this process's counters in Prometheus's text format. Offline only.
 *
 * 200 · 500 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/get-metrics.ts'
import { defineRoute, type RoutePorts } from '../../shared/http/index.ts'
import type { Metrics } from '../../shared/runtime/metrics.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: RoutePorts & { metrics: Pick<Metrics, 'registry'> }) =>
  defineRoute(contract)(ports, async () => ({
    status: 200,
    headers: { 'content-type': ports.metrics.registry.contentType },
    body: await ports.metrics.registry.metrics(),
  }))

export const handler = createHandler(portsFromEnv())

/**
 * GET /metrics: this process's counters in Prometheus's text format. Offline only.
 *
 * 200 · 500 see docs/errors.md
 */
import { type ErrorLog, errors, type RoutePorts, route } from '../../shared/http/index.ts'
import type { Metrics } from '../../shared/runtime/metrics.ts'
import { portsFromEnv } from '../../shared/runtime/ports.ts'

export const createHandler = (ports: RoutePorts & { metrics: Pick<Metrics, 'registry'>; log: ErrorLog }) =>
  route(ports)
    .use(errors(ports))
    .handler(async () => ({
      statusCode: 200,
      headers: { 'content-type': ports.metrics.registry.contentType },
      body: await ports.metrics.registry.metrics(),
    }))

export const handler = createHandler(portsFromEnv())

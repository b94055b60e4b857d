/**
 * GET /health/live: the process answers. GET /health/ready: so do its dependencies; 503 only when MariaDB is away.
 *
 * 200, 503 {status, dependencies} · 500 see docs/errors.md
 */
import { contract as liveness } from '../../shared/contracts/routes/get-liveness.ts'
import { contract as readiness } from '../../shared/contracts/routes/get-readiness.ts'
import { defineRoute, type RouteHandler, type RoutePorts } from '../../shared/http/index.ts'
import type { Readiness } from '../../shared/runtime/health.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: RoutePorts & { readiness(): Promise<Readiness> }): RouteHandler => {
  const live = defineRoute(liveness)(ports, async () => ({ status: 200, body: { status: 'ok' } }))
  const ready = defineRoute(readiness)(ports, async () => {
    const body = await ports.readiness()
    return { status: body.status === 'down' ? 503 : 200, body }
  })
  return (event, context) => (event.routeKey === liveness.route ? live : ready)(event, context)
}

export const handler = createHandler(portsFromEnv())

/**
 * GET /health/ready: the dependencies answer; 503 only when MariaDB is away.
 *
 * 200, 503 {status, dependencies} · 500 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/get-readiness.ts'
import { defineRoute, type RouteHandler, type RoutePorts } from '../../shared/http/index.ts'
import type { Readiness } from '../../shared/runtime/health.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: RoutePorts & { readiness(): Promise<Readiness> }): RouteHandler =>
  defineRoute(contract)(ports, async () => {
    const body = await ports.readiness()
    return { status: body.status === 'down' ? 503 : 200, body }
  })

export const handler = createHandler(portsFromEnv())

/**
 * GET /health/live: the process answers. Asks nobody: deployed it stands outside the VPC and carries no secret, since anyone may call it.
 *
 * 200 {status} · 500 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/get-liveness.ts'
import { defineRoute, type RouteHandler, type RoutePorts } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: RoutePorts): RouteHandler =>
  defineRoute(contract)(ports, async () => ({ status: 200, body: { status: 'ok' } }))

export const handler = createHandler(portsFromEnv())

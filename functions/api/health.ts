/**
 * GET /health/live: the process answers. GET /health/ready: so do its dependencies; 503 only when MariaDB is away.
 *
 * 200, 503 {status, dependencies} · 500 see docs/errors.md
 */
import { type ErrorLog, errors, json, type RoutePorts, route } from '../../shared/http/index.ts'
import type { Readiness } from '../../shared/runtime/health.ts'
import { portsFromEnv } from '../../shared/runtime/ports.ts'

export const createHandler = (ports: RoutePorts & { readiness(): Promise<Readiness>; log: ErrorLog }) =>
  route(ports)
    .use(errors(ports))
    .handler(async ({ rawPath }) => {
      if (rawPath.endsWith('/live')) return json(200, { status: 'ok' })
      const readiness = await ports.readiness()
      return json(readiness.status === 'down' ? 503 : 200, readiness)
    })

export const handler = createHandler(portsFromEnv())

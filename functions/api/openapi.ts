/**
 * GET /openapi.json: docs/openapi.json, with the address that it was asked for at as its first server.
 *
 * 200 · 500 see docs/errors.md
 */
import description from '../../docs/openapi.json' with { type: 'json' }
import { describeApi } from '../../shared/http/api-description.ts'
import { type ErrorLog, errors, originOf, type RoutePorts, route } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/ports.ts'

const api = describeApi(description)

export const createHandler = (ports: RoutePorts & { log: ErrorLog }) =>
  route(ports)
    .use(errors(ports))
    .handler(async event => ({
      statusCode: 200,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: api.json(originOf(event)),
    }))

export const handler = createHandler(portsFromEnv())

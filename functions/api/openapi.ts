/**
 * GET /openapi.json: docs/openapi.json, with the address that it was asked for at as its first server.
 *
 * 200 · 500 see docs/errors.md
 */
import description from '../../docs/openapi.json' with { type: 'json' }
import { contract } from '../../shared/contracts/routes/get-api-description.ts'
import { describeApi } from '../../shared/http/api-description.ts'
import { defineRoute, originOf, type RoutePorts } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

const api = describeApi(description)

export const createHandler = (ports: RoutePorts) =>
  defineRoute(contract)(ports, async request => ({
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: api.json(originOf(request)),
  }))

export const handler = createHandler(portsFromEnv())

/**
 * GET /idempotency?merchantId&key: what became of an idempotency key, and until when its answer is kept.
 *
 * 200 · 404 the merchant never used the key · 400, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/get-idempotency.ts'
import { defineRoute, notFound, type RoutePorts } from '../../shared/http/index.ts'
import { type ReadKeyPorts, readKey } from '../../shared/payments/read-key.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: RoutePorts & ReadKeyPorts) =>
  defineRoute(contract)(ports, async ({ query }) => {
    const used = await readKey(ports, query.merchantId, query.key)
    return used === undefined ? notFound() : { status: 200, body: used }
  })

export const handler = createHandler(portsFromEnv())

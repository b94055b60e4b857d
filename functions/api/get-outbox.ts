/**
 * GET /operator/outbox: what waits for Kafka, shard by shard.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/get-outbox.ts'
import { defineOperatorRoute, type OperatorRoutePorts } from '../../shared/http/index.ts'
import { readOutbox } from '../../shared/payments/read-delivery.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorRoutePorts & Parameters<typeof readOutbox>[0]) =>
  defineOperatorRoute(contract)(ports, async () => ({ status: 200, body: await readOutbox(ports) }))

export const handler = createHandler(portsFromEnv())

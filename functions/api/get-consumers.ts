/**
 * GET /operator/consumers: how far each consumer group is, as Kafka says it, or as it was noted last.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/get-consumers.ts'
import { defineOperatorRoute, type OperatorRoutePorts } from '../../shared/http/index.ts'
import { readConsumers } from '../../shared/payments/read-delivery.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorRoutePorts & Parameters<typeof readConsumers>[0]) =>
  defineOperatorRoute(contract)(ports, async () => ({ status: 200, body: await readConsumers(ports) }))

export const handler = createHandler(portsFromEnv())

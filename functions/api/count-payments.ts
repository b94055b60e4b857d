/**
 * GET /operator/payments/counts?from&to&merchantId&orderId&currency&method&status&amountMin&amountMax: how many payments fit, by status.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 400, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/count-payments.ts'
import { defineOperatorRoute, type OperatorRoutePorts } from '../../shared/http/index.ts'
import { countPayments, type FindPorts } from '../../shared/payments/find-payments.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorRoutePorts & FindPorts) =>
  defineOperatorRoute(contract)(ports, async ({ query }) => ({ status: 200, body: await countPayments(ports, query) }))

export const handler = createHandler(portsFromEnv())

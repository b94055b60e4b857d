/**
 * GET /operator/lookup?id: the payments that an id of any kind belongs to.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 400, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/look-up.ts'
import { defineOperatorRoute, type OperatorRoutePorts } from '../../shared/http/index.ts'
import { type FindPorts, lookUp } from '../../shared/payments/find-payments.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorRoutePorts & Pick<FindPorts, 'finder'>) =>
  defineOperatorRoute(contract)(ports, async ({ query }) => ({
    status: 200,
    body: await lookUp(ports.finder, query.id),
  }))

export const handler = createHandler(portsFromEnv())

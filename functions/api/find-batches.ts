/**
 * GET /operator/settlements?merchantId&currency&state&soldFrom&soldTo&dueFrom&dueTo&usedUp&limit&cursor: a page of batches, newest first, for operators.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 400 also days of both kinds · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/find-batches.ts'
import { defineOperatorRoute, type OperatorRoutePorts, pageOfBatches } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import type { SettlementReadPorts } from '../../shared/settlement/read-settlements.ts'

export const createHandler = (ports: OperatorRoutePorts & SettlementReadPorts) =>
  defineOperatorRoute(contract)(ports, ({ query: { usedUp, ...query } }) =>
    pageOfBatches(ports, { ...query, isUsedUp: usedUp === 'true' }),
  )

export const handler = createHandler(portsFromEnv())

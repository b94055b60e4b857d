/**
 * GET /settlements?merchantId&currency&state&soldFrom&soldTo&dueFrom&dueTo&limit&cursor: a page of batches, newest first.
 *
 * 200 · 400 also days of both kinds · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/list-settlements.ts'
import { defineRoute, pageOfBatches, type RoutePorts } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import type { SettlementReadPorts } from '../../shared/settlement/read-settlements.ts'

export const createHandler = (ports: RoutePorts & SettlementReadPorts) =>
  defineRoute(contract)(ports, ({ query }) => pageOfBatches(ports, query))

export const handler = createHandler(portsFromEnv())

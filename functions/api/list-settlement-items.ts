/**
 * GET /settlements/{batchId}/items?limit&cursor: a page of what a batch pays for, oldest first.
 *
 * 200 · 404 no such batch · 400, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/list-settlement-items.ts'
import { defineRoute, pageOfItems, type RoutePorts } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import type { SettlementReadPorts } from '../../shared/settlement/read-settlements.ts'

export const createHandler = (ports: RoutePorts & SettlementReadPorts) =>
  defineRoute(contract)(ports, ({ path, query }) => pageOfItems(ports, path.batchId, query))

export const handler = createHandler(portsFromEnv())

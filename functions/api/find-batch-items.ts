/**
 * GET /operator/settlements/{batchId}/items?limit&cursor: a page of what a batch pays for, oldest first, for operators.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 404 no such batch · 400, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/find-batch-items.ts'
import { defineOperatorRoute, type OperatorRoutePorts, pageOfItems } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import type { SettlementReadPorts } from '../../shared/settlement/read-settlements.ts'

export const createHandler = (ports: OperatorRoutePorts & SettlementReadPorts) =>
  defineOperatorRoute(contract)(ports, ({ path, query }) => pageOfItems(ports, path.batchId, query))

export const handler = createHandler(portsFromEnv())

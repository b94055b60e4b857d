/**
 * GET /settlements/{batchId}: a batch with all its payouts.
 *
 * 200 · 404 no such batch · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/get-settlement.ts'
import { defineRoute, foundOr404, type RoutePorts } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import { readSettlement, type SettlementReadPorts } from '../../shared/settlement/read-settlements.ts'

export const createHandler = (ports: RoutePorts & SettlementReadPorts) =>
  defineRoute(contract)(ports, async ({ path }) => foundOr404(await readSettlement(ports, path.batchId)))

export const handler = createHandler(portsFromEnv())

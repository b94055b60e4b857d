/**
 * GET /operator/settlements/{batchId}: a batch with all its payouts, for operators, and whether it may have another.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 404 no such batch · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/inspect-batch.ts'
import { defineOperatorRoute, foundOr404, type OperatorRoutePorts } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import { readOperatorBatch, type SettlementReadPorts } from '../../shared/settlement/read-settlements.ts'

export const createHandler = (ports: OperatorRoutePorts & SettlementReadPorts) =>
  defineOperatorRoute(contract)(ports, async ({ path }) => foundOr404(await readOperatorBatch(ports, path.batchId)))

export const handler = createHandler(portsFromEnv())

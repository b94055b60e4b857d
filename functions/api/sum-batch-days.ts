/**
 * GET /operator/settlement-days?merchantId&currency&by&from&to: what the merchant's batches come to, day by day.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 400, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/sum-batch-days.ts'
import { defineOperatorRoute, type OperatorRoutePorts } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import type { SettlementReadPorts } from '../../shared/settlement/read-settlements.ts'
import { sumBatchDays } from '../../shared/settlement/sum-batch-days.ts'

export const createHandler = (ports: OperatorRoutePorts & SettlementReadPorts) =>
  defineOperatorRoute(contract)(ports, async ({ query }) => ({
    status: 200,
    body: await sumBatchDays(ports, query),
  }))

export const handler = createHandler(portsFromEnv())

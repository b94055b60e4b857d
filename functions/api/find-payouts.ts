/**
 * GET /operator/payouts?merchantId&state&fileId&limit&cursor: a page of payouts, newest first, for operators.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 400, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/find-payouts.ts'
import { defineOperatorRoute, type OperatorRoutePorts, pageFrom } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import { listPayouts, payoutOfCursor, type SettlementReadPorts } from '../../shared/settlement/read-settlements.ts'

export const createHandler = (ports: OperatorRoutePorts & SettlementReadPorts) =>
  defineOperatorRoute(contract)(ports, ({ query: { cursor, ...query } }) =>
    pageFrom(cursor, payoutOfCursor, beforePayoutId => listPayouts(ports, { ...query, beforePayoutId })),
  )

export const handler = createHandler(portsFromEnv())

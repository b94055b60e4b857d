/**
 * GET /payouts?merchantId&state&limit&cursor: a page of payouts, newest first.
 *
 * 200 · 400, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/list-payouts.ts'
import { defineRoute, pageFrom, type RoutePorts } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import { listPayouts, payoutOfCursor, type SettlementReadPorts } from '../../shared/settlement/read-settlements.ts'

export const createHandler = (ports: RoutePorts & SettlementReadPorts) =>
  defineRoute(contract)(ports, ({ query: { cursor, ...query } }) =>
    pageFrom(cursor, payoutOfCursor, beforePayoutId => listPayouts(ports, { ...query, beforePayoutId })),
  )

export const handler = createHandler(portsFromEnv())

/**
 * GET /payouts?merchantId&state&limit&cursor: a page of payouts, newest first.
 *
 * 200 · 400, 429, 500, 503 see docs/errors.md
 */
import { problemTexts } from '../../shared/contracts/problem-texts.ts'
import { contract } from '../../shared/contracts/routes/list-payouts.ts'
import { defineRoute, type RoutePorts, validationFailed } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import { listPayouts, payoutOfCursor, type SettlementReadPorts } from '../../shared/settlement/read-settlements.ts'

export const createHandler = (ports: RoutePorts & SettlementReadPorts) =>
  defineRoute(contract)(ports, async ({ query: { cursor, ...query } }) => {
    const beforePayoutId = cursor === undefined ? undefined : payoutOfCursor(cursor)
    if (cursor !== undefined && beforePayoutId === undefined)
      return validationFailed([{ path: '/cursor', message: problemTexts.notOurCursor }])
    return { status: 200, body: await listPayouts(ports, { ...query, beforePayoutId }) }
  })

export const handler = createHandler(portsFromEnv())

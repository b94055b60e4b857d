/**
 * GET /settlements?merchantId&currency&state&soldFrom&soldTo&dueFrom&dueTo&limit&cursor: a page of batches, newest first.
 *
 * 200 · 400 also days of both kinds · 429, 500, 503 see docs/errors.md
 */
import { problemTexts } from '../../shared/contracts/problem-texts.ts'
import { contract } from '../../shared/contracts/routes/list-settlements.ts'
import { defineRoute, type RoutePorts, validationFailed } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import {
  batchOfCursor,
  daysOf,
  listSettlements,
  type SettlementReadPorts,
} from '../../shared/settlement/read-settlements.ts'

export const createHandler = (ports: RoutePorts & SettlementReadPorts) =>
  defineRoute(contract)(ports, async ({ query }) => {
    const days = daysOf(query)
    if (days === undefined) {
      const path = query.dueFrom === undefined ? '/dueTo' : '/dueFrom'
      return validationFailed([{ path, message: problemTexts.notBesideSold }])
    }
    const { merchantId, currency, state, limit, cursor } = query
    const before = cursor === undefined ? undefined : batchOfCursor(cursor)
    if (cursor !== undefined && before === undefined)
      return validationFailed([{ path: '/cursor', message: problemTexts.notOurCursor }])
    return { status: 200, body: await listSettlements(ports, { merchantId, currency, state, limit, before, ...days }) }
  })

export const handler = createHandler(portsFromEnv())

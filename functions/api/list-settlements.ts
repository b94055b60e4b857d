/**
 * GET /settlements?merchantId&currency&state&soldFrom&soldTo&dueFrom&dueTo&limit&cursor: a page of batches, newest first.
 *
 * 200 · 400 also days of both kinds · 429, 500, 503 see docs/errors.md
 */
import { problemTexts } from '../../shared/contracts/problem-texts.ts'
import { contract } from '../../shared/contracts/routes/list-settlements.ts'
import { defineRoute, pageFrom, type RoutePorts, validationFailed } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import {
  batchOfCursor,
  daysOf,
  listSettlements,
  type SettlementReadPorts,
} from '../../shared/settlement/read-settlements.ts'

export const createHandler = (ports: RoutePorts & SettlementReadPorts) =>
  defineRoute(contract)(ports, async ({ query: { cursor, soldFrom, soldTo, dueFrom, dueTo, ...filters } }) => {
    const days = daysOf({ soldFrom, soldTo, dueFrom, dueTo })
    if (days === undefined) {
      const path = dueFrom === undefined ? '/dueTo' : '/dueFrom'
      return validationFailed([{ path, message: problemTexts.notBesideSold }])
    }
    return pageFrom(cursor, batchOfCursor, before => listSettlements(ports, { ...filters, ...days, before }))
  })

export const handler = createHandler(portsFromEnv())

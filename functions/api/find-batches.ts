/**
 * GET /operator/settlements?merchantId&currency&state&soldFrom&soldTo&dueFrom&dueTo&limit&cursor: a page of batches, newest first, for operators.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 400 also days of both kinds · 429, 500, 503 see docs/errors.md
 */
import { problemTexts } from '../../shared/contracts/problem-texts.ts'
import { contract } from '../../shared/contracts/routes/find-batches.ts'
import { defineOperatorRoute, type OperatorRoutePorts, pageFrom, validationFailed } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import {
  batchOfCursor,
  daysOf,
  listSettlements,
  type SettlementReadPorts,
} from '../../shared/settlement/read-settlements.ts'

export const createHandler = (ports: OperatorRoutePorts & SettlementReadPorts) =>
  defineOperatorRoute(contract)(ports, async ({ query: { cursor, soldFrom, soldTo, dueFrom, dueTo, ...filters } }) => {
    const days = daysOf({ soldFrom, soldTo, dueFrom, dueTo })
    if (days === undefined) {
      const path = dueFrom === undefined ? '/dueTo' : '/dueFrom'
      return validationFailed([{ path, message: problemTexts.notBesideSold }])
    }
    return pageFrom(cursor, batchOfCursor, before => listSettlements(ports, { ...filters, ...days, before }))
  })

export const handler = createHandler(portsFromEnv())

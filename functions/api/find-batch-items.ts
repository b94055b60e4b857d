/**
 * GET /operator/settlements/{batchId}/items?limit&cursor: a page of what a batch pays for, oldest first, for operators.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 404 no such batch · 400, 429, 500, 503 see docs/errors.md
 */
import { problemTexts } from '../../shared/contracts/problem-texts.ts'
import { contract } from '../../shared/contracts/routes/find-batch-items.ts'
import { defineOperatorRoute, notFound, type OperatorRoutePorts, validationFailed } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import {
  itemOfCursor,
  listSettlementItems,
  type SettlementReadPorts,
} from '../../shared/settlement/read-settlements.ts'

export const createHandler = (ports: OperatorRoutePorts & SettlementReadPorts) =>
  defineOperatorRoute(contract)(ports, async ({ path, query: { cursor, limit } }) => {
    const after = cursor === undefined ? undefined : itemOfCursor(cursor)
    if (cursor !== undefined && after === undefined)
      return validationFailed([{ path: '/cursor', message: problemTexts.notOurCursor }])
    const page = await listSettlementItems(ports, path.batchId, { limit, after })
    return page === undefined ? notFound() : { status: 200, body: page }
  })

export const handler = createHandler(portsFromEnv())

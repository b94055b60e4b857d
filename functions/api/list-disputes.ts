/**
 * GET /disputes?merchantId&paymentId&state&limit&cursor: a page of disputes, newest first.
 *
 * 200 · 400, 429, 500, 503 see docs/errors.md
 */
import { problemTexts } from '../../shared/contracts/problem-texts.ts'
import { contract } from '../../shared/contracts/routes/list-disputes.ts'
import { defineRoute, type RoutePorts, validationFailed } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import { type DisputeReadPorts, disputeOfCursor, listDisputes } from '../../shared/settlement/read-disputes.ts'

export const createHandler = (ports: RoutePorts & DisputeReadPorts) =>
  defineRoute(contract)(ports, async ({ query: { cursor, ...query } }) => {
    const beforeDisputeId = cursor === undefined ? undefined : disputeOfCursor(cursor)
    if (cursor !== undefined && beforeDisputeId === undefined)
      return validationFailed([{ path: '/cursor', message: problemTexts.notOurCursor }])
    return { status: 200, body: await listDisputes(ports, { ...query, beforeDisputeId }) }
  })

export const handler = createHandler(portsFromEnv())

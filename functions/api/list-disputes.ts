/**
 * GET /disputes?merchantId&paymentId&state&limit&cursor: a page of disputes, newest first.
 *
 * 200 · 400, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/list-disputes.ts'
import { defineRoute, pageFrom, type RoutePorts } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import { type DisputeReadPorts, disputeOfCursor, listDisputes } from '../../shared/settlement/read-disputes.ts'

export const createHandler = (ports: RoutePorts & DisputeReadPorts) =>
  defineRoute(contract)(ports, ({ query: { cursor, ...query } }) =>
    pageFrom(cursor, disputeOfCursor, beforeDisputeId => listDisputes(ports, { ...query, beforeDisputeId })),
  )

export const handler = createHandler(portsFromEnv())

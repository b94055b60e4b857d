/**
 * GET /disputes/{disputeId}: a dispute.
 *
 * 200 · 404 no such dispute · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/get-dispute.ts'
import { defineRoute, notFound, type RoutePorts } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import { type DisputeReadPorts, readDispute } from '../../shared/settlement/read-disputes.ts'

export const createHandler = (ports: RoutePorts & DisputeReadPorts) =>
  defineRoute(contract)(ports, async ({ path }) => {
    const dispute = await readDispute(ports, path.disputeId)
    return dispute === undefined ? notFound() : { status: 200, body: dispute }
  })

export const handler = createHandler(portsFromEnv())

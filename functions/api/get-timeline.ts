/**
 * GET /operator/payments/{paymentId}/timeline: everything that happened to a payment, operation by operation.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 404 no such payment · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/get-timeline.ts'
import { defineOperatorRoute, notFound, type OperatorRoutePorts } from '../../shared/http/index.ts'
import { type FindPorts, readTimeline } from '../../shared/payments/find-payments.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorRoutePorts & FindPorts) =>
  defineOperatorRoute(contract)(ports, async ({ path }) => {
    const timeline = await readTimeline(ports, path.paymentId)
    return timeline === undefined ? notFound() : { status: 200, body: timeline }
  })

export const handler = createHandler(portsFromEnv())

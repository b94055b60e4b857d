/**
 * GET /payments/{paymentId}: one payment with its ledger entries and events.
 *
 * 200 · 404 no such payment · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/get-payment.ts'
import { defineRoute, notFound, type RoutePorts } from '../../shared/http/index.ts'
import { type ReadPorts, readPayment } from '../../shared/payments/read-payments.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: RoutePorts & ReadPorts) =>
  defineRoute(contract)(ports, async ({ path, caller }) => {
    const payment = await readPayment(ports, path.paymentId, caller.language)
    return payment === undefined ? notFound() : { status: 200, body: payment }
  })

export const handler = createHandler(portsFromEnv())

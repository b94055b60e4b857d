/**
 * GET /operator/payments/{paymentId}: one payment with its ledger entries and events, for an operator.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 404 no such payment · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/get-operator-payment.ts'
import { defineOperatorRoute, notFound, type OperatorRoutePorts } from '../../shared/http/index.ts'
import { type ReadPorts, readPayment } from '../../shared/payments/read-payments.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorRoutePorts & ReadPorts) =>
  defineOperatorRoute(contract)(ports, async ({ path, caller }) => {
    const payment = await readPayment(ports, path.paymentId, caller.language)
    return payment === undefined ? notFound() : { status: 200, body: payment }
  })

export const handler = createHandler(portsFromEnv())

/**
 * GET /payments/{paymentId}: one payment with its ledger entries and events.
 *
 * 200 · 404 no such payment · 500, 503 see docs/errors.md
 */
import { paymentPath } from '../../shared/contracts/requests.ts'
import { ApiError, type ErrorLog, errors, json, parsePath, type RoutePorts, route } from '../../shared/http/index.ts'
import type { PaymentReader } from '../../shared/payments/ports.ts'
import { readPayment } from '../../shared/payments/read-payments.ts'
import { portsFromEnv } from '../../shared/runtime/ports.ts'

export const createHandler = (ports: RoutePorts & { reader: PaymentReader; log: ErrorLog }) =>
  route(ports)
    .use(parsePath(paymentPath))
    .use(errors(ports))
    .handler(async ({ path, caller }) => {
      const payment = await readPayment(ports.reader, path.paymentId, caller.language)
      if (payment === undefined) throw new ApiError('NOT_FOUND')
      return json(200, payment)
    })

export const handler = createHandler(portsFromEnv())

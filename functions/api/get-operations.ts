/**
 * GET /payments/{paymentId}/operations: every authorize, capture and refund with state and times, oldest first.
 *
 * 200 · 404 no such payment · 500, 503 see docs/errors.md
 */
import { paymentPath } from '../../shared/contracts/requests.ts'
import { ApiError, type ErrorLog, errors, json, parsePath, type RoutePorts, route } from '../../shared/http/index.ts'
import type { PaymentReader } from '../../shared/payments/ports.ts'
import { readOperations } from '../../shared/payments/read-payments.ts'
import { portsFromEnv } from '../../shared/runtime/ports.ts'

export const createHandler = (ports: RoutePorts & { reader: PaymentReader; log: ErrorLog }) =>
  route(ports)
    .use(parsePath(paymentPath))
    .use(errors(ports))
    .handler(async ({ path }) => {
      const operations = await readOperations(ports.reader, path.paymentId)
      if (operations === undefined) throw new ApiError('NOT_FOUND')
      return json(200, operations)
    })

export const handler = createHandler(portsFromEnv())

/**
 * GET /payments?merchantId&status&limit&cursor: a page of payments, newest first.
 *
 * 200 · 400, 500, 503 see docs/errors.md
 */
import { listQuery } from '../../shared/contracts/requests.ts'
import {
  type ErrorLog,
  errors,
  json,
  parseParameters,
  type RoutePorts,
  route,
  validationFailed,
} from '../../shared/http/index.ts'
import type { PaymentReader } from '../../shared/payments/ports.ts'
import { listPayments, paymentIdOfCursor } from '../../shared/payments/read-payments.ts'
import { portsFromEnv } from '../../shared/runtime/ports.ts'

export const createHandler = (ports: RoutePorts & { reader: PaymentReader; log: ErrorLog }) =>
  route(ports)
    .use(errors(ports))
    .handler(async ({ queryStringParameters, caller }) => {
      const { cursor, ...query } = parseParameters(listQuery, queryStringParameters)
      const beforePaymentId = cursor === undefined ? undefined : paymentIdOfCursor(cursor)
      if (cursor !== undefined && beforePaymentId === undefined)
        throw validationFailed([{ path: '/cursor', message: 'is not a cursor of ours' }])
      return json(200, await listPayments(ports.reader, { ...query, beforePaymentId }, caller.language))
    })

export const handler = createHandler(portsFromEnv())

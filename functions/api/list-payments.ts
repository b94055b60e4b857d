/**
 * GET /payments?merchantId&status&limit&cursor: a page of payments, newest first.
 *
 * 200 · 400, 500, 503 see docs/errors.md
 */
import { problemTexts } from '../../shared/contracts/problem-texts.ts'
import { listQuery } from '../../shared/contracts/requests.ts'
import {
  type ErrorLog,
  errors,
  json,
  parseQuery,
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
    .handler(async ({ rawQueryString, caller }) => {
      const { cursor, ...query } = parseQuery(listQuery, rawQueryString)
      const beforePaymentId = cursor === undefined ? undefined : paymentIdOfCursor(cursor)
      if (cursor !== undefined && beforePaymentId === undefined)
        throw validationFailed([{ path: '/cursor', message: problemTexts.notOurCursor }])
      return json(200, await listPayments(ports.reader, { ...query, beforePaymentId }, caller.language))
    })

export const handler = createHandler(portsFromEnv())

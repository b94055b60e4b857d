/**
 * GET /payments?merchantId&orderId&status&limit&cursor: a page of payments, newest first.
 *
 * 200 · 400, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/list-payments.ts'
import { defineRoute, pageFrom, type RoutePorts } from '../../shared/http/index.ts'
import { listPayments, paymentIdOfCursor, type ReadPorts } from '../../shared/payments/read-payments.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: RoutePorts & ReadPorts) =>
  defineRoute(contract)(ports, ({ query: { cursor, ...query }, caller }) =>
    pageFrom(cursor, paymentIdOfCursor, beforePaymentId =>
      listPayments(ports, { ...query, beforePaymentId }, caller.language),
    ),
  )

export const handler = createHandler(portsFromEnv())

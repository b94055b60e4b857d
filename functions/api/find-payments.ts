/**
 * GET /operator/payments?from&to&merchantId&orderId&currency&method&status&amountMin&amountMax&limit&cursor: payments under filters, newest first.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 400, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/find-payments.ts'
import { defineOperatorRoute, type OperatorRoutePorts, pageFrom } from '../../shared/http/index.ts'
import { type FindPorts, findPayments, placeOfCursor } from '../../shared/payments/find-payments.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorRoutePorts & FindPorts) =>
  defineOperatorRoute(contract)(ports, ({ query: { cursor, ...query }, caller }) =>
    pageFrom(cursor, placeOfCursor, after => findPayments(ports, query, after, caller.language)),
  )

export const handler = createHandler(portsFromEnv())

/**
 * GET /payments?merchantId&orderId&status&limit&cursor: a page of payments, newest first.
 *
 * 200 · 400, 429, 500, 503 see docs/errors.md
 */
import { problemTexts } from '../../shared/contracts/problem-texts.ts'
import { contract } from '../../shared/contracts/routes/list-payments.ts'
import { defineRoute, type RoutePorts, validationFailed } from '../../shared/http/index.ts'
import { listPayments, paymentIdOfCursor, type ReadPorts } from '../../shared/payments/read-payments.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: RoutePorts & ReadPorts) =>
  defineRoute(contract)(ports, async ({ query: { cursor, ...query }, caller }) => {
    const beforePaymentId = cursor === undefined ? undefined : paymentIdOfCursor(cursor)
    if (cursor !== undefined && beforePaymentId === undefined)
      return validationFailed([{ path: '/cursor', message: problemTexts.notOurCursor }])
    return { status: 200, body: await listPayments(ports, { ...query, beforePaymentId }, caller.language) }
  })

export const handler = createHandler(portsFromEnv())

/**
 * GET /payments/{paymentId}/operations: every authorize, capture and refund with state and times, oldest first.
 *
 * 200 · 404 no such payment · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/list-operations.ts'
import { defineRoute, notFound, type RoutePorts } from '../../shared/http/index.ts'
import type { PaymentReader } from '../../shared/payments/ports.ts'
import { readOperations } from '../../shared/payments/read-payments.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: RoutePorts & { reader: PaymentReader }) =>
  defineRoute(contract)(ports, async ({ path }) => {
    const operations = await readOperations(ports.reader, path.paymentId)
    return operations === undefined ? notFound() : { status: 200, body: operations }
  })

export const handler = createHandler(portsFromEnv())

/**
 * POST /payments/refund/{paymentId}: give captured money back, all of it or a part.
 *
 * 200 refunded · 402 declined · 404 no such payment · 409 state forbids it, another operation or the same key in progress · 422 key used for another request · 503 outcome not known yet · 400, 413, 415, 429, 500 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/refund-payment.ts'
import { defineMutation, type MutationPorts } from '../../shared/http/index.ts'
import type { OperationPorts } from '../../shared/payments/operation.ts'
import { refundPayment } from '../../shared/payments/refund-payment.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: MutationPorts & OperationPorts) =>
  defineMutation(contract)(ports, ({ path, body, claim, caller }) =>
    refundPayment(ports, path.paymentId, body, claim, caller),
  )

export const handler = createHandler(portsFromEnv())

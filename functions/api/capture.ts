/**
 * POST /payments/capture/{paymentId}: take money that an authorization holds, all of it or a part.
 *
 * 200 captured · 402 declined · 404 no such payment · 409 state forbids it, another operation or the same key in progress · 422 key used for another request · 503 outcome not known yet · 400, 413, 415, 429, 500 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/capture-payment.ts'
import { defineMutation, type MutationPorts } from '../../shared/http/index.ts'
import { capturePayment } from '../../shared/payments/capture-payment.ts'
import type { OperationPorts } from '../../shared/payments/operation.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: MutationPorts & OperationPorts) =>
  defineMutation(contract)(ports, ({ path, body, claim, caller }) =>
    capturePayment(ports, path.paymentId, body, claim, caller),
  )

export const handler = createHandler(portsFromEnv())

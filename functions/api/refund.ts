/**
 * POST /payments/refund/{paymentId}: give captured money back, all of it.
 *
 * 200 refunded · 402 declined · 404 no such payment · 409 state forbids it, another operation or the same key in progress · 422 key used for another request · 503 outcome not known yet · 400, 413, 415, 500 see docs/errors.md
 */
import { paymentPath, type RefundRequest, refundRequest } from '../../shared/contracts/requests.ts'
import {
  type ErrorLog,
  errors,
  type IdempotencyPorts,
  idempotency,
  type OptionalClaim,
  parseBody,
  parsePath,
  type RoutePorts,
  respond,
  route,
} from '../../shared/http/index.ts'
import type { OperationPorts } from '../../shared/payments/operation.ts'
import { refundPayment } from '../../shared/payments/refund-payment.ts'
import { portsFromEnv } from '../../shared/runtime/ports.ts'

export const createHandler = (ports: RoutePorts & IdempotencyPorts & OperationPorts & { log: ErrorLog }) =>
  route<RefundRequest, OptionalClaim>(ports, { onTimeout: 'OUTCOME_UNKNOWN' })
    .use(parsePath(paymentPath))
    .use(parseBody({ schema: refundRequest, needsKey: body => body.amount !== undefined }))
    .use(idempotency(ports, 'refund'))
    .use(errors(ports)) // Registered last: middy runs onError from the inside out.
    .handler(async ({ path, body, claim, caller }) =>
      respond(await refundPayment(ports, path.paymentId, body, claim, caller), 'refund', ports.duplicates),
    )

export const handler = createHandler(portsFromEnv())

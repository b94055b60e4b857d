/**
 * POST /payments/capture/{paymentId}: take the money that an authorization holds, all of it.
 *
 * 200 captured · 402 declined · 404 no such payment · 409 state forbids it, another operation or the same key in progress · 422 key used for another request · 503 outcome not known yet · 400, 413, 415, 500 see docs/errors.md
 */
import { problemTexts } from '../../shared/contracts/problem-texts.ts'
import { type CaptureRequest, captureRequest, paymentPath } from '../../shared/contracts/requests.ts'
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
import { capturePayment } from '../../shared/payments/capture-payment.ts'
import type { OperationPorts } from '../../shared/payments/operation.ts'
import { portsFromEnv } from '../../shared/runtime/ports.ts'

const notYet = ({ finalCapture }: CaptureRequest) =>
  finalCapture === false ? [{ path: '/finalCapture', message: problemTexts.finalCaptureNotYet }] : []

export const createHandler = (ports: RoutePorts & IdempotencyPorts & OperationPorts & { log: ErrorLog }) =>
  route<CaptureRequest, OptionalClaim>(ports, { onTimeout: 'OUTCOME_UNKNOWN' })
    .use(parsePath(paymentPath))
    .use(parseBody({ schema: captureRequest, needsKey: body => body.finalCapture === false, check: notYet }))
    .use(idempotency(ports, 'capture'))
    .use(errors(ports)) // Registered last: middy runs onError from the inside out.
    .handler(async ({ path, body, claim, caller }) =>
      respond(await capturePayment(ports, path.paymentId, body, claim, caller), 'capture', ports.duplicates),
    )

export const handler = createHandler(portsFromEnv())

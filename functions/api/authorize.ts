/**
 * POST /payments/authorize: ask the acquirer to hold the buyer's money. Captures nothing.
 *
 * 201 held · 402 declined · 409 same key in progress or pruned · 422 key used for another request · 503 outcome not known yet · 400, 413, 415, 500 see docs/errors.md
 */
import { type AuthorizeRequest, authorizeRequest } from '../../shared/contracts/requests.ts'
import {
  type ErrorLog,
  errors,
  type IdempotencyPorts,
  idempotency,
  parseBody,
  type RequiredClaim,
  type RoutePorts,
  respond,
  route,
} from '../../shared/http/index.ts'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import type { OperationPorts } from '../../shared/payments/operation.ts'
import { portsFromEnv } from '../../shared/runtime/ports.ts'

export const createHandler = (ports: RoutePorts & IdempotencyPorts & OperationPorts & { log: ErrorLog }) =>
  route<AuthorizeRequest, RequiredClaim>(ports, { onTimeout: 'OUTCOME_UNKNOWN' })
    .use(parseBody({ schema: authorizeRequest, needsKey: () => true }))
    .use(idempotency(ports, 'authorize'))
    .use(errors(ports)) // Registered last: middy runs onError from the inside out.
    .handler(async ({ body, claim, caller }) =>
      respond(await authorizePayment(ports, body, claim, caller), 'authorize', ports.duplicates),
    )

export const handler = createHandler(portsFromEnv())

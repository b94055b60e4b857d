/**
 * POST /payments/authorize: ask the acquirer to hold the buyer's money, and with `capture` to take it at once.
 *
 * 201 held or captured · 402 declined · 409 same key in progress or pruned · 422 key used for another request · 503 outcome not known yet · 400, 413, 415, 429, 500 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/authorize-payment.ts'
import { defineMutation, type MutationPorts } from '../../shared/http/index.ts'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import type { OperationPorts } from '../../shared/payments/operation.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: MutationPorts & OperationPorts) =>
  defineMutation(contract)(ports, ({ body, claim, caller }) => authorizePayment(ports, body, claim, caller))

export const handler = createHandler(portsFromEnv())

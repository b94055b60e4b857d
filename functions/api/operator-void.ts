/**
 * POST /operator/payments/{paymentId}/void: let go of the money that an authorization holds, as an operator.
 *
 * 200 released · 401 nobody is signed in · 402 declined · 403 not from the console, or the role is not enough · 404 no such payment · 409 state forbids it, another operation or the same key in progress · 422 key used for another request · 503 outcome not known yet · 400, 413, 415, 429, 500 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/operator-void.ts'
import { defineOperatorMutation, type OperatorMutationPorts } from '../../shared/http/index.ts'
import { type AskPorts, askAsOperator } from '../../shared/payments/ask-as-operator.ts'
import type { OperationPorts } from '../../shared/payments/operation.ts'
import { voidPayment } from '../../shared/payments/void-payment.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorMutationPorts & OperationPorts & AskPorts) =>
  defineOperatorMutation(contract, 'void')(ports, ({ path: { paymentId }, body, operator, claim, caller }) => {
    const { reason } = body
    const ask = {
      paymentId,
      claim,
      operator: operator.name,
      reason,
      action: 'payment.void-asked' as const,
      details: {},
    }
    return askAsOperator(ports, ask, () => voidPayment(ports, paymentId, {}, claim, caller))
  })

export const handler = createHandler(portsFromEnv().forBatches)

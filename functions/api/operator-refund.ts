/**
 * POST /operator/payments/{paymentId}/refund: give captured money back, all of it or a part, as an operator.
 *
 * 200 refunded · 401 nobody is signed in · 402 declined · 403 not from the console, or the role is not enough · 404 no such payment · 409 state forbids it, another operation or the same key in progress · 422 key used for another request · 503 outcome not known yet · 400, 413, 415, 429, 500 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/operator-refund.ts'
import { defineOperatorMutation, type OperatorMutationPorts } from '../../shared/http/index.ts'
import { type AskPorts, askAsOperator } from '../../shared/payments/ask-as-operator.ts'
import type { OperationPorts } from '../../shared/payments/operation.ts'
import { refundPayment } from '../../shared/payments/refund-payment.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorMutationPorts & OperationPorts & AskPorts) =>
  defineOperatorMutation(contract, 'refund')(ports, ({ path: { paymentId }, body, operator, claim, caller }) => {
    const { amount, reason } = body
    const ask = {
      paymentId,
      claim,
      operator: operator.name,
      reason,
      action: 'payment.refund-asked' as const,
      details: { amount: amount ?? null },
    }
    return askAsOperator(ports, ask, () => refundPayment(ports, paymentId, { amount }, claim, caller))
  })

export const handler = createHandler(portsFromEnv().forBatches)

/**
 * POST /operator/payments/{paymentId}/capture: take money that an authorization holds, all of it or a part, as an operator.
 *
 * 200 captured · 401 nobody is signed in · 402 declined · 403 not from the console, or the role is not enough · 404 no such payment · 409 state forbids it, another operation or the same key in progress · 422 key used for another request · 503 outcome not known yet · 400, 413, 415, 429, 500 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/operator-capture.ts'
import { defineOperatorMutation, type OperatorMutationPorts } from '../../shared/http/index.ts'
import { type AskPorts, askAsOperator } from '../../shared/payments/ask-as-operator.ts'
import { capturePayment } from '../../shared/payments/capture-payment.ts'
import type { OperationPorts } from '../../shared/payments/operation.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorMutationPorts & OperationPorts & AskPorts) =>
  defineOperatorMutation(contract, 'capture')(ports, ({ path: { paymentId }, body, operator, claim, caller }) => {
    const { amount, finalCapture, reason } = body
    const ask = {
      paymentId,
      claim,
      operator: operator.name,
      reason,
      action: 'payment.capture-asked' as const,
      details: { amount: amount ?? null, finalCapture: finalCapture ?? true },
    }
    return askAsOperator(ports, ask, () => capturePayment(ports, paymentId, { amount, finalCapture }, claim, caller))
  })

export const handler = createHandler(portsFromEnv().forBatches)

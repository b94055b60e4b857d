/** Refund: give captured money back, all of it or a part. */
import type { RefundRequest } from '../contracts/routes/refund-payment.ts'
import type { Caller } from './answer.ts'
import { changePayment } from './change-payment.ts'
import type { OperationPorts, Outcome } from './operation.ts'
import type { Claim } from './ports.ts'

/** Outcomes and errors: see `changePayment`. */
export const refundPayment = (
  ports: OperationPorts,
  paymentId: string,
  request: RefundRequest,
  claim: Claim | undefined,
  caller: Caller,
): Promise<Outcome> =>
  changePayment(
    ports,
    { kind: 'refund', paymentId, amountMinor: request.amount, merchantId: request.merchantId, reason: request.reason },
    claim,
    caller,
  )

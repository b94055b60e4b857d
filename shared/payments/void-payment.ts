/** Void: let go of the money that an authorization holds and that is not captured. */
import type { VoidRequest } from '../contracts/routes/void-payment.ts'
import type { Caller } from './answer.ts'
import { changePayment } from './change-payment.ts'
import type { OperationPorts, Outcome } from './operation.ts'
import type { Claim } from './ports.ts'

/** Outcomes and errors: see `changePayment`. */
export const voidPayment = (
  ports: OperationPorts,
  paymentId: string,
  request: VoidRequest,
  claim: Claim | undefined,
  caller: Caller,
): Promise<Outcome> =>
  changePayment(
    ports,
    { kind: 'void', paymentId, merchantId: request.merchantId, reason: request.reason },
    claim,
    caller,
  )

/** Capture: take money that an authorization holds, all of it or a part. */
import type { CaptureRequest } from '../contracts/routes/capture-payment.ts'
import type { Caller } from './answer.ts'
import { changePayment } from './change-payment.ts'
import type { OperationPorts, Outcome } from './operation.ts'
import type { Claim } from './ports.ts'

/** Outcomes and errors: see `changePayment`. A capture is judged by the time of its claim. */
export const capturePayment = (
  ports: OperationPorts,
  paymentId: string,
  request: CaptureRequest,
  claim: Claim | undefined,
  caller: Caller,
): Promise<Outcome> =>
  changePayment(
    ports,
    {
      kind: 'capture',
      paymentId,
      amountMinor: request.amount,
      merchantId: request.merchantId,
      finalCapture: request.finalCapture ?? true,
    },
    claim,
    caller,
  )

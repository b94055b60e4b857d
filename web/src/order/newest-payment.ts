/** Which is newer: the payment as it was last read, or as the answer to an operation tells it. */
import type { PaymentDetailView } from '../../../shared/contracts/routes/get-payment.ts'
import { paymentOf } from '../api/answer.ts'
import type { AnswerLog } from '../purchase/answer-log.ts'

type Payment = PaymentDetailView | undefined

/** An answer to an operation is newer than a GET that came before it, but tells no events. */
export function newestOf(read: Payment, log: AnswerLog): Payment {
  const answered = log.map(({ answer }) => paymentOf(answer)).findLast(payment => payment !== undefined)
  if (answered === undefined || (read && read.updatedAt >= answered.updatedAt)) return read
  return { ...answered, events: read?.events ?? [] }
}

/** What was read, unless an operation was answered since. Then it may have been complete, but it does not know the newest records. */
export const upToDate = (read: Payment, log: AnswerLog): Payment => (newestOf(read, log) === read ? read : undefined)

/** The amounts of a payment as its receipt adds them up. */
import type { PaymentView } from '../../../shared/contracts/payment.ts'

export type AmountName = 'requested' | 'authorized' | 'held' | 'released' | 'paid' | 'refunded' | 'disputed' | 'net'

export interface AmountRow {
  name: AmountName
  /** In the currency's minor unit; below zero when it leaves. */
  amount: number
}

type Amounts = Pick<
  PaymentView,
  'status' | 'amount' | 'capturedAmount' | 'refundedAmount' | 'capturableAmount' | 'captureBefore'
> &
  // An answer that was stored before disputes were known does not say it.
  Partial<Pick<PaymentView, 'disputedAmount'>>

/** Each row follows from those before it; the last one is what the buyer looks for. */
export function amountRowsOf(payment: Amounts): AmountRow[] {
  const { status, amount, capturedAmount, refundedAmount, capturableAmount, captureBefore } = payment
  const { disputedAmount = 0 } = payment
  const takenBack = refundedAmount + disputedAmount
  const isOver = capturableAmount === 0 && status !== 'REQUESTED' && status !== 'AUTHORIZED'
  const uncaptured = amount - capturedAmount
  const row = (name: AmountName, value: number, isShown: boolean): AmountRow[] =>
    isShown ? [{ name, amount: value }] : []
  return [
    ...row('requested', amount, captureBefore === null),
    ...row('authorized', amount, captureBefore !== null && uncaptured > 0),
    ...row('released', -uncaptured, captureBefore !== null && uncaptured > 0 && isOver),
    ...row('held', capturableAmount, capturedAmount > 0 && capturableAmount > 0),
    ...row('paid', capturedAmount, capturedAmount > 0),
    ...row('refunded', -refundedAmount, refundedAmount > 0),
    ...row('disputed', -disputedAmount, disputedAmount > 0),
    ...row('net', capturedAmount - takenBack, takenBack > 0 || (isOver && capturedAmount === 0)),
  ]
}

/** What an operator can do with a payment as it is, and why the API refused it. */
import type { PaymentView } from '../../../../shared/contracts/payment.ts'
import type { CallFailure } from '../session/session.ts'

export const actions = ['capture', 'refund', 'void', 'inquire'] as const
export type Action = (typeof actions)[number]

/** While an outcome is not known, nothing but asking about it. The API decides. */
export function possibleActions({
  pendingOperation,
  capturableAmount,
  refundableAmount,
}: Pick<PaymentView, 'pendingOperation' | 'capturableAmount' | 'refundableAmount'>): Action[] {
  if (pendingOperation !== null) return ['inquire']
  return [
    ...(capturableAmount > 0 ? (['capture', 'void'] as const) : []),
    ...(refundableAmount > 0 ? (['refund'] as const) : []),
  ]
}

/** Undefined: of another kind, which is told by its code. */
export type Refusal =
  | { kind: 'declined'; reason: string }
  | { kind: 'status'; status: string }
  | { kind: 'amount'; remainingMinor: number }
  | { kind: 'expired' }

export function refusalIn({ code, details }: Pick<CallFailure, 'code' | 'details'>): Refusal | undefined {
  if (code === 'PAYMENT_DECLINED') return { kind: 'declined', reason: String(details.reason) }
  if (code !== 'CAPTURE_CONFLICT' && code !== 'REFUND_CONFLICT' && code !== 'VOID_CONFLICT') return undefined
  switch (details.reason) {
    case 'amount':
      return { kind: 'amount', remainingMinor: Number(details.remaining) }
    case 'expired':
      return { kind: 'expired' }
    case 'status':
      return { kind: 'status', status: String(details.status) }
  }
}

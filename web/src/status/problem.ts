/** Which text explains a refusal. */
import type { ConsoleOnlyCode, ErrorCode } from '../../../shared/contracts/errors.ts'
import { type ApiAnswer, errorOf } from '../api/answer.ts'
import { ko } from '../i18n/ko.ts'
import type { Operation } from '../purchase/requests.ts'

type ShopCode = Exclude<ErrorCode, ConsoleOnlyCode>

export type ProblemText =
  | ShopCode
  | 'DIFFERENT_REQUEST'
  | 'OTHER'
  | 'notCarriedOut'
  | 'captureDeclined'
  | 'refundDeclined'
  | 'voidDeclined'

const declinedTexts: Record<Operation, ProblemText> = {
  authorize: 'PAYMENT_DECLINED',
  capture: 'captureDeclined',
  refund: 'refundDeclined',
  void: 'voidDeclined',
}

/** The reason that stands in for a card company's: it never had the request, and now never will. */
const CANCELED = 'canceled'

const isCanceled = (answer: ApiAnswer) => errorOf(answer)?.details.reason === CANCELED

/** Codes that this page has never heard of are explained by `OTHER`. */
export function problemTextOf(answer: ApiAnswer, operation: Operation): ProblemText {
  const code = errorOf(answer)?.code
  if (code === 'PAYMENT_DECLINED') return isCanceled(answer) ? 'notCarriedOut' : declinedTexts[operation]
  if (answer.statusCode === 422) return 'DIFFERENT_REQUEST'
  return code !== undefined && code in ko.errors ? (code as ShopCode) : 'OTHER'
}

export type DeclineText = keyof typeof ko.declines

export function declineOf(answer: ApiAnswer): { text: DeclineText; reason: string } | undefined {
  const error = errorOf(answer)
  const reason = error?.details.reason
  if (error?.code !== 'PAYMENT_DECLINED' || typeof reason !== 'string' || isCanceled(answer)) return undefined
  return { text: reason in ko.declines ? (reason as DeclineText) : 'other', reason }
}

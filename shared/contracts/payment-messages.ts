/** One sentence for each status of a payment, as callers see it in `message`. */
import type { Language } from './errors.ts'
import type { PaymentStatus } from './lists.ts'

export const paymentMessages: Record<PaymentStatus, Record<Language, string>> = {
  REQUESTED: { en: 'The payment is being authorized.', ko: '결제를 승인하고 있습니다.' },
  AUTHORIZED: {
    en: 'The payment is authorized and waits to be captured.',
    ko: '결제가 승인되었으며 매입을 기다립니다.',
  },
  DECLINED: { en: 'The payment was declined.', ko: '결제가 거절되었습니다.' },
  FAILED: { en: 'The payment was not carried out.', ko: '결제가 진행되지 않았습니다.' },
  PARTIALLY_CAPTURED: { en: 'A part of the payment is captured.', ko: '결제의 일부가 매입되었습니다.' },
  COMPLETED: { en: 'The payment is captured.', ko: '매입이 완료되었습니다.' },
  VOIDED: { en: 'The authorization was voided.', ko: '승인이 취소되었습니다.' },
  EXPIRED: { en: 'The authorization expired.', ko: '승인이 만료되었습니다.' },
  PARTIALLY_REFUNDED: { en: 'A part of the payment is refunded.', ko: '결제의 일부가 환불되었습니다.' },
  REFUNDED: { en: 'The payment is refunded.', ko: '결제가 환불되었습니다.' },
}

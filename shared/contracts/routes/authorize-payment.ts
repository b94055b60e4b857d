/** POST /payments/authorize: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { amountMinor, currency, idempotencyKey, merchantId, orderId, paymentMethod } from '../identifiers.ts'
import { mutationView } from '../payment.ts'
import { schemaMessages } from '../problem-texts.ts'
import { onlyThese } from '../requests.ts'
import { type DocsOf, defineContract, mutationRefusals } from '../route-contract.ts'
import {
  authorizedSample,
  SAMPLE_AMOUNT_MINOR,
  SAMPLE_CURRENCY,
  SAMPLE_MERCHANT_ID,
  sampleOperationIds,
} from '../sample-purchase.ts'

export const authorizeRequest = onlyThese({
  merchantId,
  amount: amountMinor,
  currency,
  idempotencyKey: idempotencyKey.optional().meta({
    description: 'Required here or as the header `Idempotency-Key`; given in both they must be equal.',
    'x-description-ko': '여기 또는 `Idempotency-Key` 헤더에 필수이며, 둘 다 보내면 같아야 합니다.',
  }),
  paymentMethod: paymentMethod.optional(),
  orderId: orderId.optional(),
  capture: z.boolean(schemaMessages.boolean).optional().meta({
    description: '`true`: authorize and capture in one call. When the capture is declined or unknown, the hold stands.',
    'x-description-ko':
      '`true`면 승인과 매입을 한 번에 합니다. 매입이 거절되거나 결과를 알 수 없으면 승인은 그대로 남습니다.',
  }),
}).meta({ id: 'AuthorizeRequest' })
export type AuthorizeRequest = z.infer<typeof authorizeRequest>

export const contract = defineContract({
  route: 'POST /payments/authorize',
  tag: 'payments',
  body: authorizeRequest,
  mutation: 'authorize',
  routeClass: 'mutations',
  needsKey: 'always',
  answers: { 201: mutationView },
  refusals: mutationRefusals,
  onTimeout: 'OUTCOME_UNKNOWN',
})

export const docs = (): DocsOf<typeof contract> => {
  const purchase = { merchantId: SAMPLE_MERCHANT_ID, amount: SAMPLE_AMOUNT_MINOR, currency: SAMPLE_CURRENCY }
  return {
    summary: { en: 'Hold the buyer’s money', ko: '구매자의 돈을 잡아 둡니다(승인)' },
    description: {
      en: 'Asks the acquirer to hold the amount. Nothing is captured yet: capture the payment before `captureBefore` (7 days), or send `capture: true`. A key is required, in the body or as the header.',
      ko: '카드사에 금액을 잡아 두도록 요청합니다. 아직 매입된 것은 없으니 `captureBefore`(7일) 전에 매입하거나 `capture: true`를 보내세요. 키는 본문이나 헤더 중 한 곳에 반드시 필요합니다.',
    },
    requests: {
      purchase: {
        summary: { en: 'A phone for ₩1,550,000', ko: '1,550,000원짜리 휴대폰' },
        value: { ...purchase, idempotencyKey: 'order-1001' },
      },
      captured: {
        summary: { en: 'Authorize and capture in one call', ko: '승인과 매입을 한 번에' },
        value: { ...purchase, idempotencyKey: 'order-1003', orderId: 'order-1003', capture: true },
      },
      declined: {
        summary: { en: 'A card that is declined', ko: '거절되는 카드' },
        value: { ...purchase, idempotencyKey: 'order-1002', paymentMethod: 'tok_decline' },
      },
    },
    answers: {
      201: {
        words: { en: 'The money is held.', ko: '금액을 잡아 두었습니다.' },
        examples: {
          example: {
            summary: { en: 'Held', ko: '승인됨' },
            value: { ...authorizedSample(), operationId: sampleOperationIds.authorize },
          },
        },
      },
    },
    next: ['capturePayment', 'voidPayment', 'getPayment', 'listOperations'],
    curl: `curl -i -X POST '${LOCAL_ORIGIN}/payments/authorize' \\
  -H 'content-type: application/json' \\
  -H "idempotency-key: order-$(date +%s)" \\
  -d '{"merchantId":"moonlight-mobile","amount":1550000,"currency":"KRW"}'`,
  }
}

/** POST /payments/refund/{paymentId}: what it reads, what it answers, and what documents say about it. */
import type * as z from 'zod'
import { change } from '../curl.ts'
import { amountMinor } from '../identifiers.ts'
import { mutationView } from '../payment.ts'
import { onlyThese, ownMerchantId, paymentPath, reason } from '../requests.ts'
import { type DocsOf, defineContract, mutationRefusals } from '../route-contract.ts'
import { refundedSample, sampleOperationIds } from '../sample-purchase.ts'

export const refundRequest = onlyThese({
  amount: amountMinor.optional().meta({
    description: 'Default: all that is captured and not refunded yet. With an amount a key is required.',
    'x-description-ko': '기본값: 매입된 금액 중 아직 환불하지 않은 전액. 금액을 보내면 키가 필요합니다.',
  }),
  merchantId: ownMerchantId,
  reason,
}).meta({ id: 'RefundRequest' })
export type RefundRequest = z.infer<typeof refundRequest>

export const contract = defineContract({
  route: 'POST /payments/refund/{paymentId}',
  tag: 'payments',
  path: paymentPath,
  body: refundRequest,
  bodyOptional: true,
  mutation: 'refund',
  routeClass: 'mutations',
  needsKey: body => body.amount !== undefined,
  answers: { 200: mutationView },
  refusals: ['NOT_FOUND', 'REFUND_CONFLICT', ...mutationRefusals],
  onTimeout: 'OUTCOME_UNKNOWN',
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Give captured money back', ko: '매입한 돈을 돌려줍니다(환불)' },
  description: {
    en: 'Refunds all that is left of what is captured, or a part, as often as something is left. It waits until capturing is over. The body may be left out. The fee is kept. A key is required when you send `amount`; without one a repeat gets a 409.',
    ko: '매입된 금액 중 남은 전액이나 일부를 환불하며, 남은 금액이 있으면 여러 번 할 수 있습니다. 매입이 끝난 뒤에만 됩니다. 본문은 생략할 수 있습니다. 수수료는 돌려주지 않습니다. `amount`를 보낼 때는 키가 필요하며, 키 없이 반복하면 409를 받습니다.',
  },
  requests: {
    all: { summary: { en: 'All that is left', ko: '남은 전액' }, value: { reason: 'changed my mind' } },
    part: {
      summary: { en: 'A part', ko: '일부' },
      value: { amount: 50_000, reason: 'scratched case' },
    },
  },
  answers: {
    200: {
      words: { en: 'The money is given back.', ko: '환불되었습니다.' },
      examples: {
        example: {
          summary: { en: 'Refunded', ko: '환불됨' },
          value: { ...refundedSample(), operationId: sampleOperationIds.refund },
        },
      },
    },
  },
  next: ['getPayment', 'listOperations'],
  curl: change('refund', 'COMPLETED', '{"reason":"changed my mind"}'),
})

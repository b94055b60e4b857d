/** POST /payments/refund/{paymentId}: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { change } from '../curl.ts'
import { amountMinor } from '../identifiers.ts'
import { mutationView } from '../payment.ts'
import { schemaMessages } from '../problem-texts.ts'
import { charactersAtMost, onlyThese, ownMerchantId, paymentPath } from '../requests.ts'
import { type DocsOf, defineContract, mutationRefusals } from '../route-contract.ts'
import { refundedSample, sampleOperationIds } from '../sample-purchase.ts'

const REASON_LENGTH_MAX = 128
export const refundRequest = onlyThese({
  amount: amountMinor.optional().meta({
    description: 'Default: all that is captured. With an amount a key is required. A part is not supported yet (400).',
    'x-description-ko': '기본값: 매입된 전액. 금액을 보내면 키가 필요합니다. 부분 환불은 아직 지원하지 않습니다(400).',
  }),
  merchantId: ownMerchantId,
  // Counted in characters, as MariaDB and JSON Schema do: JavaScript's length counts an emoji twice.
  reason: z
    .string(schemaMessages.text)
    .refine(text => [...text].length <= REASON_LENGTH_MAX, charactersAtMost(REASON_LENGTH_MAX))
    .optional()
    .meta({
      maxLength: REASON_LENGTH_MAX,
      description: 'Kept with the operation.',
      'x-description-ko': '작업과 함께 보관됩니다.',
    }),
}).meta({ id: 'RefundRequest' })
export type RefundRequest = z.infer<typeof refundRequest>

export const contract = defineContract({
  route: 'POST /payments/refund/{paymentId}',
  tag: 'payments',
  path: paymentPath,
  body: refundRequest,
  bodyOptional: true,
  mutation: 'refund',
  needsKey: body => body.amount !== undefined,
  answers: { 200: mutationView },
  refusals: ['NOT_FOUND', 'REFUND_CONFLICT', ...mutationRefusals],
  onTimeout: 'OUTCOME_UNKNOWN',
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Give captured money back', ko: '매입한 돈을 돌려줍니다(환불)' },
  description: {
    en: 'Refunds all that is captured. The body may be left out. The fee is kept. A key is required when you send `amount`; without one a repeat gets a 409.',
    ko: '매입된 전액을 환불합니다. 본문은 생략할 수 있습니다. 수수료는 돌려주지 않습니다. `amount`를 보낼 때는 키가 필요하며, 키 없이 반복하면 409를 받습니다.',
  },
  requests: {
    all: { summary: { en: 'All that is captured', ko: '매입된 전액' }, value: { reason: 'changed my mind' } },
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

/** POST /operator/payments/{paymentId}/refund: what it reads, what it answers, and what documents say about it. */
import { newest, operatorWrites } from '../curl.ts'
import { amountMinor } from '../identifiers.ts'
import { operatorMutationRefusals, operatorWrite, sampleWrite } from '../operator-write.ts'
import { mutationView } from '../payment.ts'
import { onlyThese, paymentPath } from '../requests.ts'
import { type DocsOf, defineContract } from '../route-contract.ts'
import { refundedSample, sampleOperationIds } from '../sample-purchase.ts'

const operatorRefundRequest = onlyThese({
  amount: amountMinor.optional().meta({
    description: 'Default: all that is captured and not refunded yet.',
    'x-description-ko': '기본값: 매입된 금액 중 아직 환불하지 않은 전액.',
  }),
  ...operatorWrite,
}).meta({ id: 'OperatorRefundRequest' })

export const contract = defineContract({
  route: 'POST /operator/payments/{paymentId}/refund',
  tag: 'operator',
  operator: 'operator',
  writes: true,
  routeClass: 'mutations',
  path: paymentPath,
  body: operatorRefundRequest,
  answers: { 200: mutationView },
  refusals: [...operatorMutationRefusals, 'REFUND_CONFLICT'],
  onTimeout: 'OUTCOME_UNKNOWN',
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Refund as an operator', ko: '운영자로 환불합니다' },
  description: {
    en: 'As `POST /payments/refund/{paymentId}`, by an operator. The key is that of the payment’s merchant, too: the same key and request get the first answer again, and two at once move money once. Who asked and why is in the audit log before the acquirer is asked.',
    ko: '운영자가 하는 `POST /payments/refund/{paymentId}`입니다. 키는 결제 가맹점의 멱등 키이기도 합니다. 같은 키와 요청은 처음 응답을 다시 받고, 동시에 두 번 보내도 돈은 한 번만 움직입니다. 누가 왜 요청했는지는 매입사에 묻기 전에 감사 로그에 남습니다.',
  },
  requests: {
    all: { summary: { en: 'All that is left', ko: '남은 전액' }, value: sampleWrite },
    part: { summary: { en: 'A part', ko: '일부' }, value: { ...sampleWrite, amount: 50_000 } },
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
  curl: `${newest('COMPLETED')}${operatorWrites('payments/$PAYMENT_ID/refund', ',\\"amount\\":1000')}`,
})

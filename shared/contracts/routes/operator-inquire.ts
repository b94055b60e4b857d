/** POST /operator/payments/{paymentId}/inquire: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { newest, operatorWrites } from '../curl.ts'
import { amountMinor, operationId, paymentId } from '../identifiers.ts'
import { operatorWrite, operatorWriteRefusals, sampleWrite } from '../operator-write.ts'
import { operationKind, operationState } from '../payment.ts'
import { onlyThese, paymentPath } from '../requests.ts'
import { type DocsOf, defineContract } from '../route-contract.ts'
import { SAMPLE_AMOUNT_MINOR, SAMPLE_PAYMENT_ID, sampleOperationIds } from '../sample-purchase.ts'

const operatorInquireRequest = onlyThese(operatorWrite).meta({ id: 'OperatorInquireRequest' })

export const inquiryView = z
  .object({
    paymentId,
    operation: z
      .object({ operationId, kind: operationKind, amount: amountMinor, state: operationState })
      .nullable()
      .meta({
        description:
          'What was asked about, as it is now: PENDING, the acquirer did not say. Null: no outcome was unknown.',
        'x-description-ko':
          '물어본 작업의 지금 상태입니다. PENDING이면 매입사가 답하지 않았습니다. 결과를 모르는 작업이 없었으면 null입니다.',
      }),
  })
  .meta({ id: 'Inquiry', description: 'What an inquiry came to.', 'x-description-ko': '조회한 결과.' })
export type InquiryView = z.infer<typeof inquiryView>

export const contract = defineContract({
  route: 'POST /operator/payments/{paymentId}/inquire',
  tag: 'operator',
  operator: 'operator',
  writes: true,
  routeClass: 'mutations',
  path: paymentPath,
  body: operatorInquireRequest,
  answers: { 200: inquiryView },
  refusals: ['NOT_FOUND', ...operatorWriteRefusals],
})

const inquiry = (state: 'SUCCEEDED' | 'PENDING'): InquiryView => ({
  paymentId: SAMPLE_PAYMENT_ID,
  operation: { operationId: sampleOperationIds.capture, kind: 'capture', amount: SAMPLE_AMOUNT_MINOR, state },
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: {
    en: 'Ask the acquirer again about an unknown outcome',
    ko: '결과를 모르는 작업을 매입사에 다시 조회합니다',
  },
  description: {
    en: 'Does now, for this payment, what the job `resolve-unknown` does for all: asks what became of the operation, records it, and cancels what the acquirer does not know. It never executes an operation. The same key asks about the same operation again.',
    ko: '`resolve-unknown` 작업(job)이 하는 일을 이 결제에 대해 지금 합니다. 작업이 어떻게 되었는지 묻고 기록하며, 매입사가 모르는 작업은 취소합니다. 작업을 다시 실행하지는 않습니다. 같은 키는 같은 작업을 다시 조회합니다.',
  },
  requests: { example: { summary: { en: 'Why', ko: '사유' }, value: sampleWrite } },
  answers: {
    200: {
      words: { en: 'What it came to.', ko: '조회한 결과입니다.' },
      examples: {
        decided: { summary: { en: 'It was carried out', ko: '실행되었음' }, value: inquiry('SUCCEEDED') },
        unclear: { summary: { en: 'Still unknown', ko: '아직 모름' }, value: inquiry('PENDING') },
        nothing: {
          summary: { en: 'No outcome was unknown', ko: '결과를 모르는 작업이 없음' },
          value: { paymentId: SAMPLE_PAYMENT_ID, operation: null },
        },
      },
    },
  },
  curl: `${newest('COMPLETED')}${operatorWrites('payments/$PAYMENT_ID/inquire')}`,
})

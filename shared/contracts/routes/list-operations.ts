/** GET /payments/{paymentId}/operations: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN, newest } from '../curl.ts'
import { amountMinor, currency, operationId, paymentId } from '../identifiers.ts'
import type { RequestedKind } from '../lists.ts'
import { operationKind, operationState, time } from '../payment.ts'
import { paymentPath } from '../requests.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import {
  SAMPLE_AMOUNT_MINOR,
  SAMPLE_CURRENCY,
  SAMPLE_PAYMENT_ID,
  sampleOperationIds,
  sampleTime,
} from '../sample-purchase.ts'

export const operationView = z
  .object({
    operationId,
    kind: operationKind,
    state: operationState,
    amount: amountMinor,
    currency,
    declineReason: z.string().nullable(),
    reason: z.string().nullable(),
    attempt: z.int().meta({
      description: '1, and one more each time somebody took it over.',
      'x-description-ko': '1에서 시작해, 다른 쪽이 넘겨받을 때마다 1씩 늘어납니다.',
    }),
    createdAt: time,
    finishedAt: time.nullable(),
    nextAttemptAt: time.nullable().meta({
      description: 'While it is pending: when the acquirer is asked what became of it, unless it is final before.',
      'x-description-ko': '처리 중일 때, 그때까지 끝나지 않으면 카드사에 결과를 조회하는 시각입니다.',
    }),
  })
  .meta({
    id: 'Operation',
    description: 'One authorize, capture or refund with its state and times.',
    'x-description-ko': '승인, 매입, 환불 한 번의 상태와 시각.',
  })
export type OperationView = z.infer<typeof operationView>

export const operationListView = z.object({ paymentId, operations: z.array(operationView) }).meta({
  id: 'OperationList',
  description: 'Every operation on a payment, oldest first.',
  'x-description-ko': '결제의 모든 작업(오래된 순서).',
})
export type OperationListView = z.infer<typeof operationListView>

export const contract = defineContract({
  route: 'GET /payments/{paymentId}/operations',
  tag: 'payments',
  routeClass: 'reads',
  path: paymentPath,
  answers: { 200: operationListView },
  refusals: ['NOT_FOUND', ...readRefusals],
})

const succeeded = (
  kind: RequestedKind,
  reason: string | null,
  [createdAt, finishedAt]: [string, string],
): OperationView => ({
  operationId: sampleOperationIds[kind],
  kind,
  state: 'SUCCEEDED',
  amount: SAMPLE_AMOUNT_MINOR,
  currency: SAMPLE_CURRENCY,
  declineReason: null,
  reason,
  attempt: 1,
  createdAt,
  finishedAt,
  nextAttemptAt: null,
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Everything that was tried on a payment', ko: '결제에 시도한 모든 작업' },
  description: {
    en: 'Each authorize, capture and refund with state and times, oldest first: also the declined ones.',
    ko: '승인, 매입, 환불을 상태와 시각과 함께 오래된 순서로 보여 줍니다. 거절된 작업도 포함합니다.',
  },
  answers: {
    200: {
      words: { en: 'The operations.', ko: '작업 목록입니다.' },
      examples: {
        example: {
          summary: { en: 'Bought, then returned', ko: '구매 후 환불' },
          value: {
            paymentId: SAMPLE_PAYMENT_ID,
            operations: [
              succeeded('authorize', null, [sampleTime(0, '00.732'), sampleTime(0, '00.758')]),
              succeeded('capture', null, [sampleTime(0, '17.421'), sampleTime(0, '17.449')]),
              succeeded('refund', 'changed my mind', [sampleTime(2, '49.601'), sampleTime(2, '49.628')]),
            ],
          },
        },
      },
    },
  },
  curl: `${newest('REFUNDED')}curl -i "${LOCAL_ORIGIN}/payments/$PAYMENT_ID/operations"`,
})

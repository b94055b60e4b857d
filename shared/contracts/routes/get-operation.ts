/** GET /operator/operations/{operationId}: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN, newest } from '../curl.ts'
import { amountMinor, currency, eventId, idempotencyKey, operationId, paymentId } from '../identifiers.ts'
import { keyStates } from '../lists.ts'
import { operationKind, operationState, time } from '../payment.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import {
  capturedSample,
  SAMPLE_AMOUNT_MINOR,
  SAMPLE_CURRENCY,
  SAMPLE_PAYMENT_ID,
  sampleOperationIds,
  sampleTime,
} from '../sample-purchase.ts'
import { actor } from './get-timeline.ts'

const sentRequest = z
  .object({
    method: z.literal('POST'),
    path: z.string(),
    key: idempotencyKey,
    body: z.record(z.string(), z.unknown()).meta({
      description: 'As it was sent, without the key.',
      'x-description-ko': '받은 그대로이며 키는 빠져 있습니다.',
    }),
  })
  .meta({ id: 'SentRequest' })

const storedAnswer = z
  .object({
    statusCode: z.int(),
    contentType: z.string(),
    body: z.string().meta({
      description: 'Byte for byte what a repeat gets.',
      'x-description-ko': '반복 요청이 받는 것과 바이트까지 같습니다.',
    }),
    finishedAt: time.meta({ description: 'Virtual time.', 'x-description-ko': '가상 시각.' }),
  })
  .meta({ id: 'StoredAnswer' })

const publishedEvent = z
  .object({
    eventId,
    type: z.string(),
    payload: z.string().meta({ description: 'JSON.', 'x-description-ko': 'JSON.' }),
  })
  .meta({ id: 'RecordedEvent' })

const noted = z
  .object({
    operator: z.string().meta({ examples: ['kim'] }),
    reason: z.string().meta({ examples: ['ticket 4711'] }),
    action: z.string().meta({ examples: ['payment.refund-asked'] }),
    at: time.meta({ description: 'Real time.', 'x-description-ko': '실제 시각.' }),
  })
  .meta({ id: 'NotedAction' })

export const operationRecordView = z
  .object({
    operationId,
    paymentId,
    kind: operationKind,
    state: operationState,
    amount: amountMinor,
    currency,
    finalCapture: z.boolean().nullable(),
    reason: z
      .string()
      .nullable()
      .meta({ description: 'The caller’s own words.', 'x-description-ko': '호출자가 적은 말.' }),
    combined: z.boolean().meta({
      description: 'One call authorized and captured: both operations have its request and its answer.',
      'x-description-ko': '한 번의 호출로 승인과 매입을 했으며, 두 작업의 요청과 응답이 같습니다.',
    }),
    by: actor,
    noted: noted.nullable().meta({
      description: 'What the audit log has of it; null when no operator asked for it.',
      'x-description-ko': '감사 로그에 남은 것. 운영자가 요청한 것이 아니면 null입니다.',
    }),
    keyState: z.enum(keyStates).nullable().meta({
      description:
        'Of the key under which request and answer are kept, as `GET /idempotency` tells it. Null: without a key nothing is kept.',
      'x-description-ko':
        '요청과 응답을 보관하는 키의 상태로 `GET /idempotency`와 같습니다. 키가 없으면 보관하지 않으며 null입니다.',
    }),
    expiresAt: time.nullable().meta({
      description: 'Until when they are kept. Virtual time. Null while there is no answer, and once it is pruned.',
      'x-description-ko': '보관 기한(가상 시각). 아직 응답이 없거나 이미 지워졌으면 null입니다.',
    }),
    request: sentRequest.nullable().meta({
      description: 'Null when it is not kept. That of an operator is kept for good.',
      'x-description-ko': '보관하지 않으면 null입니다. 운영자의 요청은 지우지 않습니다.',
    }),
    answer: storedAnswer.nullable(),
    event: publishedEvent.nullable().meta({
      description: 'What its outcome published. Kept for good.',
      'x-description-ko': '결과로 발행한 이벤트. 지우지 않습니다.',
    }),
  })
  .meta({
    id: 'OperationRecord',
    description: 'One operation with its request and its answer.',
    'x-description-ko': '작업 하나와 그 요청·응답.',
  })
export type OperationRecordView = z.infer<typeof operationRecordView>

export const contract = defineContract({
  route: 'GET /operator/operations/{operationId}',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  path: z.object({ operationId }),
  answers: { 200: operationRecordView },
  refusals: ['NOT_FOUND', 'UNAUTHENTICATED', 'FORBIDDEN', ...readRefusals],
})

const captured = (given: Partial<OperationRecordView>): OperationRecordView => ({
  operationId: sampleOperationIds.capture,
  paymentId: SAMPLE_PAYMENT_ID,
  kind: 'capture',
  state: 'SUCCEEDED',
  amount: SAMPLE_AMOUNT_MINOR,
  currency: SAMPLE_CURRENCY,
  finalCapture: true,
  reason: null,
  combined: false,
  by: { kind: 'request', requestId: 'req_01M81Y01SZ8B4X6V2N9M7K5J3H', person: null, reason: null },
  noted: null,
  keyState: 'finished',
  expiresAt: '2026-12-07T06:00:17.449Z',
  request: {
    method: 'POST',
    path: `/payments/capture/${SAMPLE_PAYMENT_ID}`,
    key: `capture-${SAMPLE_PAYMENT_ID}`,
    body: { amount: SAMPLE_AMOUNT_MINOR },
  },
  answer: {
    statusCode: 200,
    contentType: 'application/json; charset=utf-8',
    body: JSON.stringify({ ...capturedSample(), operationId: sampleOperationIds.capture }),
    finishedAt: sampleTime(0, '17.449'),
  },
  event: {
    eventId: 'evt_01M81Y01V5D9JX3Q7E1KZ6H8PF',
    type: 'payment.captured',
    payload: JSON.stringify({
      eventId: 'evt_01M81Y01V5D9JX3Q7E1KZ6H8PF',
      eventType: 'payment.captured',
      operationId: sampleOperationIds.capture,
      amount: SAMPLE_AMOUNT_MINOR,
    }),
  },
  ...given,
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'One operation with its request and its answer', ko: '작업 하나와 그 요청·응답' },
  description: {
    en: 'Request and answer are kept under the idempotency key, until 15 days after the answer by default. The payment method is shown as `GET /operator/payments` shows it.',
    ko: '요청과 응답은 멱등키와 함께 보관하며, 응답이 정해지고 기본 15일이 지나면 지웁니다. 결제 수단은 `GET /operator/payments`와 같이 보여 줍니다.',
  },
  answers: {
    200: {
      words: { en: 'The operation.', ko: '작업입니다.' },
      examples: {
        example: { summary: { en: 'A capture', ko: '매입' }, value: captured({}) },
        expired: {
          summary: { en: 'The time of its answer is over', ko: '보관 기한이 지남' },
          value: captured({ keyState: 'expired', request: null, answer: null }),
        },
      },
    },
  },
  curl: `${newest('REFUNDED')}OPERATION_ID=$(curl -sS "${LOCAL_ORIGIN}/payments/$PAYMENT_ID/operations" | grep -o 'op_[0-9A-Z]*' | head -n 1)
curl -i "${LOCAL_ORIGIN}/operator/operations/$OPERATION_ID" -b console.cookies -H "x-console-secret: $SECRET"`,
})

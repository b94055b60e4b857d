/** GET /idempotency: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN, newest } from '../curl.ts'
import { idempotencyKey, merchantId, operationId, paymentId } from '../identifiers.ts'
import { keyStates } from '../lists.ts'
import { operationKind, time } from '../payment.ts'
import { onlyThese } from '../requests.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import { SAMPLE_MERCHANT_ID, SAMPLE_PAYMENT_ID, sampleOperationIds, sampleTime } from '../sample-purchase.ts'

export const keyQuery = onlyThese({ merchantId, key: idempotencyKey })

export const keyView = z
  .object({
    merchantId,
    key: idempotencyKey,
    state: z.enum(keyStates).meta({
      description:
        '`in_progress`: the operation is not decided yet. `finished`: a repeat gets the stored answer. `expired`: the time of the answer is over.',
      'x-description-ko':
        '`in_progress`: 작업 결과가 아직 정해지지 않음. `finished`: 반복하면 저장된 응답을 받음. `expired`: 응답의 보관 기간이 끝남.',
    }),
    operation: operationKind,
    operationId: operationId.nullable().meta({
      description: 'Null when the request was refused before an operation began.',
      'x-description-ko': '작업을 시작하기 전에 거절된 요청이면 null입니다.',
    }),
    paymentId: paymentId.nullable(),
    statusCode: z.int().nullable().meta({
      description: 'The HTTP status of the stored answer; null unless `finished`.',
      'x-description-ko': '저장된 응답의 HTTP 상태 코드. `finished`가 아니면 null입니다.',
    }),
    createdAt: time,
    expiresAt: time.nullable().meta({
      description: 'Until when the answer is kept, as `Idempotency-Expires` says it; null while `in_progress`.',
      'x-description-ko': '응답을 보관하는 기한. `Idempotency-Expires`와 같으며 `in_progress`이면 null입니다.',
    }),
  })
  .meta({ id: 'UsedKey', description: 'What became of a key.', 'x-description-ko': '멱등 키 하나의 상태.' })
export type KeyView = z.infer<typeof keyView>

export const contract = defineContract({
  route: 'GET /idempotency',
  tag: 'payments',
  routeClass: 'reads',
  query: keyQuery,
  answers: { 200: keyView },
  refusals: ['VALIDATION_FAILED', 'NOT_FOUND', ...readRefusals],
})

const capturedWith = (given: Partial<KeyView>): KeyView => ({
  merchantId: SAMPLE_MERCHANT_ID,
  key: `capture-${SAMPLE_PAYMENT_ID}`,
  state: 'finished',
  operation: 'capture',
  operationId: sampleOperationIds.capture,
  paymentId: SAMPLE_PAYMENT_ID,
  statusCode: 200,
  createdAt: sampleTime(0, '17.421'),
  expiresAt: '2026-12-07T06:00:17.449Z',
  ...given,
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'What became of an idempotency key', ko: '멱등 키의 상태' },
  description: {
    en: 'Whether a key was used, for what, and until when a repeat gets its answer. It changes nothing and gives no answer: repeat the request for that. Characters of a key that mean something in a URL are percent-encoded, `+` too.',
    ko: '키를 사용했는지, 어떤 작업이었는지, 언제까지 반복하면 응답을 받는지 알려 줍니다. 아무것도 바꾸지 않고 저장된 응답을 주지도 않습니다. 응답이 필요하면 요청을 반복하세요. 키에 든 URL 특수 문자(`+` 포함)는 퍼센트 인코딩하세요.',
  },
  answers: {
    200: {
      words: { en: 'The merchant used this key.', ko: '가맹점이 사용한 키입니다.' },
      examples: {
        finished: { summary: { en: 'Its answer is kept', ko: '응답을 보관 중' }, value: capturedWith({}) },
        in_progress: {
          summary: { en: 'Being worked on', ko: '처리 중' },
          value: capturedWith({ state: 'in_progress', statusCode: null, expiresAt: null }),
        },
        refused: {
          summary: { en: 'Refused before an operation began', ko: '작업을 시작하기 전에 거절됨' },
          value: capturedWith({ operationId: null, statusCode: 409 }),
        },
        expired: {
          summary: { en: 'The time of its answer is over', ko: '보관 기간이 끝남' },
          value: capturedWith({ state: 'expired', statusCode: null }),
        },
      },
    },
  },
  curl: `${newest('REFUNDED')}curl -i "${LOCAL_ORIGIN}/idempotency?merchantId=${SAMPLE_MERCHANT_ID}&key=refund-$PAYMENT_ID"`,
})

/** One purchase of a phone, from the hold to the refund, as the examples of every answer tell it. */
import type { z } from 'zod'
import { type ErrorCode, errorBodyOf } from '../../shared/contracts/errors.ts'
import type { PaymentStatus } from '../../shared/contracts/lists.ts'
import { paymentMessages } from '../../shared/contracts/messages.ts'
import type {
  EventView,
  LedgerEntryView,
  MutationView,
  OperationListView,
  PaymentDetailView,
  PaymentListView,
  PaymentView,
} from '../../shared/contracts/payment.ts'
import { type RefusalName, refusals } from '../../shared/contracts/refusals.ts'
import type { AuthorizeRequest } from '../../shared/contracts/requests.ts'
import type { RouteName } from '../../shared/contracts/routes.ts'
import type { Words } from './words.ts'

export interface Example {
  summary: Words
  value: unknown
}
export type Examples = Record<string, Example>

const paymentId = 'pay_01M81XZHJW17YGZNRCM5X9JWX9'
const merchantId = 'moonlight-mobile'
const requestId = 'req_01M81Y06ZJA0ATEY475J7M91K8'
const amount = 1_550_000
const currency = 'KRW'
const operationIds = {
  authorize: 'op_01M81XZHJW4N8QF6T2R0C7V5KD',
  capture: 'op_01M81Y01T0ZB6J3W9H5XE8R2QN',
  refund: 'op_01M81Y4PFR7C1VD5KM2T9S6G3A',
}
const at = (minutes: number, seconds: string): string => `2026-11-22T06:${String(minutes).padStart(2, '0')}:${seconds}Z`

const captureEntry: LedgerEntryView = {
  entryId: 'led_01M81Y01V9K4TS6P2M8HWQ3B7E',
  type: 'capture',
  debitAccount: 'acquirer_receivable',
  creditAccount: `merchant_payable:${merchantId}`,
  amount,
  currency,
  occurredAt: at(0, '17.449'),
}
const feeEntry: LedgerEntryView = {
  entryId: 'led_01M81Y024D8N5RC1J7F0XG6ZQT',
  type: 'fee',
  debitAccount: `merchant_payable:${merchantId}`,
  creditAccount: 'fee_revenue',
  amount: 38_750,
  currency,
  occurredAt: at(0, '17.449'),
}
const refundEntry: LedgerEntryView = {
  entryId: 'led_01M81Y4PGW3E6HQ9B5TK2VN8YC',
  type: 'refund',
  debitAccount: `merchant_payable:${merchantId}`,
  creditAccount: 'acquirer_receivable',
  amount,
  currency,
  occurredAt: at(2, '49.628'),
}

const payment = (status: PaymentStatus, rest: Partial<PaymentView>): PaymentView => ({
  paymentId,
  merchantId,
  status,
  amount,
  currency,
  capturedAmount: 0,
  refundedAmount: 0,
  createdAt: at(0, '00.732'),
  updatedAt: at(0, '00.758'),
  captureBefore: '2026-11-29T06:00:00.758Z',
  pendingOperation: null,
  ledgerEntries: [],
  message: paymentMessages[status].en,
  ...rest,
})

const authorized = payment('AUTHORIZED', {})
const captured = payment('COMPLETED', {
  capturedAmount: amount,
  updatedAt: at(0, '17.449'),
  ledgerEntries: [captureEntry],
})
const refunded = payment('REFUNDED', {
  capturedAmount: amount,
  refundedAmount: amount,
  updatedAt: at(2, '49.628'),
  ledgerEntries: [captureEntry, feeEntry, refundEntry],
})

const events: EventView[] = [
  ['evt_01M81XZHKQ6M2GY8R4C0WT7N5B', 'payment.authorized', at(0, '00.758'), at(0, '00.771')],
  ['evt_01M81Y01V5D9JX3Q7E1KZ6H8PF', 'payment.captured', at(0, '17.449'), at(0, '17.462')],
].map(([eventId, type, createdAt, publishedAt], index) => ({
  eventId: eventId!,
  type: type!,
  sequence: index + 1,
  createdAt: createdAt!,
  publishedAt: publishedAt!,
}))

const capturing = payment('AUTHORIZED', {
  pendingOperation: { operationId: operationIds.capture, kind: 'capture', amount, since: at(0, '17.421') },
})

const operations: OperationListView = {
  paymentId,
  operations: (
    [
      ['authorize', operationIds.authorize, null, at(0, '00.732'), at(0, '00.758')],
      ['capture', operationIds.capture, null, at(0, '17.421'), at(0, '17.449')],
      ['refund', operationIds.refund, 'changed my mind', at(2, '49.601'), at(2, '49.628')],
    ] as const
  ).map(([kind, operationId, reason, createdAt, finishedAt]) => ({
    operationId,
    kind,
    state: 'SUCCEEDED',
    amount,
    currency,
    declineReason: null,
    reason,
    attempt: 1,
    createdAt,
    finishedAt,
  })),
}

const metrics = `# HELP http_requests_total Answers by route and status.
# TYPE http_requests_total counter
http_requests_total{route="POST /payments/authorize",status="201"} 1
`

const one = (summary: Words, value: unknown): Examples => ({ example: { summary, value } })

/** What a caller may send, by route. */
export const requestExamples: Partial<Record<RouteName, Examples>> = {
  authorizePayment: {
    purchase: {
      summary: { en: 'A phone for ₩1,550,000', ko: '1,550,000원짜리 휴대폰' },
      value: { merchantId, amount, currency, idempotencyKey: 'order-1001' } satisfies AuthorizeRequest,
    },
    declined: {
      summary: { en: 'A card that is declined', ko: '거절되는 카드' },
      value: {
        merchantId,
        amount,
        currency,
        idempotencyKey: 'order-1002',
        paymentMethod: 'tok_decline',
      } satisfies AuthorizeRequest,
    },
  },
  capturePayment: {
    all: { summary: { en: 'All that is authorized', ko: '승인된 전액' }, value: {} },
    checked: {
      summary: { en: 'With the amount and merchant that you expect', ko: '예상하는 금액과 가맹점을 함께' },
      value: { amount, merchantId, finalCapture: true },
    },
  },
  refundPayment: {
    all: { summary: { en: 'All that is captured', ko: '매입된 전액' }, value: { reason: 'changed my mind' } },
  },
}

/** By route, then by status: answers that are no refusals. */
export const answerExamples: Record<RouteName, Record<number, Examples>> = {
  authorizePayment: {
    201: one({ en: 'Held', ko: '승인됨' }, {
      ...authorized,
      operationId: operationIds.authorize,
    } satisfies MutationView),
  },
  capturePayment: {
    200: one({ en: 'Captured', ko: '매입됨' }, {
      ...captured,
      operationId: operationIds.capture,
    } satisfies MutationView),
  },
  refundPayment: {
    200: one({ en: 'Refunded', ko: '환불됨' }, {
      ...refunded,
      operationId: operationIds.refund,
    } satisfies MutationView),
  },
  getPayment: {
    200: {
      captured: {
        summary: { en: 'Captured, with its fee', ko: '매입되고 수수료까지 기록됨' },
        value: { ...captured, ledgerEntries: [captureEntry, feeEntry], events } satisfies PaymentDetailView,
      },
      pending: {
        summary: { en: 'A capture is in progress', ko: '매입 진행 중' },
        value: { ...capturing, events: events.slice(0, 1) } satisfies PaymentDetailView,
      },
    },
  },
  listOperations: { 200: one({ en: 'Bought, then returned', ko: '구매 후 환불' }, operations) },
  listPayments: {
    200: one({ en: 'The last page', ko: '마지막 페이지' }, {
      items: [refunded],
      nextCursor: null,
    } satisfies PaymentListView),
  },
  getLiveness: { 200: one({ en: 'Alive', ko: '동작 중' }, { status: 'ok' }) },
  getReadiness: {
    200: {
      ok: {
        summary: { en: 'All is well', ko: '모두 정상' },
        value: { status: 'ok', dependencies: { mariadb: 'up', kafka: 'up', redis: 'up' }, problems: [] },
      },
      degraded: {
        summary: { en: 'Kafka is away, payments go on', ko: 'Kafka가 없지만 결제는 계속됨' },
        value: {
          status: 'degraded',
          dependencies: { mariadb: 'up', kafka: 'down', redis: 'up' },
          problems: [
            {
              kind: 'events_waiting',
              message: '12 events of payment.captured wait to be published; see npm run outbox',
              since: '2026-11-22T15:21:05.789Z',
            },
          ],
        },
      },
    },
    503: one(
      { en: 'MariaDB is away', ko: 'MariaDB가 없음' },
      { status: 'down', dependencies: { mariadb: 'down', kafka: 'up', redis: 'up' }, problems: [] },
    ),
  },
  getMetrics: { 200: one({ en: 'One counter of many', ko: '여러 지표 중 하나' }, metrics) },
  getApiDescription: { 200: {} },
  getDocs: { 200: {} },
}

interface RefusalExample {
  key: string
  summary: Words
  details?: Record<string, unknown>
  paymentId?: string
}

const problems = (...given: [path: string, message: string][]) => ({
  problems: given.map(([path, message]) => ({ path, message })),
})

const refusalExampleList: Record<RefusalName, RefusalExample[]> = {
  VALIDATION_FAILED: [
    {
      key: 'validation_failed',
      summary: { en: 'Everything that is wrong, at once', ko: '잘못된 점을 모두 한 번에' },
      details: problems(
        ['/amount', 'must be at least 1'],
        ['/currency', 'must be an ISO 4217 currency code such as KRW'],
      ),
    },
  ],
  PAYMENT_DECLINED: [
    {
      key: 'payment_declined',
      summary: { en: 'The acquirer said no', ko: '카드사 거절' },
      details: { reason: 'insufficient_funds', operationId: operationIds.authorize },
      paymentId,
    },
    {
      key: 'canceled',
      summary: { en: 'It never was carried out', ko: '실행되지 않음이 확인됨' },
      details: { reason: 'canceled', operationId: operationIds.authorize },
      paymentId,
    },
  ],
  NOT_FOUND: [{ key: 'not_found', summary: { en: 'No such payment', ko: '없는 결제' } }],
  DUPLICATE_REQUEST: [
    {
      key: 'in_progress',
      summary: { en: 'The same key is being worked on', ko: '같은 키를 처리하는 중' },
      details: { reason: 'in_progress' },
    },
    {
      key: 'finished',
      summary: { en: 'Decided already, under DUPLICATE_POLICY=reject', ko: '이미 처리됨(DUPLICATE_POLICY=reject)' },
      details: { reason: 'finished' },
    },
    {
      key: 'expired',
      summary: { en: 'The stored answer is gone', ko: '저장된 응답이 정리됨' },
      details: { reason: 'expired' },
    },
  ],
  DIFFERENT_REQUEST: [
    {
      key: 'different_request',
      summary: { en: 'The same key with another amount', ko: '같은 키, 다른 금액' },
      details: { reason: 'different_request', differences: ['/amount'] },
    },
  ],
  CAPTURE_CONFLICT: [
    {
      key: 'capture_status',
      summary: { en: 'Captured already', ko: '이미 매입됨' },
      details: { reason: 'status', status: 'COMPLETED', remaining: 0 },
      paymentId,
    },
    {
      key: 'capture_amount',
      summary: { en: 'More than is authorized', ko: '승인 금액 초과' },
      details: { reason: 'amount', status: 'AUTHORIZED', remaining: amount },
      paymentId,
    },
    {
      key: 'capture_expired',
      summary: { en: 'Too late', ko: '기한 지남' },
      details: { reason: 'expired', status: 'AUTHORIZED', remaining: 0 },
      paymentId,
    },
    {
      key: 'capture_in_progress',
      summary: { en: 'Another operation is in progress', ko: '다른 작업이 진행 중' },
      details: { reason: 'in_progress', status: 'AUTHORIZED' },
      paymentId,
    },
  ],
  REFUND_CONFLICT: [
    {
      key: 'refund_status',
      summary: { en: 'Not captured', ko: '매입되지 않음' },
      details: { reason: 'status', status: 'AUTHORIZED', remaining: 0 },
      paymentId,
    },
    {
      key: 'refund_amount',
      summary: { en: 'More than is captured', ko: '매입 금액 초과' },
      details: { reason: 'amount', status: 'COMPLETED', remaining: amount },
      paymentId,
    },
    {
      key: 'refund_in_progress',
      summary: { en: 'Another operation is in progress', ko: '다른 작업이 진행 중' },
      details: { reason: 'in_progress', status: 'COMPLETED' },
      paymentId,
    },
  ],
  PAYLOAD_TOO_LARGE: [
    { key: 'payload_too_large', summary: { en: 'Over 16 KiB', ko: '16KiB 초과' }, details: { bytesMax: 16_384 } },
  ],
  UNSUPPORTED_MEDIA_TYPE: [
    {
      key: 'unsupported_media_type',
      summary: { en: 'A form', ko: '폼 데이터' },
      details: { contentType: 'application/x-www-form-urlencoded' },
    },
  ],
  INTERNAL_ERROR: [{ key: 'internal_error', summary: { en: 'A bug', ko: '버그' } }],
  SERVICE_UNAVAILABLE: [{ key: 'service_unavailable', summary: { en: 'MariaDB is away', ko: 'MariaDB가 없음' } }],
  OUTCOME_UNKNOWN: [
    { key: 'outcome_unknown', summary: { en: 'The acquirer did not answer', ko: '카드사가 응답하지 않음' }, paymentId },
  ],
}

/** The examples of one refusal. */
export function refusalExamples(name: RefusalName): Examples {
  const code: ErrorCode = codeOf(refusals[name].body)
  return Object.fromEntries(
    refusalExampleList[name].map(({ key, summary, ...rest }) => [
      key,
      { summary, value: errorBodyOf(code, 'en', { requestId, ...rest }) },
    ]),
  )
}

/** The `code` that a refusal's schema allows. */
export const codeOf = (body: z.ZodObject<{ code: z.ZodLiteral<ErrorCode> } & z.ZodRawShape>): ErrorCode =>
  body.shape.code.value

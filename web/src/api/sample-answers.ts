/** Answers of the API for tests. */
import type { ErrorBody } from '../../../shared/contracts/errors.ts'
import type { PaymentStatus } from '../../../shared/contracts/lists.ts'
import type { PaymentDetailView } from '../../../shared/contracts/routes/get-payment.ts'
import type { ApiAnswer, ApiRequest } from './answer.ts'

export const SAMPLE_PAYMENT_ID = 'pay_01M81XPMC6M0CP91D04PC91AQ5'

export const paymentOf = (
  status: PaymentStatus,
  overrides: Partial<PaymentDetailView> = {},
): PaymentDetailView & { operationId: string } => ({
  paymentId: SAMPLE_PAYMENT_ID,
  merchantId: 'moonlight-mobile',
  orderId: null,
  status,
  amount: 1_550_000,
  currency: 'KRW',
  capturedAmount: status === 'COMPLETED' || status === 'REFUNDED' ? 1_550_000 : 0,
  refundedAmount: status === 'REFUNDED' ? 1_550_000 : 0,
  disputedAmount: 0,
  capturableAmount: status === 'AUTHORIZED' ? 1_550_000 : 0,
  refundableAmount: status === 'COMPLETED' ? 1_550_000 : 0,
  createdAt: '2026-11-22T06:00:00.000Z',
  updatedAt: '2026-11-22T06:00:01.000Z',
  captureBefore: '2026-11-29T06:00:00.000Z',
  pendingOperation: null,
  ledgerEntries: [],
  events: [],
  message: '',
  operationId: 'op_01M81XPMC6M0CP91D04PC91AQ5',
  ...overrides,
})

export const answerOf = (statusCode: number, body: unknown, overrides: Partial<ApiAnswer> = {}): ApiAnswer => ({
  request: { method: 'POST', path: '/payments/authorize', headers: {} } satisfies ApiRequest,
  statusCode,
  bodyText: typeof body === 'string' ? body : JSON.stringify(body),
  requestId: 'req_1',
  replayed: false,
  receivedAt: '2026-11-22T06:00:02.000Z',
  ...overrides,
})

export const refusalOf = (
  statusCode: number,
  code: string,
  details: ErrorBody['details'] = {},
  overrides: Partial<ApiAnswer> = {},
): ApiAnswer =>
  answerOf(statusCode, { code, message: '', requestId: 'req_1', paymentId: SAMPLE_PAYMENT_ID, details }, overrides)

/** What a payment, a page of them, and its operations look like to a caller. */
import { describe, expect, test } from '@jest/globals'
import type * as z from 'zod'
import { eventView, ledgerEntryView, mutationView, paymentView } from './payment.ts'
import { paymentDetailView } from './routes/get-payment.ts'
import { operationListView } from './routes/list-operations.ts'
import { paymentListView } from './routes/list-payments.ts'

const ULID = '01HZZZZZZZZZZZZZZZZZZZZZZZ'
const TIME = '2026-01-02T03:04:05.006Z'

const entry = {
  entryId: `led_${ULID}`,
  type: 'capture',
  debitAccount: 'acquirer_receivable',
  creditAccount: 'merchant_payable:shop',
  amount: 1_000,
  currency: 'KRW',
  occurredAt: TIME,
}
const event = { eventId: `evt_${ULID}`, type: 'payment.captured', sequence: 2, createdAt: TIME, publishedAt: null }
const pendingOperation = { operationId: `op_${ULID}`, kind: 'refund', amount: 1_000, since: TIME }
const payment = {
  paymentId: `pay_${ULID}`,
  merchantId: 'shop',
  orderId: 'order-1',
  status: 'COMPLETED',
  amount: 1_000,
  currency: 'KRW',
  capturedAmount: 1_000,
  refundedAmount: 0,
  disputedAmount: 0,
  capturableAmount: 0,
  refundableAmount: 1_000,
  createdAt: TIME,
  updatedAt: TIME,
  captureBefore: TIME,
  pendingOperation,
  ledgerEntries: [entry],
  message: 'The payment is captured.',
}
const operation = {
  operationId: `op_${ULID}`,
  kind: 'capture',
  state: 'SUCCEEDED',
  amount: 1_000,
  currency: 'KRW',
  declineReason: null,
  reason: null,
  attempt: 1,
  nextAttemptAt: null,
  createdAt: TIME,
  finishedAt: TIME,
}

const nullableOfPayment = ['orderId', 'captureBefore', 'pendingOperation']
const shapes: Array<{ name: string; schema: z.ZodType; value: Record<string, unknown>; nullable: string[] }> = [
  { name: 'paymentView', schema: paymentView, value: payment, nullable: nullableOfPayment },
  {
    name: 'mutationView',
    schema: mutationView,
    value: { ...payment, operationId: `op_${ULID}` },
    nullable: nullableOfPayment,
  },
  {
    name: 'paymentDetailView',
    schema: paymentDetailView,
    value: { ...payment, events: [event] },
    nullable: nullableOfPayment,
  },
  {
    name: 'paymentListView',
    schema: paymentListView,
    value: { items: [payment], nextCursor: 'abc' },
    nullable: ['nextCursor'],
  },
  {
    name: 'operationListView',
    schema: operationListView,
    value: { paymentId: `pay_${ULID}`, operations: [operation] },
    nullable: [],
  },
  { name: 'ledgerEntryView', schema: ledgerEntryView, value: entry, nullable: [] },
  { name: 'eventView', schema: eventView, value: event, nullable: ['publishedAt'] },
]

describe.each(shapes)('$name', ({ schema, value, nullable }) => {
  test('is taken as it is', () => {
    expect(schema.parse(value)).toEqual(value)
  })

  test.each(Object.keys(value))('%s is required', field => {
    const { [field]: _, ...rest } = value

    expect(schema.safeParse(rest).success).toBe(false)
  })

  test.each(Object.keys(value))('%s is null only where the contract says so', field => {
    expect(schema.safeParse({ ...value, [field]: null }).success).toBe(nullable.includes(field))
  })
})

describe('times', () => {
  test.each(['2026-01-02T03:04:05Z', '2026-01-02 03:04:05.006Z', '2026-01-02T03:04:05.006+00:00', 1, 'soon'])(
    '%p is not RFC 3339 in UTC with milliseconds',
    createdAt => {
      expect(paymentView.safeParse({ ...payment, createdAt }).success).toBe(false)
    },
  )
})

describe('enumerations', () => {
  test.each([
    { status: 'PAID' },
    { pendingOperation: { ...pendingOperation, kind: 'chargeback' } },
    { ledgerEntries: [{ ...entry, amount: 0 }] },
    { capturedAmount: -1 },
    { refundedAmount: 0.5 },
    { capturableAmount: -1 },
    { refundableAmount: 0.5 },
    { orderId: 'two words' },
  ])('%p spoils a payment', wrong => {
    expect(paymentView.safeParse({ ...payment, ...wrong }).success).toBe(false)
  })

  test.each(['PENDING', 'SUCCEEDED', 'DECLINED', 'FAILED'])('%s is a state of an operation', state => {
    const list = { paymentId: `pay_${ULID}`, operations: [{ ...operation, state }] }

    expect(operationListView.safeParse(list).success).toBe(true)
  })

  test('DONE is not', () => {
    const list = { paymentId: `pay_${ULID}`, operations: [{ ...operation, state: 'DONE' }] }

    expect(operationListView.safeParse(list).success).toBe(false)
  })
})

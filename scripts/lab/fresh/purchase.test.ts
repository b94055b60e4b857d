import { expect, test } from '@jest/globals'
import { problemWith } from './purchase.ts'

const published = (type: string) => ({ type, publishedAt: '2026-01-02T03:04:05.678Z' })
const refunded = {
  paymentId: 'pay_1',
  status: 'REFUNDED',
  capturedAmount: 1_550_000,
  refundedAmount: 1_550_000,
  ledgerEntries: ['fee', 'refund', 'capture'].map(type => ({ type, amount: 1 })),
  events: ['payment.authorized', 'payment.captured', 'payment.refunded'].map(published),
}

test('a purchase is booked when the money went back, three entries say so and three events are out', () => {
  expect(problemWith(refunded)).toBeUndefined()
})

test.each([
  ['status COMPLETED', { status: 'COMPLETED' }],
  ['refunded 1 of', { refundedAmount: 1 }],
  [
    'ledger entries: capture, refund',
    {
      ledgerEntries: [
        { type: 'refund', amount: 1 },
        { type: 'capture', amount: 1 },
      ],
    },
  ],
  ['unpublished: payment.refunded', { events: [...refunded.events.slice(0, 2), { type: 'payment.refunded' }] }],
  ['2 events', { events: refunded.events.slice(0, 2) }],
])('%s: not booked yet', (problem, difference) => {
  expect(problemWith({ ...refunded, ...difference })).toContain(problem)
})

/** Which event each step of a payment makes. */
import { describe, expect, test } from '@jest/globals'
import { paymentEvent } from '../contracts/events.ts'
import { operationKinds } from '../contracts/lists.ts'
import type { Payment } from '../domain/payment.ts'
import { eventTypeOf, outboxEvent } from './event.ts'
import { createFakeIds, FAKE_NOW_MS } from './fakes.ts'
import type { Operation } from './ports.ts'

const ids = createFakeIds()

const payment: Payment = {
  paymentId: ids.payment(),
  merchantId: 'shop',
  orderId: 'order-1',
  status: 'COMPLETED',
  amountMinor: 10_000,
  currency: 'KRW',
  capturedMinor: 10_000,
  refundedMinor: 0,
  disputedMinor: 0,
  paymentMethod: 'tok_approve',
  feeSchedule: { basisPoints: 250, fixedMinor: 0 },
  pendingOperationId: null,
  eventCount: 2,
  shard: 3,
  captureBeforeMs: null,
  createdAtMs: 0,
  updatedAtMs: 0,
}

const operation: Operation = {
  operationId: ids.operation(),
  paymentId: payment.paymentId,
  merchantId: 'shop',
  idempotencyKey: null,
  kind: 'capture',
  amountMinor: 10_000,
  currency: 'KRW',
  paymentMethod: 'tok_approve',
  sequence: 2,
  authorizationId: ids.operation(),
  finalCapture: true,
  combined: false,
  answerKey: null,
  reason: null,
  attempt: 1,
  leaseUntilMs: 0,
  nextAttemptAtMs: 0,
  createdAtMs: 0,
}

describe('eventTypeOf', () => {
  test.each([
    ['authorize', 'payment.authorized'],
    ['capture', 'payment.captured'],
    ['refund', 'payment.refunded'],
    ['void', 'payment.voided'],
    ['expire', 'payment.expired'],
  ] as const)('an approved %s is %s', (kind, type) => {
    expect(eventTypeOf(kind, 'approved')).toBe(type)
  })

  test('of the refusals only a declined authorization is told', () => {
    const told = operationKinds.flatMap(kind =>
      (['declined', 'canceled'] as const).map(verdict => [kind, verdict, eventTypeOf(kind, verdict)]),
    )

    expect(told.filter(([, , type]) => type !== undefined)).toEqual([['authorize', 'declined', 'payment.declined']])
  })
})

const payloadOf = (of: Payment, step: { feeMinor?: number; releasedMinor: number }) =>
  JSON.parse(outboxEvent('payment.captured', ids.event(), of, operation, { ...step, nowMs: 0 }).payload)

describe('outboxEvent', () => {
  test('the row and its payload say the same', () => {
    const eventId = ids.event()

    const row = outboxEvent('payment.captured', eventId, payment, operation, {
      feeMinor: 250,
      releasedMinor: 0,
      nowMs: FAKE_NOW_MS,
    })

    const event = paymentEvent.parse(JSON.parse(row.payload))
    expect(row).toMatchObject({
      eventId,
      topic: 'payment.captured',
      messageKey: payment.paymentId,
      sequence: 2,
      shard: 3,
      traceparent: null,
    })
    expect(event).toEqual({
      eventId,
      eventType: 'payment.captured',
      occurredAt: '2026-01-02T03:04:05.006Z',
      sequence: 2,
      operationId: operation.operationId,
      amount: 10_000,
      feeAmount: 250,
      payment: {
        paymentId: payment.paymentId,
        merchantId: 'shop',
        orderId: 'order-1',
        status: 'COMPLETED',
        amount: 10_000,
        currency: 'KRW',
        capturedAmount: 10_000,
        refundedAmount: 0,
        disputedAmount: 0,
      },
    })
  })

  test('a fee of 0 is said, no fee is not', () => {
    const feeIn = (feeMinor: number | undefined) => payloadOf(payment, { feeMinor, releasedMinor: 0 })

    expect(feeIn(0)).toHaveProperty('feeAmount', 0)
    expect(feeIn(undefined)).not.toHaveProperty('feeAmount')
  })

  test('what it released is said when there is something', () => {
    expect(payloadOf(payment, { releasedMinor: 4_000 })).toHaveProperty('releasedAmount', 4_000)
    expect(payloadOf(payment, { releasedMinor: 0 })).not.toHaveProperty('releasedAmount')
  })

  test('an order id that the merchant did not give is not there: consumers of old events know no null', () => {
    expect(payloadOf({ ...payment, orderId: null }, { releasedMinor: 0 }).payment).not.toHaveProperty('orderId')
  })
})

/** Which events are well formed, and which of them the ledger takes. */
import { describe, expect, test } from '@jest/globals'
import type * as z from 'zod'
import { eventType, ledgerEvent, type PaymentEvent, paymentEvent } from './events.ts'
import { eventTypes } from './lists.ts'

const ULID = '01HZZZZZZZZZZZZZZZZZZZZZZZ'

const captured: PaymentEvent = {
  eventId: `evt_${ULID}`,
  eventType: 'payment.captured',
  occurredAt: '2026-01-02T03:04:05.006Z',
  sequence: 2,
  operationId: `op_${ULID}`,
  amount: 1_000,
  feeAmount: 25,
  payment: {
    paymentId: `pay_${ULID}`,
    merchantId: 'shop',
    status: 'COMPLETED',
    amount: 1_000,
    currency: 'KRW',
    capturedAmount: 1_000,
    refundedAmount: 0,
  },
}
const { feeAmount: _, ...withoutFee } = captured
const refunded = { ...withoutFee, eventType: 'payment.refunded' }

const fits = (schema: z.ZodType, value: unknown): boolean => schema.safeParse(value).success

describe('paymentEvent', () => {
  test('an event of every topic is taken as it is', () => {
    for (const type of eventTypes) {
      const event = { ...withoutFee, eventType: type }
      expect(paymentEvent.parse(event)).toEqual(event)
    }
    expect(eventType.options).toEqual([...eventTypes])
  })

  test('fields that we do not know yet are ignored, at both levels', () => {
    const newer = { ...captured, channel: 'web', payment: { ...captured.payment, country: 'KR' } }

    expect(paymentEvent.parse(newer)).toEqual(captured)
  })

  test.each(Object.keys(withoutFee))('%s is required', field => {
    const { [field as keyof PaymentEvent]: __, ...rest } = captured

    expect(fits(paymentEvent, rest)).toBe(false)
  })

  test.each(Object.keys(captured.payment))('payment.%s is required', field => {
    const { [field as keyof PaymentEvent['payment']]: __, ...payment } = captured.payment

    expect(fits(paymentEvent, { ...captured, payment })).toBe(false)
  })

  test.each([
    { eventId: `pay_${ULID}` },
    { eventType: 'payment.imagined' },
    { occurredAt: '2026-01-02T03:04:05Z' },
    { occurredAt: '2026-01-02T03:04:05.006+09:00' },
    { occurredAt: 1_767_323_045_006 },
    { sequence: 0 },
    { sequence: 1.5 },
    { amount: 0 },
    { amount: '1000' },
    { feeAmount: -1 },
    { feeAmount: 0.5 },
    { payment: { ...captured.payment, status: 'PAID' } },
    { payment: { ...captured.payment, currency: 'XXX' } },
    { payment: { ...captured.payment, capturedAmount: -1 } },
    { payment: null },
  ])('%p spoils an event', wrong => {
    expect(fits(paymentEvent, { ...captured, ...wrong })).toBe(false)
  })
})

describe('ledgerEvent', () => {
  test('takes the events that book entries', () => {
    expect(ledgerEvent.shape.eventType.options).toEqual(['payment.captured', 'payment.refunded'])
  })

  test('a capture with its fee and a refund without one are taken', () => {
    expect(ledgerEvent.parse(captured)).toEqual(captured)
    expect(ledgerEvent.parse(refunded)).toEqual(refunded)
  })

  test('a fee of 0 and a fee of all that was captured are fees', () => {
    expect(fits(ledgerEvent, { ...captured, feeAmount: 0 })).toBe(true)
    expect(fits(ledgerEvent, { ...captured, feeAmount: 1_000 })).toBe(true)
  })

  test('a capture without its fee is refused', () => {
    expect(fits(ledgerEvent, withoutFee)).toBe(false)
  })

  test('a fee above the captured amount is refused', () => {
    expect(fits(ledgerEvent, { ...captured, feeAmount: 1_001 })).toBe(false)
  })

  // The fee belongs to the capture and is kept on refund.
  test('a refund that carries a fee is refused', () => {
    expect(fits(ledgerEvent, { ...refunded, feeAmount: 25 })).toBe(false)
  })

  test.each(eventTypes.filter(topic => topic !== 'payment.captured' && topic !== 'payment.refunded'))(
    'an event of %s moves no money',
    type => {
      expect(fits(ledgerEvent, { ...captured, eventType: type })).toBe(false)
    },
  )
})

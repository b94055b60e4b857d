/**
 * One purchase of a phone, from the hold to the refund, as the examples of every route tell it.
 * Constants and functions only, so that the bundler removes all of it from handlers, whose contracts import this file.
 */
import type { PaymentStatus } from './lists.ts'
import type { EventView, LedgerEntryView, PaymentView } from './payment.ts'
import { paymentMessages } from './payment-messages.ts'

export const SAMPLE_PAYMENT_ID = 'pay_01M81XZHJW17YGZNRCM5X9JWX9'
export const SAMPLE_MERCHANT_ID = 'moonlight-mobile'
export const SAMPLE_AMOUNT_MINOR = 1_550_000
export const SAMPLE_CURRENCY = 'KRW'

export const sampleOperationIds = {
  authorize: 'op_01M81XZHJW4N8QF6T2R0C7V5KD',
  capture: 'op_01M81Y01T0ZB6J3W9H5XE8R2QN',
  refund: 'op_01M81Y4PFR7C1VD5KM2T9S6G3A',
  void: 'op_01M81Y01T0ZB6J3W9H5XE8R2QM',
}

/** A time of the purchase, by minutes and `seconds.milliseconds` after its hour. */
export const sampleTime = (minutes: number, seconds: string): string =>
  `2026-11-22T06:${String(minutes).padStart(2, '0')}:${seconds}Z`

const merchantPayable = (): string => `merchant_payable:${SAMPLE_MERCHANT_ID}`

export const sampleEntries = (): Record<'capture' | 'fee' | 'refund', LedgerEntryView> => ({
  capture: {
    entryId: 'led_01M81Y01V9K4TS6P2M8HWQ3B7E',
    type: 'capture',
    debitAccount: 'acquirer_receivable',
    creditAccount: merchantPayable(),
    amount: SAMPLE_AMOUNT_MINOR,
    currency: SAMPLE_CURRENCY,
    occurredAt: sampleTime(0, '17.449'),
  },
  fee: {
    entryId: 'led_01M81Y024D8N5RC1J7F0XG6ZQT',
    type: 'fee',
    debitAccount: merchantPayable(),
    creditAccount: 'fee_revenue',
    amount: 38_750,
    currency: SAMPLE_CURRENCY,
    occurredAt: sampleTime(0, '17.449'),
  },
  refund: {
    entryId: 'led_01M81Y4PGW3E6HQ9B5TK2VN8YC',
    type: 'refund',
    debitAccount: merchantPayable(),
    creditAccount: 'acquirer_receivable',
    amount: SAMPLE_AMOUNT_MINOR,
    currency: SAMPLE_CURRENCY,
    occurredAt: sampleTime(2, '49.628'),
  },
})

const payment = (status: PaymentStatus, rest: Partial<PaymentView>): PaymentView => ({
  paymentId: SAMPLE_PAYMENT_ID,
  merchantId: SAMPLE_MERCHANT_ID,
  orderId: 'order-1001',
  status,
  amount: SAMPLE_AMOUNT_MINOR,
  currency: SAMPLE_CURRENCY,
  capturedAmount: 0,
  refundedAmount: 0,
  disputedAmount: 0,
  capturableAmount: 0,
  refundableAmount: 0,
  createdAt: sampleTime(0, '00.732'),
  updatedAt: sampleTime(0, '00.758'),
  captureBefore: '2026-11-29T06:00:00.758Z',
  pendingOperation: null,
  ledgerEntries: [],
  message: paymentMessages[status].en,
  ...rest,
})

export const authorizedSample = (): PaymentView => payment('AUTHORIZED', { capturableAmount: SAMPLE_AMOUNT_MINOR })

/** A capture of it is in progress. */
export const capturingSample = (): PaymentView =>
  payment('AUTHORIZED', {
    capturableAmount: SAMPLE_AMOUNT_MINOR,
    pendingOperation: {
      operationId: sampleOperationIds.capture,
      kind: 'capture',
      amount: SAMPLE_AMOUNT_MINOR,
      since: sampleTime(0, '17.421'),
    },
  })

/** As the capture answers it: the fee is not booked yet. */
export const capturedSample = (): PaymentView =>
  payment('COMPLETED', {
    capturedAmount: SAMPLE_AMOUNT_MINOR,
    refundableAmount: SAMPLE_AMOUNT_MINOR,
    updatedAt: sampleTime(0, '17.449'),
    ledgerEntries: [sampleEntries().capture],
  })

/** As the void answers it: nothing was captured. */
export const voidedSample = (): PaymentView => payment('VOIDED', { updatedAt: sampleTime(0, '17.449') })

export const refundedSample = (): PaymentView =>
  payment('REFUNDED', {
    capturedAmount: SAMPLE_AMOUNT_MINOR,
    refundedAmount: SAMPLE_AMOUNT_MINOR,
    updatedAt: sampleTime(2, '49.628'),
    ledgerEntries: Object.values(sampleEntries()),
  })

/** Those of the hold and of the capture. */
export const sampleEvents = (): EventView[] => [
  {
    eventId: 'evt_01M81XZHKQ6M2GY8R4C0WT7N5B',
    type: 'payment.authorized',
    sequence: 1,
    createdAt: sampleTime(0, '00.758'),
    publishedAt: sampleTime(0, '00.771'),
  },
  {
    eventId: 'evt_01M81Y01V5D9JX3Q7E1KZ6H8PF',
    type: 'payment.captured',
    sequence: 2,
    createdAt: sampleTime(0, '17.449'),
    publishedAt: sampleTime(0, '17.462'),
  },
]

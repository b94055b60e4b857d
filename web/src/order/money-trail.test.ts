import { describe, expect, test } from '@jest/globals'
import type { EventView, LedgerEntryView } from '../../../shared/contracts/payment.ts'
import { paymentOf } from '../api/sample-answers.ts'
import { balancesOf, FOLLOW_DEADLINE_MS, isFollowed, pollIntervalMs, trailsOf } from './money-trail.ts'

const at = '2026-11-22T06:00:00.000Z'
const event = (type: string, sequence: number, publishedAt: string | null = at): EventView => ({
  eventId: `evt_${sequence}`,
  type,
  sequence,
  createdAt: at,
  publishedAt,
})
const entry = (type: string, debitAccount: string, creditAccount: string, amount: number): LedgerEntryView => ({
  entryId: `led_${type}`,
  type,
  debitAccount,
  creditAccount,
  amount,
  currency: 'KRW',
  occurredAt: at,
})
const capture = entry('capture', 'acquirer_receivable', 'merchant_payable:m', 1_550_000)
const fee = entry('fee', 'merchant_payable:m', 'fee_revenue', 38_750)
const refund = entry('refund', 'merchant_payable:m', 'acquirer_receivable', 1_550_000)
const vat = entry('fee_vat', 'merchant_payable:m', 'vat_payable', 3_875)
const refundFee = entry('refund_fee', 'fee_revenue', 'merchant_payable:m', 38_750)
const refundFeeVat = entry('refund_fee_vat', 'vat_payable', 'merchant_payable:m', 3_875)
const paidEvents = [event('payment.authorized', 1), event('payment.captured', 2)]
const followed = paymentOf('COMPLETED', { ledgerEntries: [capture, fee], events: paidEvents })

describe('isFollowed', () => {
  test('with every entry there and every event published', () => {
    expect(isFollowed(followed)).toBe(true)
  })

  test.each([
    ['the fee is missing', { ledgerEntries: [capture] }],
    ['an event is missing', { events: [event('payment.authorized', 1)] }],
    ['an event is not published', { events: [event('payment.authorized', 1), event('payment.captured', 2, null)] }],
    ['a refund has no entry yet', { refundedAmount: 1_550_000, events: [...paidEvents, event('payment.refunded', 3)] }],
  ])('not while %s', (_name, change) => {
    expect(isFollowed({ ...followed, ...change })).toBe(false)
  })
})

describe('trailsOf', () => {
  const done = (payment: Parameters<typeof trailsOf>[0]) =>
    trailsOf(payment).map(({ type, ordinal, stops }) => [
      `${type} ${ordinal}`,
      stops.map(stop => (stop.done ? stop.id : `(${stop.id})`)).join(' '),
    ])

  test('a hold alone', () => {
    const held = paymentOf('AUTHORIZED', { events: [event('payment.authorized', 1)] })
    expect(done(held)).toEqual([['payment.authorized 1', 'authorize outbox kafka']])
  })

  test('a fresh capture has come as far as the outbox', () => {
    const events = [event('payment.authorized', 1), event('payment.captured', 2, null)]
    expect(done({ ...followed, events, ledgerEntries: [capture] })).toEqual([
      ['payment.captured 1', 'authorize capture outbox (kafka) (ledger)'],
    ])
  })

  test('a refund walks the same way again', () => {
    const events = [...paidEvents, event('payment.refunded', 3)]
    expect(done({ ...followed, events, ledgerEntries: [capture, fee, refund] })).toEqual([
      ['payment.captured 1', 'authorize capture outbox kafka ledger'],
      ['payment.refunded 1', 'refund outbox kafka ledger'],
    ])
  })

  test('VAT and a fee that comes back are part of the way, and are not waited for', () => {
    const events = [...paidEvents, event('payment.refunded', 3)]
    const ledgerEntries = [capture, fee, vat, refund, refundFee, refundFeeVat]
    const refunded = { ...followed, refundedAmount: 1_550_000, events, ledgerEntries }
    expect(done(refunded)).toEqual(done({ ...refunded, ledgerEntries: [capture, fee, refund] }))
    expect(isFollowed(refunded)).toBe(true)
  })

  test('each of several captures and refunds has a way of its own', () => {
    const events = [
      ...paidEvents,
      event('payment.captured', 3),
      event('payment.refunded', 4),
      event('payment.refunded', 5),
    ]
    expect(done({ ...followed, events, ledgerEntries: [capture, fee, capture, refund] })).toEqual([
      ['payment.captured 1', 'authorize capture outbox kafka ledger'],
      ['payment.captured 2', 'capture outbox kafka ledger'],
      ['payment.refunded 1', 'refund outbox kafka ledger'],
      ['payment.refunded 2', 'refund outbox kafka (ledger)'],
    ])
  })

  test('a void moves no money into the ledger', () => {
    const events = [event('payment.authorized', 1), event('payment.voided', 2)]
    expect(done(paymentOf('VOIDED', { events }))).toEqual([['payment.voided 1', 'authorize void outbox kafka']])
  })

  test('an answer that tells no events still proves what its amounts say', () => {
    expect(done(paymentOf('COMPLETED'))).toEqual([
      ['payment.captured 1', 'authorize capture (outbox) (kafka) (ledger)'],
    ])
  })

  test('an event of tomorrow is left out', () => {
    expect(done({ ...followed, events: [event('payment.disputed', 1)] }).map(([name]) => name)).toEqual([
      'payment.captured 1',
    ])
  })
})

describe('balancesOf', () => {
  test('what the acquirer owes is what the merchant and we are owed', () => {
    expect(balancesOf([capture, fee])).toEqual([
      { account: 'acquirer_receivable', amount: 1_550_000 },
      { account: 'merchant_payable:m', amount: 1_511_250 },
      { account: 'fee_revenue', amount: 38_750 },
    ])
  })

  test('after a refund the kept fee is all that is left', () => {
    expect(balancesOf([capture, fee, refund])).toEqual([
      { account: 'acquirer_receivable', amount: 0 },
      { account: 'merchant_payable:m', amount: -38_750 },
      { account: 'fee_revenue', amount: 38_750 },
    ])
  })
})

describe('balancesOf a payment with VAT', () => {
  test('we owe the VAT, until a refund gives it back with the fee', () => {
    const captured = [capture, fee, vat]
    expect(balancesOf(captured).at(-1)).toEqual({ account: 'vat_payable', amount: 3_875 })
    expect(balancesOf([...captured, refund, refundFee, refundFeeVat]).map(({ amount }) => amount)).toEqual([0, 0, 0, 0])
  })
})

describe('pollIntervalMs', () => {
  test('briskly, then slowly, then not at all', () => {
    const waiting = { ...followed, ledgerEntries: [capture] }
    const brisk = pollIntervalMs(waiting, 0)
    const slow = pollIntervalMs(waiting, FOLLOW_DEADLINE_MS)
    expect(brisk).toBeGreaterThan(0)
    expect(slow).toBeGreaterThan(brisk as number)
    expect(pollIntervalMs(undefined, 0)).toBe(brisk)
    expect(pollIntervalMs(followed, 0)).toBe(false)
  })
})

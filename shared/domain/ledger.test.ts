/** The accounts of every movement. */
import { describe, expect, test } from '@jest/globals'
import { type EntryType, type EventType, entryTypes, eventTypes } from '../contracts/lists.ts'
import { isWrittenByOperation, movement, movementsOf, type Step } from './ledger.ts'

describe('movement', () => {
  test.each<{ type: EntryType; debitAccount: string; creditAccount: string }>([
    { type: 'capture', debitAccount: 'acquirer_receivable', creditAccount: 'merchant_payable:shop' },
    { type: 'fee', debitAccount: 'merchant_payable:shop', creditAccount: 'fee_revenue' },
    { type: 'refund', debitAccount: 'merchant_payable:shop', creditAccount: 'acquirer_receivable' },
    { type: 'refund_fee', debitAccount: 'fee_revenue', creditAccount: 'merchant_payable:shop' },
    { type: 'refund_fee_vat', debitAccount: 'vat_payable', creditAccount: 'merchant_payable:shop' },
  ])('a $type debits $debitAccount and credits $creditAccount', ({ type, debitAccount, creditAccount }) => {
    expect(movement(type, 'shop', 1_000, 'KRW')).toEqual({
      type,
      debitAccount,
      creditAccount,
      amountMinor: 1_000,
      currency: 'KRW',
    })
  })

  test.each([
    { vatMode: 'exclusive', debitAccount: 'merchant_payable:shop' },
    { vatMode: 'inclusive', debitAccount: 'fee_revenue' },
  ] as const)('VAT that is $vatMode comes from $debitAccount', ({ vatMode, debitAccount }) => {
    expect(movement('fee_vat', 'shop', 25, 'KRW', vatMode)).toEqual({
      type: 'fee_vat',
      debitAccount,
      creditAccount: 'vat_payable',
      amountMinor: 25,
      currency: 'KRW',
    })
  })

  test('a whole refund takes back exactly what its capture gave, account by account', () => {
    const capture = movement('capture', 'shop', 1_000, 'KRW')
    const refund = movement('refund', 'shop', 1_000, 'KRW')

    expect([refund.debitAccount, refund.creditAccount]).toEqual([capture.creditAccount, capture.debitAccount])
  })

  test('merchants whose names differ in case only have accounts of their own', () => {
    expect(movement('capture', 'Shop', 1, 'KRW').creditAccount).not.toBe(
      movement('capture', 'shop', 1, 'KRW').creditAccount,
    )
  })
})

describe('movementsOf', () => {
  const stepOf = (type: EventType, feeMinor?: number, given: Partial<Step> = {}) =>
    movementsOf({ type, merchantId: 'shop', currency: 'KRW', amountMinor: 1_000, feeMinor, ...given })

  test('a capture books what was captured and its fee, a refund what was refunded', () => {
    expect(stepOf('payment.captured', 25)).toEqual([
      movement('capture', 'shop', 1_000, 'KRW'),
      movement('fee', 'shop', 25, 'KRW'),
    ])
    expect(stepOf('payment.refunded')).toEqual([movement('refund', 'shop', 1_000, 'KRW')])
  })

  test('a fee of nothing is no movement', () => {
    expect(stepOf('payment.captured', 0)).toEqual([movement('capture', 'shop', 1_000, 'KRW')])
  })

  test('a fee with VAT books the VAT beside it: a tenth on top, or an eleventh within', () => {
    expect(stepOf('payment.captured', 250, { vatMode: 'exclusive' }).slice(1)).toEqual([
      movement('fee', 'shop', 250, 'KRW'),
      movement('fee_vat', 'shop', 25, 'KRW', 'exclusive'),
    ])
    expect(stepOf('payment.captured', 250, { vatMode: 'inclusive' }).slice(1)).toEqual([
      movement('fee', 'shop', 250, 'KRW'),
      movement('fee_vat', 'shop', 23, 'KRW', 'inclusive'),
    ])
  })

  test('VAT of nothing is no movement', () => {
    expect(stepOf('payment.captured', 5, { vatMode: 'exclusive' }).map(({ type }) => type)).toEqual(['capture', 'fee'])
  })

  test('a refund books what it gives back of fee and VAT, each by itself', () => {
    expect(stepOf('payment.refunded', undefined, { returned: { feeMinor: 60, vatMinor: 6 } }).slice(1)).toEqual([
      movement('refund_fee', 'shop', 60, 'KRW'),
      movement('refund_fee_vat', 'shop', 6, 'KRW'),
    ])
    expect(stepOf('payment.refunded', undefined, { returned: { feeMinor: 60, vatMinor: 0 } })).toHaveLength(2)
  })

  test.each(eventTypes.filter(type => type !== 'payment.captured' && type !== 'payment.refunded'))(
    '%s books nothing',
    type => {
      expect(stepOf(type, 25)).toEqual([])
    },
  )
})

test('fees and their VAT are left to the ledger consumer', () => {
  expect(entryTypes.filter(type => isWrittenByOperation(type))).toEqual(['capture', 'refund'])
})

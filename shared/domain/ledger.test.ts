/** The accounts of every movement. */
import { describe, expect, test } from '@jest/globals'
import { type EntryType, type EventType, eventTypes } from '../contracts/lists.ts'
import { isWrittenByOperation, movement, movementsOf } from './ledger.ts'

describe('movement', () => {
  test.each<{ type: EntryType; debitAccount: string; creditAccount: string }>([
    { type: 'capture', debitAccount: 'acquirer_receivable', creditAccount: 'merchant_payable:shop' },
    { type: 'fee', debitAccount: 'merchant_payable:shop', creditAccount: 'fee_revenue' },
    { type: 'refund', debitAccount: 'merchant_payable:shop', creditAccount: 'acquirer_receivable' },
  ])('a $type debits $debitAccount and credits $creditAccount', ({ type, debitAccount, creditAccount }) => {
    expect(movement(type, 'shop', 1_000, 'KRW')).toEqual({
      type,
      debitAccount,
      creditAccount,
      amountMinor: 1_000,
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
  const stepOf = (type: EventType, feeMinor?: number) =>
    movementsOf({ type, merchantId: 'shop', currency: 'KRW', amountMinor: 1_000, feeMinor })

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

  test.each(eventTypes.filter(type => type !== 'payment.captured' && type !== 'payment.refunded'))(
    '%s books nothing',
    type => {
      expect(stepOf(type, 25)).toEqual([])
    },
  )
})

test('the fee alone is left to the ledger consumer', () => {
  expect((['capture', 'fee', 'refund'] as const).filter(type => !isWrittenByOperation(type))).toEqual(['fee'])
})

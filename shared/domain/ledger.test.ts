/** The accounts of every movement. */
import { describe, expect, test } from '@jest/globals'
import type { EntryType } from '../contracts/lists.ts'
import { movement } from './ledger.ts'

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

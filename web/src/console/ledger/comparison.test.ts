import { describe, expect, test } from '@jest/globals'
import { type ComparedAccount, LISTED_MAX, noTotals, withPage } from './comparison.ts'

const account = (result: ComparedAccount['result'], given: Partial<ComparedAccount> = {}): ComparedAccount => ({
  account: 'merchant_payable:shop',
  currency: 'KRW',
  ledger: '-10',
  subledger: '-10',
  underWay: { amount: '0', events: 0, since: null },
  result,
  ...given,
})

const page = (...accounts: ComparedAccount[]) => ({
  control: 'merchant_payable' as const,
  comparedAt: '2026-11-30T00:00:00.000Z',
  accounts,
  nextCursor: null,
})

describe('a comparison', () => {
  test('adds up pages by currency; the worst result is that of all', () => {
    const first = withPage(noTotals, page(account('equal'), account('under_way', { ledger: '-17' })))
    const second = withPage(first, page(account('equal', { currency: 'EUR', ledger: '9', subledger: '9' })))
    expect(second).toMatchObject({
      accountCount: 3,
      currencies: [
        { currency: 'EUR', ledger: 9n, subledger: 9n, result: 'equal' },
        { currency: 'KRW', ledger: -27n, subledger: -20n, result: 'under_way' },
      ],
      differingCount: 1,
    })
    expect(withPage(second, page(account('unequal'), account('equal'))).currencies[1]!.result).toBe('unequal')
  })

  test('has no sum of a subledger of which a part is not known', () => {
    const totals = withPage(noTotals, page(account('too_many', { subledger: null }), account('equal')))
    expect(totals.currencies).toMatchObject([{ ledger: -20n, subledger: null, result: 'too_many' }])
  })

  test('lists the first accounts that differ, and counts all', () => {
    const differing = Array.from({ length: LISTED_MAX + 3 }, () => account('unequal'))
    const totals = withPage(noTotals, page(...differing))
    expect([totals.differing.length, totals.differingCount]).toEqual([LISTED_MAX, LISTED_MAX + 3])
  })
})

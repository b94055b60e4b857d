/** Which terms were in force: the newest that had begun, of this merchant and currency, else the defaults. */
import { describe, expect, test } from '@jest/globals'
import { type DatedTerms, type SettlementTerms, termsAt } from './settlement-terms.ts'

const defaults: SettlementTerms = {
  cycle: 'D',
  delayDays: 2,
  cutoff: '24:00',
  timezone: 'Asia/Seoul',
  calendar: 'KR',
  vatMode: 'none',
  refundFee: 'keep',
  payoutMinMinor: 0,
  reserveBasisPoints: 0,
  reserveDays: 0,
  invoiceAfterDays: null,
  disputeFeeMinor: 0,
  accountToken: 'acct_pay',
  heldReason: null,
}

const terms = (validFromMs: number, given: Partial<DatedTerms> = {}): DatedTerms => ({
  ...defaults,
  merchantId: 'shop',
  currency: 'KRW',
  validFromMs,
  ...given,
})

describe('termsAt', () => {
  const [first, second] = [terms(1_000, { delayDays: 3 }), terms(2_000, { delayDays: 4 })]
  const at = (atMs: number, rows: readonly DatedTerms[] = [second, first]) =>
    termsAt(rows, defaults, 'shop', 'KRW', atMs)

  test('are the defaults before the first, and without any', () => {
    expect(at(999)).toBe(defaults)
    expect(at(5_000, [])).toBe(defaults)
  })

  test('begin with the millisecond that they say, and end with the next, in whatever order they are given', () => {
    expect([1_000, 1_999, 2_000, 9_000].map(atMs => at(atMs))).toEqual([first, first, second, second])
    expect([1_000, 1_999, 2_000, 9_000].map(atMs => at(atMs, [first, second]))).toEqual([first, first, second, second])
  })

  test('are those of the merchant, byte for byte, and of the currency', () => {
    const rows = [terms(0, { merchantId: 'Shop' }), terms(0, { currency: 'USD' })]

    expect(at(5_000, rows)).toBe(defaults)
    expect(termsAt(rows, defaults, 'shop', 'USD', 5_000)).toBe(rows[1])
  })
})

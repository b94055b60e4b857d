/** What `npm run books -- tax` prints. */
import { expect, test } from '@jest/globals'
import type { FeeTotal } from '../../../shared/books/total-fees.ts'
import { problemLines, taxLines } from './tax.ts'
import { taxCells, taxHeads } from './tax-csv.ts'

const total: FeeTotal = {
  ...{ merchantId: '=shop', currency: 'USD' },
  sales: { count: 2, grossMinor: 20_000n, supplyMinor: 500n, vatMinor: 50n },
  refunds: { count: 1, grossMinor: -4_000n, supplyMinor: -100n, vatMinor: -10n },
  booked: { supplyMinor: 400n, vatMinor: 40n },
}
const without = { supplyMinor: 250n, vatMinor: 25n, currency: 'KRW', eventIds: ['evt_1'] }

test('a merchant has a row, what was returned in columns of its own', () => {
  expect(taxCells(total, '2026-11')).toEqual([
    ...["'=shop", '2026-11', 'USD', '2', '200.00', '5.00', '0.50', '5.50'],
    ...['1', '40.00', '1.00', '0.10', '1.10', '4.00', '0.40'],
  ])
  for (const heads of Object.values(taxHeads)) expect(heads).toHaveLength(taxCells(total, '2026-11').length)
})

test('the terminal has the totals, and what is not in them', () => {
  expect(taxLines({ totals: [total], unitemed: [{ ...without, isLeftOut: true }] }, '2026-11')).toEqual([
    'merchant  currency  captures  supply value   VAT  total  refunds  returned  its VAT',
    "'=shop    USD              2          5.00  0.50   5.50        1      1.00     0.10",
    'Not in it, of payments from before settlement began: 250 and VAT of 25 KRW.',
  ])
  expect(taxLines({ totals: [], unitemed: [] }, '2026-11')).toEqual(['Nothing was sold in 2026-11.'])
})

test('a difference is named', () => {
  const unitemed = [
    { ...without, isLeftOut: false },
    { ...without, isLeftOut: true },
  ]
  const other = { ...total, booked: { supplyMinor: 399n, vatMinor: 40n } }
  expect(problemLines({ totals: [total, other], unitemed })).toEqual([
    '=shop, USD: the items say 4.00 and VAT of 0.40, the ledger 3.99 and 0.40. See npm run verify.',
    'The ledger has 250 and VAT of 25 KRW of events without an item, such as evt_1. Has expect-settlement read them? See npm run verify.',
  ])
})

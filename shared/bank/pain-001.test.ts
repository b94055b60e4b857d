/** Payout files: always the same bytes, amounts in the currency's own unit, and a bank that reads what was meant. */
import { describe, expect, test } from '@jest/globals'
import { judgeFile } from '../../sandbox/bank/judge-file.ts'
import { PayoutFileReader } from '../../sandbox/bank/payout-file.ts'
import type { FiledPayout, PayoutFile } from '../settlement/ports.ts'
import { decimal, pain001 } from './pain-001.ts'

const fileOf = (given: Partial<PayoutFile> = {}): PayoutFile => ({
  ...{
    fileId: 'pof_00000000000000000000000001',
    currency: 'USD',
    executeOn: '2026-01-06',
    payoutCount: 2,
    totalMinor: 1_999,
  },
  ...{ state: 'APPROVED', sha256: null, preparedAtMs: 0, approvedBy: 'kim', approvedAtMs: Date.UTC(2026, 0, 5) },
  ...{ failure: null, askAtMs: 0 },
  ...given,
})
const payoutOf = (number: number, amountMinor: number, given: Partial<FiledPayout> = {}): FiledPayout => ({
  ...{ payoutId: `out_${String(number).padStart(26, '0')}`, merchantId: 'shop', amountMinor, accountToken: 'acct_pay' },
  ...given,
})
const payouts = [payoutOf(1, 5), payoutOf(2, 1_994, { merchantId: `"A" <&> 'B'` })]

function readAsBank(xml: string) {
  const reader = new PayoutFileReader()
  reader.write(Buffer.from(xml))
  return judgeFile(reader.end())
}

test('the bank reads what was meant', () => {
  const judged = readAsBank(pain001.write(fileOf(), payouts).xml)

  expect(judged).toMatchObject({
    kind: 'fits',
    orders: [
      { endToEndId: payouts[0]!.payoutId, amountMinor: 5, currency: 'USD', account: 'acct_pay', creditor: 'shop' },
      { endToEndId: payouts[1]!.payoutId, amountMinor: 1_994, creditor: `"A" <&> 'B'`, requestedOn: '2026-01-06' },
    ],
  })
})

test('the same rows are the same bytes, whatever became of the file meanwhile', () => {
  const first = pain001.write(fileOf(), payouts)
  const later = pain001.write(fileOf({ state: 'SENT', sha256: first.sha256, askAtMs: 5, failure: 'x' }), payouts)

  expect(later).toEqual(first)
  expect(first.sha256).toMatch(/^[0-9a-f]{64}$/)
  expect(pain001.write(fileOf({ totalMinor: 2_000 }), payouts).sha256).not.toBe(first.sha256)
})

test('a file of 5,000 payouts is read as it was written', () => {
  const many = Array.from({ length: 5_000 }, (_, index) => payoutOf(index, index + 1))
  const totalMinor = many.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
  const { xml } = pain001.write(fileOf({ currency: 'KRW', payoutCount: 5_000, totalMinor }), many)

  expect(readAsBank(xml)).toMatchObject({ kind: 'fits' })
})

describe('amounts', () => {
  test.each([
    [5, 'KRW', '5'],
    [5, 'USD', '0.05'],
    [1_999, 'USD', '19.99'],
    [100, 'USD', '1.00'],
    [1, 'BHD', '0.001'],
    [999_999_999_999, 'BHD', '999999999.999'],
    [12_345, 'CLF', '1.2345'],
  ])('%i minor units of %s are %s', (amountMinor, currency, text) => {
    expect(decimal(amountMinor, currency)).toBe(text)
  })

  test('of no currency there are none', () => {
    expect(() => decimal(1, 'XXX')).toThrow('XXX is no currency')
  })
})

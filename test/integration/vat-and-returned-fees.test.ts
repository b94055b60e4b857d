/** Merchants with terms of their own, over the running system: VAT on their fees, refunds that give both back, and books that verify finds right. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { verify } from '../../scripts/operate/verify/settle.ts'
import type { RefundFee, VatMode } from '../../shared/contracts/lists.ts'
import { until } from '../../shared/runtime/until.ts'
import { expectDetail, expectMutation } from '../support/contract.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { PaymentApi } from '../support/http.ts'
import { authorized, newKey, newMerchant } from '../support/payments.ts'
import { systemUnderTest } from '../support/system.ts'

const system = systemUnderTest()
const api = new PaymentApi(system.apiUrl)
const key = () => ({ 'idempotency-key': newKey() })
let database: TestDatabase

beforeAll(() => {
  database = openDatabase(system.databaseUrl)
})

afterAll(() => database?.close())

/** A merchant that had these terms before anything was sold. */
async function merchantWith(vatMode: VatMode, refundFee: RefundFee): Promise<string> {
  const merchantId = newMerchant('terms')
  await database.write('INSERT INTO settlement_terms SET ?', [
    {
      merchant_id: merchantId,
      currency: 'KRW',
      valid_from: new Date(0),
      ...{ cycle: 'D', delay_days: 2, cutoff: '24:00', timezone: 'Asia/Seoul', calendar: 'KR' },
      ...{ vat_mode: vatMode, refund_fee: refundFee, payout_min: 0, account_token: 'acct_pay', held_reason: null },
      ...{ added_by: 'test', added_at: new Date() },
    },
  ])
  return merchantId
}

/** The entries that the consumer wrote, once there are so many of them. */
async function chargesOf(paymentId: string, merchantId: string, count: number): Promise<string[]> {
  const charges = await until(
    async () => {
      const { ledgerEntries } = expectDetail(await api.payment(paymentId))
      const found = ledgerEntries.filter(({ type }) => type !== 'capture' && type !== 'refund')
      return found.length < count ? undefined : found
    },
    { what: `${count} entries of fees and VAT of ${paymentId}` },
  )
  return charges
    .map(({ type, debitAccount, creditAccount, amount }) => `${type} ${debitAccount} → ${creditAccount} ${amount}`)
    .map(charge => charge.replaceAll(merchantId, 'M'))
    .toSorted()
}

describe('a merchant with VAT on top of its fees, which refunds return', () => {
  test('pays the VAT, and gets back both in parts that are the whole', async () => {
    const merchantId = await merchantWith('exclusive', 'return')
    const { paymentId } = await authorized(api, { merchantId, amount: 10_000 })
    expectMutation(await api.capture(paymentId, { amount: 6_000, finalCapture: false }, key()), 200)
    expectMutation(await api.capture(paymentId, { amount: 4_000 }, key()), 200)
    for (const amount of [3_333, 3_333, 3_334]) expectMutation(await api.refund(paymentId, { amount }, key()), 200)

    // Fees of 150 and 100, with VAT of 15 and 10.
    expect(await chargesOf(paymentId, merchantId, 10)).toEqual([
      'fee merchant_payable:M → fee_revenue 100',
      'fee merchant_payable:M → fee_revenue 150',
      'fee_vat merchant_payable:M → vat_payable 10',
      'fee_vat merchant_payable:M → vat_payable 15',
      'refund_fee fee_revenue → merchant_payable:M 83',
      'refund_fee fee_revenue → merchant_payable:M 83',
      'refund_fee fee_revenue → merchant_payable:M 84',
      'refund_fee_vat vat_payable → merchant_payable:M 8',
      'refund_fee_vat vat_payable → merchant_payable:M 8',
      'refund_fee_vat vat_payable → merchant_payable:M 9',
    ])
  })
})

describe('a merchant with VAT within its fees', () => {
  test('pays no more for it, and gets nothing back where the fee is kept', async () => {
    const merchantId = await merchantWith('inclusive', 'keep')
    const { paymentId } = await authorized(api, { merchantId, amount: 10_000, capture: true })
    expectMutation(await api.refund(paymentId, {}, key()), 200)

    expect(await chargesOf(paymentId, merchantId, 2)).toEqual([
      'fee merchant_payable:M → fee_revenue 250',
      'fee_vat fee_revenue → vat_payable 23',
    ])
  })
})

test('verify finds the books right', async () => {
  const report = await verify(system, { settleMs: 90_000, graceMs: 60_000 })
  expect({ failed: report.results.filter(result => !result.ok), pending: report.pending }).toEqual({
    failed: [],
    pending: 0,
  })
  const checked = report.results.find(({ name }) => name === 'balance-vat')!.checked
  expect(checked).toBeGreaterThan(0)
}, 120_000)

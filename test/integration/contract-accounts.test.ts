/** The contract over HTTP: what accounts hold after a purchase, at any time, and under any name of a merchant. */
import { describe, expect, jest, test } from '@jest/globals'
import { type AccountView, accountView } from '../../shared/contracts/routes/get-account.ts'
import { accountListView } from '../../shared/contracts/routes/list-accounts.ts'
import { until } from '../../shared/runtime/until.ts'
import { exactly, expectDetail, expectError, expectMutation, problemPaths } from '../support/contract.ts'
import { PaymentApi } from '../support/http.ts'
import { captured, newKey, newMerchant } from '../support/payments.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(60_000)

const api = new PaymentApi(systemUnderTest().apiUrl)

const pathOf = (merchantId: string, query = '') =>
  `/ledger/accounts/${encodeURIComponent(`merchant_payable:${merchantId}`)}${query}`

async function account(merchantId: string, query = ''): Promise<AccountView> {
  const reply = await api.get(pathOf(merchantId, query))
  expect(reply.status).toBe(200)
  return exactly(accountView).parse(reply.json)
}

/** Captured, with its fee. */
async function purchase(merchantId: string): Promise<string> {
  const { paymentId } = await captured(api, { merchantId, amount: 10_000, currency: 'KRW' })
  await until(async () => expectDetail(await api.payment(paymentId)).ledgerEntries.length === 2, { what: 'its fee' })
  return paymentId
}

const owed = (credits: string, debits: string, balance: string, entryCount: number) => [
  { currency: 'KRW', debits, credits, balance, entryCount },
]

describe('the account of a merchant', () => {
  test('follows a purchase and its refund, and still says what it held between', async () => {
    const merchantId = newMerchant('account')
    const paymentId = await purchase(merchantId)
    const bought = await account(merchantId)
    expect(bought).toMatchObject({ account: `merchant_payable:${merchantId}`, type: 'liability', provisional: true })
    expect(bought.balances).toEqual(owed('10000', '250', '-9750', 2))

    expectMutation(await api.refund(paymentId, { amount: 4_000 }, { 'idempotency-key': newKey() }), 200)
    expect((await account(merchantId)).balances).toEqual(owed('10000', '4250', '-5750', 3))
    expect((await account(merchantId, `?at=${bought.at}`)).balances).toEqual(bought.balances)
    const hourAgo = new Date(Date.parse(bought.at) - 3_600_000).toISOString()
    expect(await account(merchantId, `?at=${hourAgo}`)).toMatchObject({
      at: hourAgo,
      provisional: false,
      balances: owed('0', '0', '0', 0),
    })
  })

  test.each(['a/b', 'a%2Fb', '100%', 'a#b?c=d&e', 'a+b', '..', '\'"\\;', '{account}'])(
    'is found under the name %s',
    async word => {
      const merchantId = `${word}-${newMerchant('').slice(1, 12)}`
      await purchase(merchantId)
      expect(await account(merchantId)).toMatchObject({
        account: `merchant_payable:${merchantId}`,
        balances: owed('10000', '250', '-9750', 2),
      })
    },
  )

  test('is not there before its first entry, nor under another name', async () => {
    const merchantId = newMerchant('account')
    expectError(await api.get(pathOf(merchantId)), 404, 'NOT_FOUND')
    await purchase(merchantId)
    expectError(await api.get(pathOf(merchantId.toUpperCase())), 404, 'NOT_FOUND')
    expectError(await api.get(pathOf(merchantId.slice(0, -1))), 404, 'NOT_FOUND')
    expectError(await api.get('/ledger/accounts/%20'), 404, 'NOT_FOUND')
  })

  test('is asked about no time but what has been', async () => {
    for (const at of ['2099-01-01T00:00:00.000Z', 'now', '']) {
      const reply = await api.get(`/ledger/accounts/acquirer_receivable?at=${at}`)
      expectError(reply, 400, 'VALIDATION_FAILED')
      expect(problemPaths(reply)).toEqual(['/at'])
    }
  })
})

describe('the list of accounts', () => {
  const list = async (query: Record<string, string>) => {
    const reply = await api.get(`/ledger/accounts?${new URLSearchParams(query)}`)
    expect(reply.status).toBe(200)
    return exactly(accountListView).parse(reply.json)
  }

  test('has a merchant once for each currency, page by page', async () => {
    const merchantId = newMerchant('listed')
    await purchase(merchantId)
    await captured(api, { merchantId: `${merchantId}%`, amount: 100, currency: 'USD' })
    const prefix = `merchant_payable:${merchantId}`

    const first = await list({ prefix, limit: '1' })
    const second = await list({ prefix, limit: '1', cursor: first.nextCursor!, at: first.at })
    expect([first, second].flatMap(({ items }) => items.map(item => `${item.account} ${item.currency}`))).toEqual([
      `${prefix} KRW`,
      `${prefix}% USD`,
    ])
    expect([second.at, second.nextCursor]).toEqual([first.at, null])
    expect((await list({ prefix, currency: 'USD' })).items).toHaveLength(1)
  })

  async function sumsOfNow(): Promise<Map<string, bigint>> {
    const sums = new Map<string, bigint>()
    let page = await list({ limit: '100' })
    for (const { at } = page; ; page = await list({ limit: '100', at, cursor: page.nextCursor })) {
      for (const { currency, balance } of page.items) sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(balance))
      if (page.nextCursor === null) return sums
    }
  }

  test('adds up to nothing in each currency, at one moment', async () => {
    await purchase(newMerchant('trial'))
    // Of this very moment it is provisional: what was recorded just before may be committed between two pages.
    await until(async () => [...(await sumsOfNow()).values()].every(sum => sum === 0n), { what: 'sums of nothing' })
  })
})

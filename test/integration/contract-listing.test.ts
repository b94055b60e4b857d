/** The contract over HTTP: pages of payments, newest first, without gaps or repeats while new ones arrive. */
import { beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { PaymentView } from '../../shared/contracts/payment.ts'
import { expectError, expectList, problemPaths } from '../support/contract.ts'
import { PaymentApi } from '../support/http.ts'
import { authorizeBody, authorized, captured, newMerchant } from '../support/payments.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(60_000)

const api = new PaymentApi(systemUnderTest().apiUrl)
const PAGES_MAX = 20

const list = async (query: Record<string, string | number>) => {
  const parameters = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  )
  return api.get(`/payments?${parameters}`)
}

/** Every page until there is no next one; `between` runs after each. */
async function pagesOf(query: Record<string, string | number>, between = async () => {}): Promise<PaymentView[][]> {
  const pages: PaymentView[][] = []
  let cursor: string | null = ''
  while (cursor !== null && pages.length < PAGES_MAX) {
    const page = expectList(await list(cursor === '' ? query : { ...query, cursor }))
    pages.push(page.items)
    cursor = page.nextCursor
    await between()
  }
  return pages
}

const idsOf = (pages: PaymentView[][]): string[] => pages.flat().map(payment => payment.paymentId)

describe('a merchant with seven payments', () => {
  const merchantId = newMerchant('pages')
  /** Newest first. */
  const made: string[] = []

  beforeAll(async () => {
    for (let count = 0; count < 5; count++) made.unshift((await authorized(api, { merchantId })).paymentId)
    for (let count = 0; count < 2; count++) made.unshift((await captured(api, { merchantId })).paymentId)
  })

  test.each([
    [1, 7],
    [2, 4],
    [3, 3],
    [7, 1],
    [100, 1],
  ])('pages of %d: every payment once, newest first, in %d pages', async (limit, pageCount) => {
    const pages = await pagesOf({ merchantId, limit })
    expect(idsOf(pages)).toEqual(made)
    expect(pages).toHaveLength(pageCount)
    for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit)
  })

  test('without a limit there is a page of some size', async () => {
    expect(idsOf(await pagesOf({ merchantId }))).toEqual(made)
  })

  test('one status only', async () => {
    expect(idsOf(await pagesOf({ merchantId, status: 'COMPLETED', limit: 1 }))).toEqual(made.slice(0, 2))
    expect(idsOf(await pagesOf({ merchantId, status: 'AUTHORIZED', limit: 2 }))).toEqual(made.slice(2))
    expect(idsOf(await pagesOf({ merchantId, status: 'REFUNDED' }))).toEqual([])
  })

  test('a captured payment is listed with its ledger entries', async () => {
    const { items } = expectList(await list({ merchantId, limit: 1 }))
    expect(items[0]).toMatchObject({ status: 'COMPLETED', ledgerEntries: expect.arrayContaining([expect.anything()]) })
  })
})

test('payments that arrive between two pages move none of the others', async () => {
  const merchantId = newMerchant('busy')
  const made: string[] = []
  for (let count = 0; count < 5; count++) made.unshift((await authorized(api, { merchantId })).paymentId)
  const pages = await pagesOf({ merchantId, limit: 2 }, async () => void (await authorized(api, { merchantId })))
  expect(idsOf(pages)).toEqual(made)
})

test('merchants are told apart by case', async () => {
  const suffix = newMerchant('').slice(0, 12)
  const upper = await authorized(api, { merchantId: `Shop${suffix}` })
  const lower = await authorized(api, { merchantId: `shop${suffix}` })
  expect(idsOf(await pagesOf({ merchantId: upper.merchantId }))).toEqual([upper.paymentId])
  expect(idsOf(await pagesOf({ merchantId: lower.merchantId }))).toEqual([lower.paymentId])
})

test('without a filter payments of every merchant are listed', async () => {
  const one = await authorized(api)
  const two = await authorized(api)
  const { items } = expectList(await list({ limit: 100 }))
  expect(items.map(item => item.paymentId)).toEqual(expect.arrayContaining([one.paymentId, two.paymentId]))
})

test('a merchant without payments has one empty page', async () => {
  expect(expectList(await list({ merchantId: newMerchant() }))).toEqual({ items: [], nextCursor: null })
})

test('a declined payment is listed as declined', async () => {
  const body = authorizeBody({ paymentMethod: 'tok_decline' })
  expectError(await api.authorize(body), 402, 'PAYMENT_DECLINED')
  const { items } = expectList(await list({ merchantId: body.merchantId, status: 'DECLINED' }))
  expect(items).toHaveLength(1)
})

describe('queries that are refused', () => {
  test.each([
    ['limit', '0'],
    ['limit', '-1'],
    ['limit', '101'],
    ['limit', '1.5'],
    ['limit', 'ten'],
    ['limit', ''],
    ['status', 'DONE'],
    ['status', 'completed'],
    ['status', ''],
    ['merchantId', ''],
    ['merchantId', 'm'.repeat(33)],
    ['merchantId', 'with space'],
    ['cursor', ''],
    ['cursor', 'nonsense'],
    ['cursor', 'pay_00000000000000000000000000'],
    ['cursor', Buffer.from("pay_' OR 1=1 --").toString('base64url')],
    ['cursor', 'x'.repeat(500)],
    ['page', '2'],
  ])('%s=%s is a 400 that names it', async (name, value) => {
    expect(problemPaths(await list({ [name]: value }))).toEqual([`/${name}`])
  })

  test('all problems come at once', async () => {
    expect(problemPaths(await list({ limit: 0, status: 'x', offset: 3 }))).toEqual(['/limit', '/offset', '/status'])
  })

  test('a changed cursor is a 400', async () => {
    const { merchantId } = await authorized(api)
    await authorized(api, { merchantId })
    const { nextCursor } = expectList(await list({ merchantId, limit: 1 }))
    expect(nextCursor).not.toBeNull()
    expectError(await list({ merchantId, limit: 1, cursor: `${nextCursor}A` }), 400, 'VALIDATION_FAILED')
  })
})

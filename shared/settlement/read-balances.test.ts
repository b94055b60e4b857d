/** Balances of accounts: now, at a time, and page by page. */
import { describe, expect, test } from '@jest/globals'
import { FakeBalances } from './fake-balances.ts'
import { keyOfCursor, listAccounts, momentOf, readAccount, SETTLED_AFTER_MS } from './read-balances.ts'

const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 6)
const HUGE_MINOR = 9_007_199_254_740_991

function createPorts() {
  const balances = new FakeBalances()
  const ports = { balances, clock: { nowMs: () => NOW_MS } }
  const book = (debitAccount: string, creditAccount: string, amountMinor: number, currency = 'KRW', minutesAgo = 10) =>
    balances.entries.push({
      debitAccount,
      creditAccount,
      amountMinor,
      currency,
      recordedAtMs: NOW_MS - minutesAgo * 60_000,
    })
  return { ports, book }
}

const now = () => momentOf(undefined, NOW_MS)!

describe('a moment', () => {
  test('is provisional in the last minute, and never in the future', () => {
    const at = (beforeMs: number) => momentOf(new Date(NOW_MS - beforeMs).toISOString(), NOW_MS)

    expect(now()).toEqual({ atMs: NOW_MS, isProvisional: true })
    expect(at(SETTLED_AFTER_MS - 1)).toMatchObject({ isProvisional: true })
    expect(at(SETTLED_AFTER_MS)).toEqual({ atMs: NOW_MS - SETTLED_AFTER_MS, isProvisional: false })
    expect(at(0)).toBeDefined()
    expect(at(-1)).toBeUndefined()
  })
})

describe('readAccount', () => {
  test('adds up debits and credits in each currency, debit positive', async () => {
    const { ports, book } = createPorts()
    book('acquirer_receivable', 'merchant_payable:shop', 10_000)
    book('merchant_payable:shop', 'fee_revenue', 250)
    book('acquirer_receivable', 'merchant_payable:shop', 7, 'USD')

    expect(await readAccount(ports, 'merchant_payable:shop', now())).toEqual({
      account: 'merchant_payable:shop',
      type: 'liability',
      at: '2026-01-02T03:04:05.006Z',
      provisional: true,
      balances: [
        { currency: 'KRW', debits: '250', credits: '10000', balance: '-9750', entryCount: 2 },
        { currency: 'USD', debits: '0', credits: '7', balance: '-7', entryCount: 1 },
      ],
    })
  })

  test('counts what was recorded up to then', async () => {
    const { ports, book } = createPorts()
    book('cash', 'fee_revenue', 1, 'KRW', 3)
    book('cash', 'fee_revenue', 2, 'KRW', 2)
    const debitsAt = async (atMs: number) =>
      (await readAccount(ports, 'cash', { atMs, isProvisional: false }))?.balances[0]?.debits

    expect(await debitsAt(NOW_MS - 180_001)).toBe('0')
    expect(await debitsAt(NOW_MS - 180_000)).toBe('1')
    expect(await debitsAt(NOW_MS - 120_001)).toBe('1')
    expect(await debitsAt(NOW_MS - 120_000)).toBe('3')
  })

  test('a sum of more than a number holds is exact', async () => {
    const { ports, book } = createPorts()
    book('cash', 'fee_revenue', HUGE_MINOR)
    book('cash', 'fee_revenue', HUGE_MINOR)

    expect((await readAccount(ports, 'cash', now()))?.balances[0]?.balance).toBe('18014398509481982')
  })

  test('an account without an entry is not there, and one that the ledger does not know has no type', async () => {
    const { ports, book } = createPorts()
    book('fee_revenu', 'constructor:x', 1)

    expect(await readAccount(ports, 'fee_revenue', now())).toBeUndefined()
    expect(await readAccount(ports, 'fee_revenu', now())).toMatchObject({ type: null })
    expect(await readAccount(ports, 'constructor:x', now())).toMatchObject({ type: null })
  })
})

describe('listAccounts', () => {
  const namesIn = ({ items }: { items: Array<{ account: string; currency: string }> }) =>
    items.map(({ account, currency }) => `${account} ${currency}`)

  test('pages in the order of names, each currency by itself, and ends', async () => {
    const { ports, book } = createPorts()
    book('cash', 'merchant_payable:b', 1)
    book('cash', 'merchant_payable:a', 1, 'USD')
    book('cash', 'merchant_payable:a', 1)

    const first = await listAccounts(ports, { limit: 3, after: undefined }, now())
    const second = await listAccounts(ports, { limit: 3, after: keyOfCursor(first.nextCursor!) }, now())

    expect(namesIn(first)).toEqual(['cash KRW', 'cash USD', 'merchant_payable:a KRW'])
    expect(namesIn(second)).toEqual(['merchant_payable:a USD', 'merchant_payable:b KRW'])
    expect(second.nextCursor).toBeNull()
  })

  test('by prefix and by currency', async () => {
    const { ports, book } = createPorts()
    book('cash', 'merchant_payable:a', 1)
    book('cash', 'merchant_payable:b', 1, 'USD')
    const query = { prefix: 'merchant_payable:', limit: 10, after: undefined }

    expect(namesIn(await listAccounts(ports, query, now()))).toEqual([
      'merchant_payable:a KRW',
      'merchant_payable:b USD',
    ])
    expect(namesIn(await listAccounts(ports, { ...query, currency: 'USD' }, now()))).toEqual(['merchant_payable:b USD'])
  })

  // Otherwise one request for a rare currency would walk through all accounts.
  test('of a rare currency looks at a thousand accounts for a page, and says where to go on', async () => {
    const { ports, book } = createPorts()
    for (let index = 0; index < 1_500; index++) book('cash', `merchant_payable:${String(index).padStart(4, '0')}`, 1)
    book('cash', 'merchant_payable:z', 1, 'USD')
    const query = { prefix: 'merchant_payable:', currency: 'USD', limit: 10 }

    const first = await listAccounts(ports, { ...query, after: undefined }, now())
    const second = await listAccounts(ports, { ...query, after: keyOfCursor(first.nextCursor!) }, now())

    expect([first.items, namesIn(second)]).toEqual([[], ['merchant_payable:z USD']])
    expect(second.nextCursor).toBeNull()
  })

  test('nothing is an empty page', async () => {
    const { ports } = createPorts()
    expect(await listAccounts(ports, { limit: 1, after: undefined }, now())).toMatchObject({
      items: [],
      nextCursor: null,
    })
  })
})

test.each([
  '',
  'abc',
  'Y2FzaA',
  Buffer.from('cash krw').toString('base64url'),
  Buffer.from('a b KRW').toString('base64'),
])('a cursor like %p is not ours', cursor => {
  expect(keyOfCursor(cursor)).toBeUndefined()
})

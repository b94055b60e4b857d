/** GET /operator/ledger/controls/{control}: what is equal and what is not, page by page, and who may ask. */
import { describe, expect, test } from '@jest/globals'
import { COMPARED_ACCOUNTS } from '../../shared/contracts/ledger-limits.ts'
import { contract } from '../../shared/contracts/routes/compare-control.ts'
import type { ComparedAccount } from '../../shared/settlement/ports.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { createConsoleOfLedger, LEDGER_NOW_MS } from '../../test/unit/ledger-fakes.ts'
import { createHandler } from './compare-control.ts'

const ROUTE = 'GET /operator/ledger/controls/{control}'
const nothing = { amountMinor: 0n, events: 0, sinceMs: undefined }
const SINCE_MS = LEDGER_NOW_MS - 2_000

const account = (name: string, ledgerMinor: bigint, given: Partial<ComparedAccount> = {}): ComparedAccount => ({
  account: name,
  currency: 'KRW',
  ledgerMinor,
  subledgerMinor: ledgerMinor,
  underWay: nothing,
  ...given,
})

async function withAccounts(accounts: ComparedAccount[]) {
  const { ports, asker } = await createConsoleOfLedger()
  ports.controlBooks.accounts = accounts
  const get = asker(createHandler(ports), ROUTE)
  const read = async (control: string, query?: Record<string, string>) => {
    const result = await get({ control }, query)
    expect(result.statusCode).toBe(200)
    return contract.answers[200].parse(jsonOf(result))
  }
  return { ports, get, read }
}

const underWay = { amountMinor: -7n, events: 2, sinceMs: SINCE_MS }

describe(ROUTE, () => {
  test('200 with each account equal, explained by events under way, or not', async () => {
    const { read } = await withAccounts([
      account('merchant_payable:a', -100n),
      account('merchant_payable:b', -107n, { subledgerMinor: -100n, underWay }),
      account('merchant_payable:c', -108n, { subledgerMinor: -100n, underWay }),
      account('merchant_payable:d', -1n, { subledgerMinor: undefined }),
      account('cash', 5n),
    ])
    const { accounts, control, comparedAt, nextCursor } = await read('merchant_payable')
    expect(accounts.map(({ result }) => result)).toEqual(['equal', 'under_way', 'unequal', 'too_many'])
    expect(accounts[1]).toEqual({
      account: 'merchant_payable:b',
      currency: 'KRW',
      ledger: '-107',
      subledger: '-100',
      underWay: { amount: '-7', events: 2, since: new Date(SINCE_MS).toISOString() },
      result: 'under_way',
    })
    expect([control, comparedAt, nextCursor]).toEqual(['merchant_payable', new Date(LEDGER_NOW_MS).toISOString(), null])
  })

  // Their entries have no items: nothing here tells them from entries that are wrong.
  test('200: where there are payments from before settlement began, a difference is not called wrong', async () => {
    const { ports, read } = await withAccounts([
      account('merchant_payable:a', -1n, { subledgerMinor: 0n }),
      account('merchant_reserve:a', -1n, { subledgerMinor: 0n }),
    ])
    ports.controlBooks.settledFromMs = 1
    expect((await read('merchant_payable')).accounts[0]!.result).toBe('not_told')
    expect((await read('merchant_reserve')).accounts[0]!.result).toBe('unequal')
  })

  test('200 page by page', async () => {
    const names = Array.from({ length: COMPARED_ACCOUNTS + 2 }, (_, number) => `merchant_payable:${100 + number}`)
    const { read } = await withAccounts(names.map(name => account(name, -1n)))
    const first = await read('merchant_payable')
    const second = await read('merchant_payable', { cursor: first.nextCursor! })
    expect([...first.accounts, ...second.accounts].map(each => each.account)).toEqual(names)
    expect(second.nextCursor).toBeNull()
  })

  test('404 for what has nothing to be compared with, 400 for a cursor of another list', async () => {
    const { get } = await withAccounts([])
    expect((await get({ control: 'fee_revenue' })).statusCode).toBe(404)
    expect((await get({ control: 'merchant_payable' }, { cursor: 'abc' })).statusCode).toBe(400)
    expect((await get({ control: 'merchant_payable' }, { limit: '1' })).statusCode).toBe(400)
  })

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads, 503 when the database is away', async () => {
    const { ports, get } = await withAccounts([])
    const control = 'recon_suspense'
    expect((await get({ control }, {}, {})).statusCode).toBe(401)
    expect((await get({ control }, {}, { host: 'evil.example' })).statusCode).toBe(403)
    ports.controlBooks.away = true
    expect((await get({ control })).statusCode).toBe(503)
    ports.limiter.refusing = 'ip'
    expect((await get({ control })).statusCode).toBe(429)
  })
})

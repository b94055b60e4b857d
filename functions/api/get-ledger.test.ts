/** GET /operator/ledger: groups, their totals, the trial balance, and who may ask. */
import { describe, expect, test } from '@jest/globals'
import type { InvariantRun } from '../../shared/contracts/invariant-runs.ts'
import { contract } from '../../shared/contracts/routes/get-ledger.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { createConsoleOfLedger, LEDGER_NOW_MS } from '../../test/unit/ledger-fakes.ts'
import { createHandler } from './get-ledger.ts'

const ROUTE = 'GET /operator/ledger'
const MERCHANTS = 60

async function withMerchants(count: number) {
  const { ports, book, asker } = await createConsoleOfLedger()
  for (let number = 0; number < count; number++) {
    const payable = `merchant_payable:shop-${String(number).padStart(2, '0')}`
    book('acquirer_receivable', payable, 1_000)
    book(payable, 'fee_revenue', 25, { type: 'fee' })
  }
  const get = asker(createHandler(ports), ROUTE)
  const read = async (query?: Record<string, string>) => {
    const result = await get({}, query)
    expect(result.statusCode).toBe(200)
    return contract.answers[200].parse(jsonOf(result))
  }
  return { ports, book, get, read }
}

describe(ROUTE, () => {
  test('200 with each control account, its accounts under it, and debits that are credits', async () => {
    const { read } = await withMerchants(2)
    const { groups, trial, provisional } = await read()

    expect(groups.map(({ name, type, ofMerchants, accounts }) => [name, type, ofMerchants, accounts.length])).toEqual([
      ['acquirer_receivable', 'asset', false, 1],
      ['fee_revenue', 'income', false, 1],
      ['merchant_payable', 'liability', true, 2],
    ])
    expect(groups[2]!.totals).toEqual([
      { currency: 'KRW', debits: '50', credits: '2000', balance: '-1950', entryCount: 4 },
    ])
    expect(trial).toEqual([{ currency: 'KRW', debits: '2050', credits: '2050', balance: '0', entryCount: 8 }])
    expect(provisional).toBe(true)
  })

  test('200 with the first accounts of a group of many, and the rest page by page; nothing is added up that is not whole', async () => {
    const { read } = await withMerchants(MERCHANTS)
    const { groups, trial } = await read()
    const payable = groups.find(({ name }) => name === 'merchant_payable')!
    expect([payable.totals, trial, groups.length]).toEqual([null, null, 3])

    const seen: string[] = []
    let cursor: string | undefined
    for (let pages = 0; pages < 10; pages++) {
      const { groups: found } = await read({ group: 'merchant_payable', ...(cursor && { cursor }) })
      expect(found.map(({ name, totals }) => [name, totals])).toEqual([['merchant_payable', null]])
      seen.push(...found[0]!.accounts.map(({ account }) => account))
      cursor = found[0]!.nextCursor ?? undefined
      if (cursor === undefined) break
    }
    expect(new Set(seen).size).toBe(MERCHANTS)
    expect(seen).toHaveLength(MERCHANTS)
  })

  test('200 with the accounts of some merchants alone', async () => {
    const { read } = await withMerchants(MERCHANTS)
    const { groups, trial } = await read({ merchant: 'shop-4' })
    expect(groups.map(({ name, accounts }) => [name, accounts.length])).toEqual([['merchant_payable', 10]])
    expect(trial).toBeNull()
    expect((await read({ merchant: 'nobody' })).groups).toEqual([])
    expect((await read({ group: 'nothing' })).groups).toEqual([])
  })

  test('200 as of a time', async () => {
    const { book, read } = await withMerchants(1)
    book('acquirer_receivable', 'merchant_payable:shop-00', 7, { recordedAtMs: LEDGER_NOW_MS - 1_000 })
    const at = new Date(LEDGER_NOW_MS - 120_000).toISOString()
    const { groups, provisional } = await read({ at })
    expect([groups[0]!.totals?.[0]?.debits, provisional]).toEqual(['1000', false])
  })

  test('200 with what the last whole pass of the check said of an account', async () => {
    const { ports, read } = await withMerchants(1)
    expect(await read()).toMatchObject({ passEndedAt: null, groups: [{ lastPass: null }, {}, {}] })
    ports.invariantRuns.last = {
      finishedAtMs: LEDGER_NOW_MS,
      passDifferences: [{ account: 'acquirer_receivable', currency: 'KRW', differenceMinor: '-3' }],
    } as InvariantRun
    const { groups, passEndedAt } = await read()
    expect(groups.map(({ lastPass }) => lastPass)).toEqual([[{ currency: 'KRW', difference: '-3' }], null, null])
    expect(passEndedAt).toBe(new Date(LEDGER_NOW_MS).toISOString())
    ports.invariantRuns.last.passDifferences = null
    expect((await read()).groups[0]!.lastPass).toBeNull()
  })

  test('200 with a name that the ledger should not have, without a type', async () => {
    const { book, read } = await withMerchants(1)
    book('odd', 'merchant_payable', 1)
    const { groups, trial } = await read()
    expect(groups.map(({ name, type, accounts }) => [name, type, accounts.length])).toEqual([
      ['acquirer_receivable', 'asset', 1],
      ['fee_revenue', 'income', 1],
      ['merchant_payable', 'liability', 2],
      ['odd', null, 1],
    ])
    expect(trial![0]).toMatchObject({ balance: '0' })
  })

  test.each<Record<string, string>>([
    { cursor: 'abc', group: 'cash' },
    { cursor: 'Y2FzaCBLUlc' },
    { at: 'yesterday' },
    { at: new Date(LEDGER_NOW_MS + 1).toISOString() },
    { merchant: 'a b' },
    { limit: '5' },
  ])('400 for %p', async query => {
    const { get } = await withMerchants(0)
    const result = await get({}, query)
    expect(result.statusCode).toBe(400)
    expect(jsonOf(result).details.problems).toMatchObject([{ path: `/${Object.keys(query)[0]}` }])
  })

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads, 503 when the database is away', async () => {
    const { ports, get } = await withMerchants(0)
    expect((await get({}, {}, {})).statusCode).toBe(401)
    expect((await get({}, {}, { host: 'evil.example' })).statusCode).toBe(403)
    ports.balances.away = true
    expect((await get({})).statusCode).toBe(503)
    ports.limiter.refusing = 'ip'
    expect((await get({})).statusCode).toBe(429)
  })
})

/** GET /operator/ledger/accounts/{account}/entries: pages, the balance after each entry, and who may ask. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/list-account-entries.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { createConsoleOfLedger, LEDGER_NOW_MS } from '../../test/unit/ledger-fakes.ts'
import { createHandler } from './list-account-entries.ts'

const ROUTE = 'GET /operator/ledger/accounts/{account}/entries'
const ODD = 'merchant_payable:a/b%20c?d#e'

async function withEntries(count: number) {
  const { ports, book, asker } = await createConsoleOfLedger()
  const minutesAgo = (minutes: number) => ({ recordedAtMs: LEDGER_NOW_MS - minutes * 60_000 })
  for (let number = 0; number < count; number++)
    if (number % 3 === 2) book(ODD, 'fee_revenue', 10 + number, { type: 'fee', ...minutesAgo(100 - number) })
    else book('acquirer_receivable', ODD, 1_000 + number, minutesAgo(100 - number))
  const get = asker(createHandler(ports), ROUTE)
  const read = async (query?: Record<string, string>) => {
    const result = await get({ account: ODD }, query)
    expect(result.statusCode).toBe(200)
    return contract.answers[200].parse(jsonOf(result))
  }
  return { ports, book, get, read, minutesAgo }
}

describe(ROUTE, () => {
  test('200 with the last recorded first, and the balance after each; the cursor leads to the rest of the same moment', async () => {
    const { read, book, minutesAgo } = await withEntries(7)
    const first = await read({ limit: '4' })
    book('acquirer_receivable', ODD, 5, minutesAgo(1))
    const second = await read({ limit: '4', at: first.at, cursor: first.nextCursor! })

    const moved = [...first.entries, ...second.entries].map(({ side, amount, balance }) => [side, amount, balance])
    expect(moved).toEqual([
      ['credit', 1_006, '-4987'],
      ['debit', 15, '-3981'],
      ['credit', 1_004, '-3996'],
      ['credit', 1_003, '-2992'],
      ['debit', 12, '-1989'],
      ['credit', 1_001, '-2001'],
      ['credit', 1_000, '-1000'],
    ])
    expect(first.balances).toMatchObject([{ currency: 'KRW', balance: '-4987', entryCount: 7 }])
    expect([first.account, first.type, second.nextCursor]).toEqual([ODD, 'liability', null])
    expect(first.entries[0]).toMatchObject({ counterAccount: 'acquirer_receivable', provisional: false })
  })

  test('200 in one currency, the first when none is asked for', async () => {
    const { read, book } = await withEntries(1)
    book('acquirer_receivable', ODD, 3, { currency: 'EUR' })
    expect((await read()).currency).toBe('EUR')
    const { entries, currency, balances } = await read({ currency: 'KRW' })
    expect([entries.length, currency, balances.map(each => each.currency)]).toEqual([1, 'KRW', ['EUR', 'KRW']])
    expect((await read({ currency: 'USD' })).entries).toEqual([])
  })

  test('200 as of a time; what was recorded a moment ago is provisional', async () => {
    const { read, book } = await withEntries(2)
    const late = book('acquirer_receivable', ODD, 3, { recordedAtMs: LEDGER_NOW_MS - 59_000 })
    expect((await read()).entries.map(({ provisional }) => provisional)).toEqual([true, false, false])
    const at = new Date(late.recordedAtMs - 1).toISOString()
    expect(await read({ at })).toMatchObject({ at, provisional: true, entries: [{ amount: 1_001 }, { amount: 1_000 }] })
  })

  test('200 around one entry, in its currency; one of another account counts as absent', async () => {
    const { read, book, minutesAgo } = await withEntries(30)
    const wanted = book('acquirer_receivable', ODD, 77, minutesAgo(200))
    const dollars = book('acquirer_receivable', ODD, 78, { currency: 'USD' })
    const elsewhere = book('cash', 'fee_revenue', 79)
    const around = await read({ entry: wanted.entryId, limit: '20' })
    expect(around.entries.map(({ entryId }) => entryId).indexOf(wanted.entryId)).toBe(5)
    expect(around.entries.at(-1)!.balance).toBe('-77')
    expect((await read({ entry: dollars.entryId })).currency).toBe('USD')
    expect((await read({ entry: elsewhere.entryId, limit: '1' })).entries).toMatchObject([{ amount: 39 }])
  })

  test('200 with entries of one millisecond by amount and id, whichever side they are on', async () => {
    const { read, book } = await withEntries(0)
    const sameTime = { recordedAtMs: LEDGER_NOW_MS - 300_000 }
    book('acquirer_receivable', ODD, 5, sameTime)
    book(ODD, 'fee_revenue', 3, sameTime)
    book('acquirer_receivable', ODD, 3, sameTime)
    const first = await read({ limit: '2' })
    const second = await read({ limit: '2', at: first.at, cursor: first.nextCursor! })
    expect([...first.entries, ...second.entries].map(({ amount, balance }) => [amount, balance])).toEqual([
      [5, '-5'],
      [3, '0'],
      [3, '3'],
    ])
  })

  test.each(['cash', 'a b', 'x'.repeat(65)])('404 for %p', async account => {
    const { get } = await withEntries(1)
    expect((await get({ account })).statusCode).toBe(404)
  })

  test.each<Record<string, string>>([
    { cursor: 'abc' },
    { limit: '101' },
    { currency: 'krw' },
    { entry: 'led_1' },
    { at: new Date(LEDGER_NOW_MS + 1).toISOString() },
    { from: '2026-11-22T00:00:00.000Z' },
  ])('400 for %p', async query => {
    const { get } = await withEntries(1)
    const result = await get({ account: ODD }, query)
    expect(result.statusCode).toBe(400)
    expect(jsonOf(result).details.problems).toMatchObject([{ path: `/${Object.keys(query)[0]}` }])
  })

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads, 503 when the database is away', async () => {
    const { ports, get } = await withEntries(1)
    expect((await get({ account: ODD }, {}, {})).statusCode).toBe(401)
    expect((await get({ account: ODD }, {}, { host: 'evil.example' })).statusCode).toBe(403)
    ports.balances.away = true
    expect((await get({ account: ODD })).statusCode).toBe(503)
    ports.limiter.refusing = 'ip'
    expect((await get({ account: ODD })).statusCode).toBe(429)
  })
})

/** GET /operator/ledger/accounts/{account}/export: parts, the balance before them, the bound, and who may ask. */
import { describe, expect, test } from '@jest/globals'
import { EXPORT_ENTRIES_MAX, EXPORT_PART_ENTRIES } from '../../shared/contracts/ledger-limits.ts'
import { contract } from '../../shared/contracts/routes/export-entries.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { createConsoleOfLedger, LEDGER_NOW_MS } from '../../test/unit/ledger-fakes.ts'
import { createHandler } from './export-entries.ts'

const ROUTE = 'GET /operator/ledger/accounts/{account}/export'
const ACCOUNT = 'merchant_payable:shop'
const FROM_MS = LEDGER_NOW_MS - 3_600_000
const iso = (epochMs: number) => new Date(epochMs).toISOString()
const span = { currency: 'KRW', from: iso(FROM_MS), to: iso(LEDGER_NOW_MS - 600_000) }

async function withEntries(count: number) {
  const { ports, book, asker } = await createConsoleOfLedger()
  // One before the time, and one at its end, which is not in it.
  book('acquirer_receivable', ACCOUNT, 1, { recordedAtMs: FROM_MS - 1 })
  book('acquirer_receivable', ACCOUNT, 2, { recordedAtMs: LEDGER_NOW_MS - 600_000 })
  for (let number = 0; number < count; number++)
    book('acquirer_receivable', ACCOUNT, 10, { recordedAtMs: FROM_MS + number })
  const get = asker(createHandler(ports), ROUTE)
  const read = async (query: Record<string, string> = span) => {
    const result = await get({ account: ACCOUNT }, query)
    expect(result.statusCode).toBe(200)
    return contract.answers[200].parse(jsonOf(result))
  }
  return { ports, get, read }
}

describe(ROUTE, () => {
  test('200 with every entry of the time once, in parts, each going on with the balance of the one before', async () => {
    const { read } = await withEntries(EXPORT_PART_ENTRIES + 3)
    const first = await read()
    const second = await read({ ...span, cursor: first.nextCursor! })

    expect([first.entryCount, first.tooMany, first.openingBalance]).toEqual([EXPORT_PART_ENTRIES + 3, false, '-1'])
    expect([first.entries.length, second.entries.length, second.nextCursor]).toEqual([EXPORT_PART_ENTRIES, 3, null])
    expect(second.openingBalance).toBe(first.entries.at(-1)!.balance)
    expect(second.entries.at(-1)!.balance).toBe(String(-1 - 10 * (EXPORT_PART_ENTRIES + 3)))
    const ids = [...first.entries, ...second.entries].map(({ entryId }) => entryId)
    expect(new Set(ids).size).toBe(EXPORT_PART_ENTRIES + 3)
  })

  test('200 without an entry, with the balance that there was', async () => {
    const { read } = await withEntries(0)
    expect(await read()).toMatchObject({ entryCount: 0, openingBalance: '-1', entries: [], nextCursor: null })
    const backwards = { ...span, from: span.to, to: span.from }
    expect(await read(backwards)).toMatchObject({ entryCount: 0, entries: [] })
  })

  test('200 with the number alone when there are too many', async () => {
    const { ports, read } = await withEntries(0)
    const { sumsAt } = ports.balances
    ports.balances.sumsAt = async (keys, atMs) =>
      (await sumsAt.call(ports.balances, keys, atMs)).map(sums => ({
        ...sums,
        entryCount: atMs < FROM_MS ? 1 : EXPORT_ENTRIES_MAX + 2,
      }))
    expect(await read()).toMatchObject({ entryCount: EXPORT_ENTRIES_MAX + 1, tooMany: true, entries: [] })
  })

  test('404 for an account that never had an entry', async () => {
    const { get } = await withEntries(0)
    expect((await get({ account: 'cash' }, span)).statusCode).toBe(404)
  })

  test.each<[string, Record<string, string>]>([
    ['/currency', { ...span, currency: 'krw' }],
    ['/from', { ...span, from: 'yesterday' }],
    ['/to', { ...span, to: iso(LEDGER_NOW_MS + 1) }],
    ['/to', { currency: 'KRW', from: span.from }],
    ['/cursor', { ...span, cursor: 'abc' }],
  ])('400 at %s for %p', async (path, query) => {
    const { get } = await withEntries(0)
    const result = await get({ account: ACCOUNT }, query)
    expect(result.statusCode).toBe(400)
    expect(jsonOf(result).details.problems).toMatchObject([{ path }])
  })

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads, 503 when the database is away', async () => {
    const { ports, get } = await withEntries(0)
    expect((await get({ account: ACCOUNT }, span, {})).statusCode).toBe(401)
    expect((await get({ account: ACCOUNT }, span, { host: 'evil.example' })).statusCode).toBe(403)
    ports.balances.away = true
    expect((await get({ account: ACCOUNT }, span)).statusCode).toBe(503)
    ports.limiter.refusing = 'ip'
    expect((await get({ account: ACCOUNT }, span)).statusCode).toBe(429)
  })
})

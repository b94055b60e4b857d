/** `npm run books` on a database of its own: what finance takes from the books. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { entryOf, feeItemOf } from '../../shared/books/fake-books.ts'
import type { FeeItem, JournalEntry } from '../../shared/books/ports.ts'
import type { Database } from '../../shared/stores/database.ts'
import { FeeItemTable } from '../../shared/stores/fee-items.ts'
import { JournalTable } from '../../shared/stores/journal.ts'
import { inheritedEnv } from '../support/extra-api.ts'
import { times } from '../support/rows.ts'
import { ScratchDatabase } from '../support/scratch-stores.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

jest.setTimeout(60_000)

let scratch: ScratchDatabase
let database: Database
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'books-command-'))
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'books')
  database = scratch.stores().database
  writeFileSync(join(folder, 'env'), `DATABASE_URL="${scratch.url}"\n`, { mode: 0o600 })
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await scratch?.drop()
})
beforeEach(async () => {
  for (const table of ['ledger_entry', 'settlement_item']) await scratch.direct.write('DELETE FROM ??', [table])
})

const run = (...args: string[]) => {
  const command = ['--', 'scripts/books.ts', ...args, '--env-file', join(folder, 'env')]
  return promisify(execFile)(process.execPath, command, { cwd: repositoryFolder, env: inheritedEnv() }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  )
}

const insert = (entries: readonly JournalEntry[]) =>
  scratch.direct.write(
    `INSERT INTO ledger_entry (entry_id, payment_id, subject_id, event_id, entry_type, debit_account, credit_account, amount, currency,
       occurred_at, recorded_at) VALUES ?`,
    [
      entries.map(entry => [
        ...[entry.entryId, entry.paymentId, entry.subjectId, entry.eventId, entry.type],
        ...[entry.debitAccount, entry.creditAccount, entry.amountMinor, entry.currency],
        ...[new Date(entry.occurredAtMs), new Date(entry.recordedAtMs)],
      ]),
    ],
  )

const insertItems = (items: readonly FeeItem[]) =>
  scratch.direct.write(
    `INSERT INTO settlement_item (item_id, merchant_id, currency, event_id, type, gross, fee, vat, net, sold_on, period_end,
       calendar_version, recorded_at) VALUES ?`,
    [
      items.map(item => [
        ...[item.itemId, item.merchantId, item.currency, item.eventId, item.type, item.grossMinor, item.feeMinor],
        ...[item.vatMinor, item.grossMinor - item.feeMinor - item.vatMinor, item.soldOn, item.soldOn, 1, new Date()],
      ]),
    ],
  )

describe('the journal', () => {
  const span = { fromMs: Date.UTC(2026, 10, 29), toMs: Date.UTC(2026, 10, 30) }
  const outside = [entryOf(90, { occurredAtMs: span.fromMs - 1 }), entryOf(91, { occurredAtMs: span.toMs })]

  test('is read in pages by time and id, also within a millisecond', async () => {
    const last = { occurredAtMs: span.toMs - 1, subjectId: 'brk_1', paymentId: null }
    // The ids are not in the order of the times.
    const entries = [...times(5, number => entryOf(number + 10)), entryOf(1, last), entryOf(2, last)]
    await insert([...entries, ...outside].toReversed())

    const journal = new JournalTable(database)
    const found: JournalEntry[] = []
    do found.push(...(await journal.listEntries(span, 2, found.at(-1))))
    while (found.length < 7)
    expect(found).toEqual(entries)
    expect(await journal.listEntries(span, 2, found.at(-1))).toEqual([])
  })

  test('is written as CSV with the totals behind it, whole or not at all', async () => {
    await insert([entryOf(1), entryOf(2, { currency: 'USD', amountMinor: 5 }), ...outside])
    const out = join(folder, 'journal.csv')
    const days = ['--from', '2026-11-29', '--timezone', 'UTC']

    expect(await run('journal', ...days, '--out', out)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('2 entries, 2026-11-29 to 2026-11-29 in UTC.\n'),
    })
    const text = readFileSync(out, 'utf8')
    expect(text).toMatch(/^\ufeffentry,date,/)
    expect(text.split('\r\n').filter(line => line.includes(',total,'))).toHaveLength(8)
    expect(existsSync(`${out}.part`)).toBe(false)
    expect((await run('journal', ...days)).stdout).toBe(text)
    expect((await run('journal', ...days, '--account', 'fee_revenue', '--lang', 'ko')).stdout).toMatch(
      /^\ufeff분개 번호[^\n]+\n$/,
    )
  })

  test('wants days that are some', async () => {
    expect(await run('journal')).toMatchObject({ code: 1, stderr: expect.stringContaining('journal wants --from') })
    expect(await run('journal', '--from', '2026-02-30')).toMatchObject({ code: 1 })
    expect(await run('journal', '--from', '2026-11-29', '--to', '2026-11-28')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--to is before --from.'),
    })
  })
})

describe('the fees of a month', () => {
  const fee = { type: 'fee', debitAccount: 'merchant_payable:shop', creditAccount: 'fee_revenue' } as const
  const entries = [
    entryOf(1),
    entryOf(2, { ...fee, eventId: entryOf(1).eventId, paymentId: entryOf(1).paymentId, amountMinor: 250 }),
    entryOf(3, {
      ...{ ...fee, type: 'fee_vat', creditAccount: 'vat_payable', amountMinor: 25 },
      ...{ eventId: entryOf(1).eventId, paymentId: entryOf(1).paymentId },
    }),
  ]

  test('are listed in pages by the day of the sale', async () => {
    const items = [
      ...[feeItemOf(5), feeItemOf(6), feeItemOf(7, { type: 'refund' })],
      ...[feeItemOf(1, { soldOn: '2026-11-30' }), feeItemOf(2, { soldOn: '2026-11-30' })],
    ]
    const others = [feeItemOf(8, { soldOn: '2026-10-31' }), feeItemOf(9, { soldOn: '2026-12-01' })]
    await insertItems([...items, ...others].toReversed())
    await scratch.direct.write("UPDATE settlement_item SET type = 'carry_in' WHERE item_id = ?", [items[1]!.itemId])

    const wanted = items.filter(({ itemId }) => itemId !== items[1]!.itemId)
    const table = new FeeItemTable(database)
    const days = { from: '2026-11-01', to: '2026-11-30' }
    const found: FeeItem[] = []
    do found.push(...(await table.listSold(days, 2, found.at(-1))))
    while (found.length < 4)
    expect(found).toEqual(wanted)
    expect(await table.listSold(days, 2, found.at(-1))).toEqual([])
    const events = items.map(({ eventId }) => eventId)
    expect(await table.eventsWithItem([...events, 'evt_none'])).toEqual(new Set(wanted.map(({ eventId }) => eventId)))
  })

  test('agree with the ledger, or end with 1 and a name', async () => {
    await insert(entries)
    await insertItems([feeItemOf(1)])
    const out = join(folder, 'tax.csv')

    expect(await run('tax', '--month', '2026-11', '--out', out, '--lang', 'ko')).toMatchObject({ code: 0 })
    expect(readFileSync(out, 'utf8')).toMatch(
      /^\ufeff가맹점.*\r\nshop,2026-11,KRW,1,10000,250,25,275,0,0,0,0,0,250,25\r\n$/,
    )
    await scratch.direct.write('UPDATE settlement_item SET vat = 24, net = net + 1')
    expect(await run('tax', '--month', '2026-11')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('shop, KRW: the items say 250 and VAT of 24, the ledger 250 and 25.'),
    })
  })

  test('of events that have no item yet are named', async () => {
    await insert(entries)
    const { code, stdout } = await run('tax', '--month', '2026-11', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      month: '2026-11',
      totals: [],
      unitemed: [{ isLeftOut: false, supplyMinor: '250', vatMinor: '25', eventIds: [entryOf(1).eventId] }],
    })
  })
})

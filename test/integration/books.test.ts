/** `npm run books` on a database of its own: what finance takes from the books. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { entryOf } from '../../shared/books/fake-books.ts'
import type { JournalEntry } from '../../shared/books/ports.ts'
import type { Database } from '../../shared/stores/database.ts'
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
beforeEach(() => scratch.direct.write('DELETE FROM ledger_entry'))

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

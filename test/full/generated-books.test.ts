/** Generated books are right by every invariant, in every status and with all work that can be left undone; a corruption in them is found. */
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { undoneWorks } from '../../scripts/lab/bench/scale/book-rows.ts'
import { ringEveryShard } from '../../scripts/lab/bench/scale/drains.ts'
import { type FillTarget, fillBooks, journalFolderOf } from '../../scripts/lab/bench/scale/fill-books.ts'
import { merchantName } from '../../scripts/lab/bench/scale/lives.ts'
import { connectControl } from '../../scripts/local/control.ts'
import { verify } from '../../scripts/operate/verify/settle.ts'
import type { VerifyReport } from '../../scripts/operate/verify/verify-system.ts'
import { paymentStatuses } from '../../shared/contracts/lists.ts'
import { everyInvariant, type InvariantGroup } from '../../shared/invariants/catalogue.ts'
import type { Database } from '../../shared/stores/database.ts'
import { MySqlPaymentReader } from '../../shared/stores/payment-reader.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { PaymentApi } from '../support/http.ts'
import { type OwnSystem, startOwnSystem } from '../support/own-system.ts'

jest.setTimeout(120_000)

const DAY_MS = 24 * 60 * 60_000
const PAYMENTS = 2_000
const PENDING = 10
const UNDONE = 300

const nowMs = Date.now()

let own: OwnSystem
let target: FillTarget
let database: TestDatabase
let report: VerifyReport

beforeAll(async () => {
  own = await startOwnSystem('generated')
  const control = connectControl(own.runFile)
  await Promise.all([control.stop('api'), control.stop('acquirer')])
  database = openDatabase(own.system.databaseUrl)
  target = {
    databaseUrl: own.system.databaseUrl,
    kafka: { brokers: own.system.brokers },
    journalFolder: journalFolderOf(dirname(own.runFile)),
    endMs: nowMs,
  }
  await fillBooks(
    target,
    {
      seed: 1,
      payments: PAYMENTS,
      fromMs: nowMs - 30 * DAY_MS,
      toMs: nowMs - 5 * 60_000,
      undone: [],
      pending: { payments: PENDING, leaseUntilMs: nowMs + 10 * 60_000 },
    },
    () => {},
  )
  await control.start('acquirer')
  report = await verify(own.system)
}, 240_000)

afterAll(async () => {
  await database?.close()
  await own?.stop()
}, 60_000)

/** Generated books are from before settlement: no VAT, no stored balances, no closed month, and nothing of these groups. */
const groupsOfSettlement: readonly InvariantGroup[] = ['Settlement', 'Reconciliation', 'Audit log']
const ofSettlement = new Set<string>([
  'balance-vat',
  'balance-snapshots',
  'closed-months',
  ...everyInvariant.filter(({ group }) => groupsOfSettlement.includes(group)).map(({ name }) => name),
])

const failuresOf = ({ results }: VerifyReport) =>
  results.filter(({ ok }) => !ok).map(({ name, rows }) => ({ name, rows: rows.slice(0, 3) }))

describe('generated books', () => {
  test('every invariant holds, and each had something to judge', () => {
    expect(failuresOf(report)).toEqual([])
    expect(report.results.map(({ name }) => name)).toEqual(everyInvariant.map(({ name }) => name))
    const idle = report.results.filter(({ checked }) => checked === 0).map(({ name }) => name)
    expect(idle.filter(name => !ofSettlement.has(name))).toEqual([])
    expect(report.figures.payments).toBe(PAYMENTS)
  })

  test('there are payments in every status', async () => {
    const rows = await database.rows<{ status: string }>('SELECT DISTINCT status FROM payment')
    expect(rows.map(({ status }) => status).sort()).toEqual([...paymentStatuses].sort())
  })

  test('events are numbered in the order of time, and those of more than a week ago are in the archive', async () => {
    const unordered = await database.count(
      `SELECT COUNT(*) FROM (SELECT created_at, LAG(created_at) OVER (ORDER BY id) AS before_it
         FROM (SELECT id, created_at FROM outbox_event UNION ALL SELECT id, created_at FROM outbox_archive) e) f
       WHERE created_at < before_it`,
    )
    const old = await database.count('SELECT COUNT(*) FROM outbox_event WHERE published_at < ?', [
      new Date(nowMs - 7 * DAY_MS),
    ])
    expect({ unordered, old }).toEqual({ unordered: 0, old: 0 })
    expect(await database.count('SELECT COUNT(*) FROM outbox_archive')).toBeGreaterThan(PAYMENTS)
  })

  test.each([
    ['of a status', { status: 'COMPLETED' }],
    ['of a merchant', { merchantId: merchantName(0) }],
    ['of both', { merchantId: merchantName(0), status: 'COMPLETED' }],
  ] as const)('a page %s from a cursor on reads about as many rows as it has', async (_, filter) => {
    const [middle] = await database.rows<{ payment_id: string }>(
      'SELECT payment_id FROM payment ORDER BY payment_id LIMIT 1 OFFSET ?',
      [PAYMENTS / 4],
    )
    // What a connection has read is told to that connection alone.
    const single = openDatabase(own.system.databaseUrl, 1)
    const rowsRead = async () => {
      const [row] = await single.rows<{ Value: string }>("SHOW SESSION STATUS LIKE 'Handler_read_prev'")
      return Number(row!.Value)
    }
    try {
      const select = (sql: string, values: readonly unknown[] = []) => single.rows(sql, [...values])
      const reader = new MySqlPaymentReader({ select } as unknown as Database)
      const before = await rowsRead()
      const page = await reader.list({ ...filter, limit: 20, beforePaymentId: middle!.payment_id })

      expect(page).toHaveLength(20)
      expect((await rowsRead()) - before).toBeLessThan(80)
    } finally {
      await single.close()
    }
  })

  test('a corruption of one row is found', async () => {
    const [entry] = await database.rows<{ entry_id: string }>(
      "SELECT entry_id FROM ledger_entry WHERE entry_type = 'fee' ORDER BY entry_id LIMIT 1 OFFSET 700",
    )
    const change = (by: number) =>
      database.write('UPDATE ledger_entry SET amount = amount + ? WHERE entry_id = ?', [by, entry!.entry_id])
    expect(await change(1)).toBe(1)
    const spoiled = await verify(own.system)
    await change(-1)

    expect(failuresOf(spoiled).map(({ name }) => name)).toEqual(['one-fee-entry', 'balance-merchants', 'balance-fees'])
    expect(spoiled.results.find(({ name }) => name === 'one-fee-entry')!.rows[0]!.row).toBe(entry!.entry_id)
    expect(failuresOf(await verify(own.system))).toEqual([])
  })

  test('work that is left undone is done by the product, and the books are right after it', async () => {
    const window = { fromMs: nowMs - 20 * DAY_MS, toMs: nowMs - 5 * 60_000 }
    await fillBooks(target, { seed: 2, payments: UNDONE, ...window, undone: undoneWorks }, () => {})
    expect(failuresOf(await verify(own.system)).map(({ name }) => name)).toEqual(['outbox-published'])
    // Nobody works on what is pending any more.
    await database.write('UPDATE payment_operation SET lease_until_ms = 0, next_attempt_at_ms = 0 WHERE state = ?', [
      'PENDING',
    ])
    await connectControl(own.runFile).start('api')
    await ringEveryShard(own.system)
    // What is due is done at once.
    const clock = await new PaymentApi(own.system.apiUrl).post('/sandbox/clock', { advance: 'PT1S' })
    expect([200, 202]).toContain(clock.status)
    const after = await verify(own.system, { settleMs: 60_000, graceMs: 0 })

    expect({ failures: failuresOf(after), pending: after.pending }).toEqual({ failures: [], pending: 0 })
    expect(after.figures.payments).toBe(PAYMENTS + UNDONE)
    const overdue = 'SELECT COUNT(*) FROM payment WHERE status IN (?) AND capture_before < ?'
    expect(await database.count(overdue, [['AUTHORIZED', 'PARTIALLY_CAPTURED'], new Date(nowMs)])).toBe(0)
  })
})

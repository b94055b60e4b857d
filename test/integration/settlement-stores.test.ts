/** Batches and payouts on MariaDB: chunks of thousands of items, several who do the same at once, and what each step leaves in the tables. */
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { HttpBank } from '../../shared/bank/http-bank.ts'
import { pain001 } from '../../shared/bank/pain-001.ts'
import type { DatedTerms } from '../../shared/domain/settlement-terms.ts'
import { FakeClock, FakeDoorbell } from '../../shared/payments/fakes.ts'
import { RowRefusedError } from '../../shared/payments/ports.ts'
import { createIds } from '../../shared/runtime/ids.ts'
import { CHUNK_ITEMS, closeBatches } from '../../shared/settlement/close-batches.ts'
import { createPayouts } from '../../shared/settlement/create-payouts.ts'
import { approveFile, cancelFile, cancelPayout } from '../../shared/settlement/decide-file.ts'
import { FakePayoutAlarms, fakeTerms, ScriptedBank } from '../../shared/settlement/fake-payouts.ts'
import { inquirePayouts } from '../../shared/settlement/inquire-payouts.ts'
import {
  type BookedTerms,
  DefaultsChangedError,
  type Payout,
  type SettlementItem,
} from '../../shared/settlement/ports.ts'
import { retryBatch } from '../../shared/settlement/retry-batch.ts'
import { sendFiles } from '../../shared/settlement/send-files.ts'
import { AuditLogTable } from '../../shared/stores/audit-log.ts'
import { AwaitedItemTables } from '../../shared/stores/awaited-items.ts'
import { BookedDefaultsTable } from '../../shared/stores/booked-defaults.ts'
import { BusinessCalendarTable } from '../../shared/stores/business-calendar.ts'
import type { Database } from '../../shared/stores/database.ts'
import { InvoiceTable, NegativeBalanceTable } from '../../shared/stores/invoices.ts'
import { PayoutFileTable } from '../../shared/stores/payout-files.ts'
import { PayoutTable } from '../../shared/stores/payouts.ts'
import { ReserveTable } from '../../shared/stores/reserves.ts'
import { BatchTable, UnbatchedItemTable } from '../../shared/stores/settlement-batches.ts'
import { SettlementItemTable } from '../../shared/stores/settlement-items.ts'
import { SettlementLedgerTable } from '../../shared/stores/settlement-ledger.ts'
import { SettlementTermsTable } from '../../shared/stores/settlement-terms.ts'
import { times } from '../support/rows.ts'
import { ScratchDatabase } from '../support/scratch-stores.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

const DAY_MS = 24 * 60 * 60_000
/** Friday, noon in Seoul. */
const NOW_MS = Date.UTC(2026, 0, 2, 3)
const NO_END = Number.POSITIVE_INFINITY
const decision = { actor: 'kim', reason: 'the usual run' }

const OWED = ['reserve_hold', 'merchant_invoice', 'negative_balance', 'settlement_terms']

let scratch: ScratchDatabase
beforeAll(async () => {
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'settlement')
})
afterAll(() => scratch?.drop())
beforeEach(async () => {
  for (const table of [
    'settlement_item',
    'settlement_batch',
    'payout',
    'payout_file',
    'ledger_entry',
    'outbox_event',
    ...OWED,
  ])
    await scratch.direct.write('DELETE FROM ??', [table])
})

const clock = new FakeClock(NOW_MS)
const ids = createIds(() => NOW_MS)

/** One process: pool, stores and the ports of every use case. */
function processOf() {
  const { database, outbox } = scratch.stores()
  return {
    transactions: database,
    /** What is asked from now on. */
    listen() {
      const asked: { sql: string; values: Parameters<Database['select']>[1] }[] = []
      const select = database.select.bind(database)
      database.select = (sql, values, tx) => {
        asked.push({ sql, values })
        return select(sql, values, tx)
      }
      return asked
    },
    outbox,
    items: new SettlementItemTable(database),
    unbatchedItems: new UnbatchedItemTable(database),
    undatedItems: new SettlementItemTable(database),
    batches: new BatchTable(database),
    reserves: new ReserveTable(database),
    invoices: new InvoiceTable(database),
    negativeBalances: new NegativeBalanceTable(database),
    payouts: new PayoutTable(database),
    payoutFiles: new PayoutFileTable(database),
    settlementLedger: new SettlementLedgerTable(database),
    terms: new SettlementTermsTable(database),
    calendars: new BusinessCalendarTable(database),
    auditLog: new AuditLogTable(database, () => NOW_MS),
    settlementDefaults: fakeTerms,
    payoutAlarms: new FakePayoutAlarms(),
    fileFormat: pain001,
    bank: new ScriptedBank(),
    doorbell: new FakeDoorbell(),
    clock,
    ids,
  }
}
type Process = ReturnType<typeof processOf>

const itemOf = (netMinor: number, given: Partial<SettlementItem> = {}): SettlementItem => ({
  ...{ itemId: ids.item(), merchantId: 'shop', currency: 'KRW', paymentId: null, eventId: ids.event() },
  ...{ type: 'capture', grossMinor: netMinor, feeMinor: 0, vatMinor: 0, netMinor },
  ...{ soldOn: '2026-01-02', periodEnd: '2026-01-02', dueOn: '2026-01-06', calendarVersion: 1 },
  ...given,
})

const sell = ({ transactions, items }: Process, sold: readonly SettlementItem[]): Promise<void> =>
  transactions.run('items', tx => items.insert(tx, sold, NOW_MS))

async function sellMany(ports: Process, count: number) {
  for (let sold = 0; sold < count; sold += 5_000)
    await sell(
      ports,
      times(Math.min(5_000, count - sold), () => itemOf(10)),
    )
}

const batches = () =>
  scratch.direct.rows(
    'SELECT merchant_id, period_end, state, item_count, net FROM settlement_batch ORDER BY period_end',
  )
const sums = () =>
  scratch.direct.rows(
    'SELECT b.net, b.item_count, SUM(i.net) AS items_net, COUNT(*) AS items FROM settlement_batch b JOIN settlement_item i ON i.batch_id = b.batch_id GROUP BY b.batch_id',
  )

test('the defaults are those of the first event, whoever books it, and others are refused', async () => {
  await scratch.direct.write('DELETE FROM booked_defaults', [])
  const configured = { vatMode: 'exclusive', refundFee: 'return' } as const
  const keep = (terms: BookedTerms) => {
    const { database } = scratch.stores()
    return database.runAlone(tx => new BookedDefaultsTable(database).keep(tx, terms, NOW_MS))
  }
  const read = () => new BookedDefaultsTable(scratch.stores().database).read()
  expect(await read()).toBeUndefined()
  await Promise.all(times(4, () => keep(configured)))

  expect(await read()).toEqual(configured)
  await keep(configured)
  for (const other of [{ vatMode: 'none' }, { refundFee: 'keep' }] as const)
    await expect(keep({ ...configured, ...other })).rejects.toBeInstanceOf(DefaultsChangedError)
  expect(await read()).toEqual(configured)
})

describe('events that have no item yet', () => {
  const insert = async (topic: string, at: { created: number; published?: number; parked?: number }) => {
    const eventId = ids.event()
    const timeOf = (timeMs: number | undefined) => (timeMs === undefined ? null : new Date(timeMs))
    await scratch.direct.write(
      `INSERT INTO outbox_event (event_id, topic, message_key, sequence, payload, shard, created_at, published_at, parked_at)
       VALUES (?)`,
      [[eventId, topic, eventId, 1, '{}', 3, timeOf(at.created), timeOf(at.published), timeOf(at.parked)]],
    )
    return eventId
  }
  const count = (limit = 100) => new AwaitedItemTables(scratch.stores().database).count(NOW_MS, limit)

  test('are those of captures and refunds that were taken, or written and not taken, since then', async () => {
    const before = NOW_MS - 1
    await insert('payment.captured', { created: before })
    await insert('payment.captured', { created: before, published: before })
    await insert('payment.captured', { created: NOW_MS, parked: NOW_MS })
    await insert('payment.authorized', { created: NOW_MS, published: NOW_MS })
    expect(await count()).toBe(0)

    await insert('payment.captured', { created: before, published: NOW_MS })
    await insert('payment.refunded', { created: NOW_MS })
    expect([await count(), await count(1)]).toEqual([2, 1])
  })

  test('are no longer awaited once they have one', async () => {
    const eventId = await insert('payment.captured', { created: NOW_MS, published: NOW_MS })
    expect(await count()).toBe(1)
    const { transactions, items } = processOf()
    await transactions.runAlone(tx => items.insert(tx, [{ ...itemOf(100), eventId }], NOW_MS))
    expect(await count()).toBe(0)
  })
})

describe('closing on MariaDB', () => {
  beforeEach(() => clock.advanceVirtual(NOW_MS + DAY_MS - clock.virtualNowMs()))

  test('25,000 items in three chunks, none longer than a second', async () => {
    const ports = processOf()
    await sellMany(ports, 25_000)
    const lastedMs: number[] = []
    const run: typeof ports.transactions.run = async (subject, work) => {
      const beganMs = performance.now()
      try {
        return await ports.transactions.run(subject, work)
      } finally {
        lastedMs.push(performance.now() - beganMs)
      }
    }
    expect(await closeBatches({ ...ports, transactions: { areSeparate: true, run } }, NO_END)).toMatchObject({
      closed: 1,
      carried: 0,
    })

    expect(CHUNK_ITEMS).toBe(10_000)
    expect(lastedMs).toHaveLength(1 + 3)
    console.log(`chunks: ${lastedMs.map(Math.round).join(', ')} ms`)
    expect(await batches()).toMatchObject([{ state: 'CLOSED', item_count: 25_000, net: 250_000 }])
    expect(await scratch.direct.count('SELECT COUNT(*) FROM settlement_item WHERE batch_id IS NULL')).toBe(0)
    expect(await scratch.direct.count("SELECT COUNT(*) FROM outbox_event WHERE topic = 'settlement.closed'")).toBe(1)
  })

  test('items whose year was loaded since get the due date of their batch, of two at once each one', async () => {
    const [one, other] = [processOf(), processOf()]
    await sell(
      one,
      times(6_000, () => itemOf(10, { dueOn: null })),
    )
    await Promise.all([closeBatches(one, NO_END), closeBatches(other, NO_END)])
    expect(
      await scratch.direct.rows(
        `SELECT CAST(i.due_on AS CHAR) AS due, CAST(b.due_on AS CHAR) AS paid, COUNT(*) AS count FROM settlement_item i
         JOIN settlement_batch b ON b.batch_id = i.batch_id GROUP BY i.due_on, b.due_on`,
      ),
    ).toEqual([{ due: '2026-01-06', paid: '2026-01-06', count: 6_000 }])
  })

  test('dates the items of one period without reading those of others', async () => {
    const ports = processOf()
    for (const periodEnd of times(10, day => `2026-01-0${day}`).slice(1))
      await sell(
        ports,
        times(500, index => itemOf(10, { merchantId: `shop${index % 50}`, dueOn: null, periodEnd })),
      )
    await scratch.direct.rows('ANALYZE TABLE settlement_item')
    const asked = ports.listen()
    const period = { merchantId: 'shop7', currency: 'KRW', periodEnd: '2026-01-05' }
    const due = { dueOn: '2026-01-07', calendarVersion: 1 }
    expect(await ports.transactions.runAlone(tx => ports.undatedItems.date(tx, period, due, 100))).toBe(10)

    const [{ sql, values }] = asked as [(typeof asked)[0]]
    const [plan] = await scratch.direct.rows<{ key: string; rows: number }>(`EXPLAIN ${sql}`, values as string[])
    expect(plan).toMatchObject({ key: 'settlement_item_by_due' })
    expect(Number(plan!.rows)).toBeLessThan(100)
  })

  test('two closers at once, and sales that go on meanwhile: each batch is the sum of its items', async () => {
    const [one, other] = [processOf(), processOf()]
    await sellMany(one, 6_000)
    const selling = (async () => {
      for (let number = 0; number < 20; number++)
        await sell(
          other,
          times(50, () => itemOf(10)),
        )
    })()
    const done = await Promise.all([closeBatches(one, NO_END, 500), closeBatches(other, NO_END, 500), selling])

    expect(done[0].closed + done[1].closed).toBe(1)
    const [sum] = await sums()
    expect(sum).toMatchObject({ net: Number(sum!.items_net), item_count: Number(sum!.items) })
    const left = await scratch.direct.count('SELECT COUNT(*) FROM settlement_item WHERE batch_id IS NULL')
    expect(Number(sum!.items) + left).toBe(7_000)
  })

  test('carries a negative sum in the batch and out of it', async () => {
    const ports = processOf()
    await sell(ports, [itemOf(-700, { type: 'refund' }), itemOf(300, { merchantId: 'other' })])
    expect(await closeBatches(ports, NO_END)).toMatchObject({ closed: 1, carried: 1 })

    expect(
      await scratch.direct.rows(
        "SELECT type, net, period_end, batch_id IS NULL AS is_open FROM settlement_item WHERE type LIKE 'carry%' ORDER BY net DESC",
      ),
    ).toMatchObject([
      { type: 'carry_out', net: 700, period_end: new Date('2026-01-02'), is_open: 0 },
      { type: 'carry_in', net: -700, period_end: new Date('2026-01-03'), is_open: 1 },
    ])
    const shop = { merchantId: 'shop', currency: 'KRW' }
    expect(await ports.unbatchedItems.unbatched([shop])).toEqual([{ firstPeriodEnd: null, carriedMinor: -700 }])
    expect(await ports.unbatchedItems.listAccounts()).toEqual([shop])
  })

  test('looks at 2,000 accounts that have nothing to close in a few statements, however many items they have', async () => {
    const ports = processOf()
    const merchantOf = (index: number) => `m${String(index).padStart(4, '0')}`
    const sold = { soldOn: '2026-01-05', periodEnd: '2026-01-05' }
    const ofEach = (given: Partial<SettlementItem>, from: number) =>
      times(1_000, index => itemOf(-5, { merchantId: merchantOf(from + index), ...given }))
    for (const given of times(5, () => sold)) await sell(ports, ofEach(given, 0))
    // What was carried waits for a sale.
    await sell(ports, ofEach({ type: 'carry_in' }, 1_000))
    const asked = ports.listen()
    const look = async () => {
      asked.length = 0
      const beganMs = performance.now()
      expect(await closeBatches(ports, NO_END)).toMatchObject({ closed: 0, carried: 0 })
      console.log(`2,000 accounts: ${asked.length} statements in ${Math.round(performance.now() - beganMs)} ms`)
      return asked.length
    }
    // None has had a batch: each is found behind the one before.
    expect(await look()).toBeLessThan(2_100)
    await ports.transactions.run('batches', async tx => {
      // Each fiftieth is new.
      for (const index of times(2_000, place => place))
        if (index % 50 > 0)
          await ports.batches.insert(tx, {
            ...{
              batchId: ids.batch(),
              merchantId: merchantOf(index),
              currency: 'KRW',
              periodEnd: '2026-01-01',
              sequence: 1,
            },
            ...{
              dueOn: '2026-01-05',
              state: 'CLOSED',
              itemCount: 1,
              netMinor: 1,
              openedAtMs: NOW_MS,
              closedAtMs: NOW_MS,
              attemptsMax: 5,
            },
          })
    })
    expect(await look()).toBeLessThan(150)
    expect(await ports.unbatchedItems.listAccounts()).toEqual(
      times(2_000, index => ({ merchantId: merchantOf(index), currency: 'KRW' })),
    )

    const { sql, values } = asked.find(each => each.sql.includes('batch_id IS NULL AND (merchant_id > ?'))!
    const plan = await scratch.direct.rows<{ key: string; Extra: string }>(
      `EXPLAIN ${sql.split(' UNION ALL ')[0]}`,
      values.slice(0, 3) as string[],
    )
    expect(plan).toMatchObject([{ key: 'settlement_item_by_batch' }])
    expect(plan[0]!.Extra).toContain('Using index')
    expect(plan[0]!.Extra).not.toContain('filesort')
  })

  test('says of many accounts what it says of each', async () => {
    const ports = processOf()
    await sell(ports, [
      itemOf(100),
      itemOf(-700, { type: 'refund', merchantId: 'other' }),
      itemOf(50, { currency: 'USD', periodEnd: '2026-01-05' }),
      itemOf(30, { currency: 'USD', periodEnd: '2026-01-04' }),
    ])
    await closeBatches(ports, NO_END)
    await sell(ports, [itemOf(10, { periodEnd: '2026-01-07' })])
    const accounts = await ports.unbatchedItems.listAccounts()
    expect(accounts.map(({ merchantId, currency }) => `${merchantId} ${currency}`)).toEqual([
      'other KRW',
      'shop KRW',
      'shop USD',
    ])

    const unbatched = await ports.unbatchedItems.unbatched(accounts)
    expect(unbatched).toEqual([
      { firstPeriodEnd: null, carriedMinor: -700 },
      { firstPeriodEnd: '2026-01-07', carriedMinor: 0 },
      { firstPeriodEnd: '2026-01-04', carriedMinor: 0 },
    ])
    const last = await ports.batches.last(accounts)
    expect(last.map(batch => batch?.netMinor)).toEqual([0, 100, undefined])
    for (const [place, account] of accounts.entries()) {
      expect(await ports.unbatchedItems.unbatched([account])).toEqual([unbatched[place]])
      expect(await ports.batches.last([account])).toEqual([last[place]])
    }
  })
})

describe('reserves and invoices on MariaDB', () => {
  beforeEach(async () => {
    clock.advanceVirtual(NOW_MS - clock.virtualNowMs())
    const terms = { reserveBasisPoints: 1_000, reserveDays: 5, invoiceAfterDays: 3 }
    const { transactions, terms: table } = processOf()
    await transactions.runAlone(tx =>
      table.insertTerms(
        tx,
        { ...fakeTerms, ...terms, merchantId: 'shop', currency: 'KRW', validFromMs: 0 },
        'kim',
        NOW_MS,
      ),
    )
  })
  const dayLater = (days = 1) => clock.advanceVirtual(days * DAY_MS)
  async function sellAndClose(ports: ReturnType<typeof processOf>, netMinor: number) {
    const day = new Date(clock.virtualNowMs()).toISOString().slice(0, 10)
    await sell(ports, [itemOf(netMinor, { soldOn: day, periodEnd: day })])
    dayLater()
    return closeBatches(ports, NO_END)
  }
  const holds = () => scratch.direct.rows('SELECT amount, released, used, is_open FROM reserve_hold ORDER BY hold_id')
  const invoices = () => scratch.direct.rows('SELECT amount, deducted, remaining, state FROM merchant_invoice')
  const balance = async (account: string) =>
    Number(
      (
        await scratch.direct.rows<{ sum: string | null }>(
          'SELECT SUM(CASE WHEN debit_account = ? THEN amount ELSE -amount END) AS sum FROM ledger_entry WHERE debit_account = ? OR credit_account = ?',
          [account, account, account],
        )
      )[0]!.sum,
    )

  test('what is held covers a refund, the rest is released, and what is owed is invoiced and deducted', async () => {
    const ports = processOf()
    for (const netMinor of [10_000, 20_000, -1_500]) await sellAndClose(ports, netMinor)
    expect(await holds()).toMatchObject([
      { amount: 1_000, released: 0, used: 1_000, is_open: 0 },
      { amount: 2_000, released: 0, used: 500, is_open: 1 },
    ])
    dayLater(6)
    expect(await closeBatches(ports, NO_END)).toMatchObject({ released: 1 })
    dayLater()
    await closeBatches(ports, NO_END)
    expect(await holds()).toMatchObject([{ is_open: 0 }, { released: 1_500, used: 500, is_open: 0 }])

    await sellAndClose(ports, -2_000)
    dayLater(7)
    expect(await closeBatches(ports, NO_END)).toMatchObject({ invoiced: 1 })
    expect(await invoices()).toMatchObject([{ amount: 2_000, remaining: 2_000, state: 'OPEN' }])
    dayLater()
    await closeBatches(ports, NO_END)
    await sellAndClose(ports, 2_500)
    expect(await invoices()).toMatchObject([{ deducted: 2_000, remaining: 0, state: 'PAID' }])
    expect(await balance('merchant_receivable:shop')).toBe(0)
    expect(await balance('merchant_reserve:shop')).toBe(-50)
    const open = await ports.unbatchedItems.openSum(undefined, { merchantId: 'shop', currency: 'KRW' })
    const [unpaid] = await scratch.direct.rows<{ net: string }>(
      "SELECT SUM(net) AS net FROM settlement_batch WHERE state = 'CLOSED'",
    )
    expect(open + Number(unpaid!.net)).toBe(10_000 + 20_000 - 1_500 - 2_000 + 2_500 - 50)
  })

  test('a thousand reserves of one merchant are used in transactions of less than a second, by two at once', async () => {
    const ports = processOf()
    const rows = times(1_000, index => [
      ...[`hld_${String(index).padStart(26, '0')}`, 'shop', 'KRW', `bat_${String(index).padStart(26, '0')}`, 10, 1],
      ...['2026-01-01', 30, 'KR', 'Asia/Seoul', '2026-03-01', 1, new Date(NOW_MS)],
    ])
    await scratch.direct.write(
      `INSERT INTO reserve_hold (hold_id, merchant_id, currency, batch_id, amount, is_open, period_end, reserve_days, calendar,
         timezone, release_on, event_count, held_at) VALUES ${rows.map(() => '(?)').join(', ')}`,
      rows,
    )
    const lastedMs: number[] = []
    const run: typeof ports.transactions.run = async (subject, work) => {
      const beganMs = performance.now()
      try {
        return await ports.transactions.run(subject, work)
      } finally {
        lastedMs.push(performance.now() - beganMs)
      }
    }
    await sell(ports, [itemOf(-9_995, { type: 'refund' })])
    dayLater()
    const timed = { ...ports, transactions: { areSeparate: true as const, run } }
    await Promise.all([closeBatches(timed, NO_END), closeBatches(processOf(), NO_END)])

    console.log(`reserves: ${lastedMs.map(Math.round).join(', ')} ms`)
    expect(await scratch.direct.rows('SELECT SUM(used) AS used, SUM(is_open) AS open FROM reserve_hold')).toMatchObject(
      [{ used: '9995', open: '1' }],
    )
    expect(await batches()).toMatchObject([{ state: 'CARRIED', item_count: 1_001, net: 0 }])
  })

  test('what is due is found by an index', async () => {
    const plans = await Promise.all(
      [
        'SELECT timezone, MIN(release_on) FROM reserve_hold WHERE is_open = 1 AND release_on IS NOT NULL GROUP BY timezone',
        "SELECT hold_id FROM reserve_hold WHERE is_open = 1 AND timezone = 'Asia/Seoul' AND release_on <= '2026-01-01' ORDER BY release_on, hold_id LIMIT 100",
        "SELECT hold_id FROM reserve_hold WHERE merchant_id = 'shop' AND currency = 'KRW' AND is_open = 1 ORDER BY hold_id LIMIT 500 FOR UPDATE",
      ].map(sql => scratch.direct.rows<{ key: string; Extra: string }>(`EXPLAIN ${sql}`)),
    )
    expect(plans.map(([plan]) => plan!.key)).toEqual([
      'reserve_hold_due',
      'reserve_hold_due',
      'reserve_hold_of_account',
    ])
  })
})

describe('payouts on MariaDB', () => {
  /** Batches that are due, of so many merchants. */
  async function withClosed(count: number) {
    const ports = processOf()
    clock.advanceVirtual(NOW_MS + DAY_MS - clock.virtualNowMs())
    await sell(
      ports,
      times(count, index => itemOf(100 + index, { merchantId: `shop${index}` })),
    )
    await closeBatches(ports, NO_END)
    clock.advanceVirtual(3 * DAY_MS)
    return ports
  }
  const payouts = () =>
    scratch.direct.rows('SELECT state, attempt, event_count, failure FROM payout ORDER BY batch_id, attempt')
  const entries = () =>
    scratch.direct.rows(
      'SELECT entry_type, COUNT(*) AS count, SUM(amount) AS sum FROM ledger_entry GROUP BY entry_type ORDER BY 1',
    )
  const onlyFile = async () =>
    (await scratch.direct.rows<{ file_id: string }>('SELECT file_id FROM payout_file'))[0]!.file_id

  test('are made once by two at once, and all are in files', async () => {
    const [one, other] = [await withClosed(30), processOf()]
    const made = await Promise.all([createPayouts(one, NO_END), createPayouts(other, NO_END)])

    expect(made[0].created + made[1].created).toBe(30)
    expect(await entries()).toEqual([{ entry_type: 'payout', count: 30, sum: '3435' }])
    expect(await scratch.direct.count('SELECT COUNT(*) FROM payout WHERE file_id IS NULL')).toBe(0)
    expect(await scratch.direct.count('SELECT SUM(payout_count) FROM payout_file')).toBe(30)
    const [row] = await scratch.direct.rows(
      'SELECT payment_id, subject_id, debit_account, credit_account FROM ledger_entry',
    )
    expect(row).toMatchObject({
      payment_id: null,
      subject_id: expect.stringMatching(/^out_/),
      credit_account: 'payout_in_transit',
    })
  })

  test('to a merchant that is held, or has another account by now, are canceled before they are approved', async () => {
    const ports = await withClosed(4)
    await createPayouts(ports, NO_END)
    const terms = { ...fakeTerms, currency: 'KRW', validFromMs: clock.virtualNowMs() }
    const later = { ...terms, validFromMs: clock.virtualNowMs() + DAY_MS }
    await ports.transactions.runAlone(async tx => {
      const insert = (row: DatedTerms) => ports.terms.insertTerms(tx, row, 'kim', NOW_MS)
      await insert({ ...terms, merchantId: 'shop0', heldReason: 'it came back' })
      await insert({ ...terms, merchantId: 'shop1', accountToken: 'acct_new' })
      await insert({ ...terms, merchantId: 'shop2', delayDays: 1 })
      await insert({ ...later, merchantId: 'shop3', accountToken: 'acct_new' })
    })
    expect(await ports.payouts.listOfHeld('CREATED', 2)).toHaveLength(2)
    const [first, ...rest] = await ports.payouts.listOfHeld('CREATED', 10)
    expect(rest).toHaveLength(2)
    expect(await ports.payouts.listOfHeld('CREATED', 10, first!.payoutId)).toEqual(rest)
    expect(await approveFile(ports, await onlyFile(), decision)).toEqual({ kind: 'held', count: 2 })

    expect(await createPayouts(ports, NO_END)).toMatchObject({ canceled: 2, held: 1, created: 1 })
    expect(
      await scratch.direct.rows('SELECT merchant_id, state, account_token FROM payout ORDER BY merchant_id, attempt'),
    ).toEqual([
      { merchant_id: 'shop0', state: 'CANCELED', account_token: 'acct_pay' },
      { merchant_id: 'shop1', state: 'CANCELED', account_token: 'acct_pay' },
      { merchant_id: 'shop1', state: 'CREATED', account_token: 'acct_new' },
      { merchant_id: 'shop2', state: 'CREATED', account_token: 'acct_pay' },
      { merchant_id: 'shop3', state: 'CREATED', account_token: 'acct_pay' },
    ])
  })

  test('go from the approval to the bank’s answer', async () => {
    const ports = await withClosed(3)
    await createPayouts(ports, NO_END)
    const fileId = await onlyFile()
    expect(await approveFile(ports, fileId, decision)).toMatchObject({ kind: 'decided' })
    expect(await sendFiles(ports, NO_END)).toEqual({ sent: 1, accepted: 1, rejected: 0, unclear: 0 })
    expect(await inquirePayouts(ports, NO_END)).toEqual({ confirmed: 3, failed: 0, pending: 0 })

    expect(await payouts()).toEqual(times(3, () => ({ state: 'CONFIRMED', attempt: 1, event_count: 2, failure: null })))
    const [[, xml]] = ports.bank.handedIn as [[string, string]]
    expect(xml).toContain('<NbOfTxs>3</NbOfTxs><CtrlSum>303</CtrlSum>')
    expect(await ports.payoutFiles.find(fileId)).toMatchObject({ state: 'ACCEPTED', approvedBy: 'kim' })
  })

  test('that fail are booked back, and tried again', async () => {
    const ports = await withClosed(1)
    ports.bank.verdictOf = () => ({ kind: 'failed', reason: 'account closed' })
    await createPayouts(ports, NO_END)
    await approveFile(ports, await onlyFile(), decision)
    await sendFiles(ports, NO_END)
    await inquirePayouts(ports, NO_END)
    await createPayouts(ports, NO_END)

    expect(await payouts()).toMatchObject([
      { state: 'FAILED', attempt: 1, event_count: 3, failure: 'account closed' },
      { state: 'CREATED', attempt: 2, event_count: 1 },
    ])
    expect(await entries()).toEqual([
      { entry_type: 'payout', count: 2, sum: '200' },
      { entry_type: 'payout_failed', count: 1, sum: '100' },
    ])
  })

  test('that are used up get one more, of two who ask for it at once', async () => {
    const [one, other] = [await withClosed(2), processOf()]
    for (let attempt = 1; attempt <= 5; attempt++) {
      await createPayouts(one, NO_END)
      const [file] = await one.payoutFiles.listByState('PREPARED', NOW_MS, 1)
      expect(await cancelFile(one, file!.fileId, decision)).toMatchObject({ kind: 'decided' })
    }
    expect(await createPayouts(one, NO_END)).toMatchObject({ created: 0 })
    const [batch, unasked] = await one.batches.listByState('CLOSED', 2)
    const { batchId } = batch!
    expect(await one.batches.listUsedUp(2)).toEqual([batch, unasked])
    const asked = await Promise.all([retryBatch(one, batchId, decision), retryBatch(other, batchId, decision)])

    expect(asked.map(({ kind }) => kind).sort()).toEqual(['attempts_left', 'retried'])
    expect(asked).toMatchObject(times(2, () => ({ attempt: 6, standing: { kind: 'payable' } })))
    expect(await one.batches.listByState('CLOSED', 2)).toEqual([{ ...batch, attemptsMax: 6 }, unasked])
    expect(await one.batches.listUsedUp(2)).toEqual([unasked])
    const made = await Promise.all([createPayouts(one, NO_END), createPayouts(other, NO_END)])
    expect(made[0].created + made[1].created).toBe(1)
    const retried = "SELECT COUNT(*) FROM audit_log WHERE action = 'batch.retried' AND subject = ?"
    expect(await scratch.direct.count(retried, [batchId])).toBe(1)
    const newest = 'SELECT batch_id, attempt, state FROM payout WHERE attempt > 5'
    expect(await scratch.direct.rows(newest)).toEqual([{ batch_id: batchId, attempt: 6, state: 'CREATED' }])
    expect(await retryBatch(one, batchId, decision)).toMatchObject({ kind: 'living', payout: { attempt: 6 } })
    expect(await one.batches.listUsedUp(2)).toEqual([unasked])
  })

  test('are five where nobody has said more, and never more than a hundred', async () => {
    const ports = await withClosed(1)
    const [batch] = await ports.batches.listByState('CLOSED', 1)
    expect(batch!.attemptsMax).toBe(5)
    const allow = (attemptsMax: number) =>
      ports.transactions.runAlone(tx => ports.batches.update(tx, { ...batch!, attemptsMax }))
    for (const attemptsMax of [4, 101]) await expect(allow(attemptsMax)).rejects.toBeInstanceOf(RowRefusedError)
    await allow(100)
    expect(await ports.batches.listByState('CLOSED', 1)).toEqual([{ ...batch, attemptsMax: 100 }])
  })

  // What the functions of the release before write.
  test('of a batch that does not say how many it may have are five', async () => {
    const ports = processOf()
    await scratch.direct.write(
      `INSERT INTO settlement_batch (batch_id, merchant_id, currency, period_end, sequence, due_on, state, opened_at)
       VALUES (?, 'shop', 'KRW', '2026-01-02', 1, '2026-01-06', 'CLOSED', '2026-01-03')`,
      [ids.batch()],
    )
    expect(await ports.batches.listByState('CLOSED', 2)).toMatchObject([{ attemptsMax: 5 }])
  })

  test('fill a file of 2,000, which is prepared, approved, sent and rejected in transactions of a second', async () => {
    const ports = await withClosed(1)
    const payout = (number: number): Payout => ({
      ...{ payoutId: ids.payout(), batchId: ids.batch(), attempt: 1, merchantId: `shop${number}`, currency: 'KRW' },
      ...{ amountMinor: 100, accountToken: 'acct_pay', state: 'CREATED', fileId: null, bankRef: null, failure: null },
      ...{ eventCount: 1, askAtMs: 0, createdAtMs: NOW_MS, updatedAtMs: NOW_MS },
    })
    await ports.transactions.run('payouts', async tx => {
      for (let number = 0; number < 1_999; number++) await ports.payouts.insert(tx, payout(number))
    })
    const lastedMs: number[] = []
    const timed = async <T>(work: () => Promise<T>): Promise<T> => {
      const beganMs = performance.now()
      const result = await work()
      lastedMs.push(Math.round(performance.now() - beganMs))
      return result
    }
    await timed(() => createPayouts(ports, NO_END))
    const fileId = await onlyFile()
    await timed(() => approveFile(ports, fileId, decision))
    ports.bank.script.submitFile.push({ kind: 'rejected', reason: 'the sums differ' })
    await timed(() => sendFiles(ports, NO_END))

    console.log(`prepared, approved, sent and rejected: ${lastedMs.join(', ')} ms`)
    expect(await scratch.direct.rows('SELECT state, COUNT(*) AS count FROM payout GROUP BY state')).toEqual([
      { state: 'FAILED', count: 2_000 },
    ])
    expect(await scratch.direct.count("SELECT COUNT(*) FROM outbox_event WHERE topic LIKE 'payout.%'")).toBe(4_001)
  })

  test('are canceled one by one and as a file, with an audit row each', async () => {
    const ports = await withClosed(3)
    await createPayouts(ports, NO_END)
    const fileId = await onlyFile()
    const [payout] = await ports.payouts.listByFile(fileId)
    await cancelPayout(ports, payout!.payoutId, decision)
    expect(await ports.payoutFiles.find(fileId)).toMatchObject({ state: 'PREPARED', payoutCount: 2, totalMinor: 203 })
    await cancelFile(ports, fileId, decision)

    expect(await ports.payoutFiles.find(fileId)).toMatchObject({ state: 'CANCELED', payoutCount: 0, totalMinor: 0 })
    expect(await scratch.direct.rows('SELECT action FROM audit_log ORDER BY id')).toMatchObject(
      expect.arrayContaining([{ action: 'payout.canceled' }, { action: 'payout-file.canceled' }]),
    )
    expect(await entries()).toEqual([
      { entry_type: 'payout', count: 3, sum: '303' },
      { entry_type: 'payout_failed', count: 3, sum: '303' },
    ])
  })

  test('wait as files and as payouts, since they were prepared, approved and sent', async () => {
    const ports = await withClosed(2)
    const none = { count: 0, sinceMs: null }
    const files = { PREPARED: none, APPROVED: none, SENT: none }
    expect(await ports.payoutFiles.waiting()).toEqual(files)
    expect(await ports.payouts.unanswered(10)).toEqual(none)
    await createPayouts(ports, NO_END)
    const first = { count: 1, sinceMs: clock.virtualNowMs() }
    expect(await ports.payoutFiles.waiting()).toEqual({ ...files, PREPARED: first })

    clock.advanceVirtual(1_000)
    await approveFile(ports, await onlyFile(), decision)
    const approved = { count: 1, sinceMs: clock.virtualNowMs() }
    expect(await ports.payoutFiles.waiting()).toEqual({ ...files, APPROVED: approved })

    clock.advanceVirtual(1_000)
    ports.bank.away = true
    await sendFiles(ports, NO_END)
    expect(await ports.payoutFiles.waiting()).toEqual({ ...files, SENT: approved })
    expect(await ports.payouts.unanswered(10)).toEqual({ count: 2, sinceMs: clock.virtualNowMs() })
    expect(await ports.payouts.unanswered(1)).toMatchObject({ count: 1 })
  })

  test('of a bank that is not there stay sent', async () => {
    const ports = await withClosed(1)
    await createPayouts(ports, NO_END)
    await approveFile(ports, await onlyFile(), decision)
    const send = () => Promise.reject(new Error('ECONNREFUSED'))
    const away = new HttpBank({ requests: { send }, timeoutMs: 100, onUnclear: () => undefined })

    expect(await sendFiles({ ...ports, bank: away }, NO_END)).toEqual({ sent: 1, accepted: 0, rejected: 0, unclear: 1 })
    expect(await payouts()).toMatchObject([{ state: 'SENT' }])
    expect(await ports.payoutFiles.nextAskMs()).toBeGreaterThan(clock.virtualNowMs())
  })
})

/** Control accounts against their subledgers, on MariaDB: equal, explained by what is under way, or not, and never more rows than may be read. */
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { ComparedControl } from '../../shared/contracts/ledger-limits.ts'
import { compareControl } from '../../shared/settlement/compare-control.ts'
import { ControlBooksTables } from '../../shared/stores/control-books.ts'
import type { Database } from '../../shared/stores/database.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { ids, NOW_MS } from '../support/rows.ts'
import { ScratchDatabase } from '../support/scratch-stores.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

let scratch: ScratchDatabase
let single: TestDatabase
const asked: Array<{ sql: string; values: unknown[] }> = []

/** Not the pool of the product: what a statement is, is looked at. */
const onOneConnection = ((work: (query: (sql: string, values: unknown[]) => Promise<unknown>) => Promise<unknown>) =>
  work(async (sql, values) => {
    asked.push({ sql, values })
    return single.rows(sql, values)
  }).finally(() => single.rows('ROLLBACK'))) as unknown as Database['onOneConnection']

beforeAll(async () => {
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'controls')
  single = openDatabase(scratch.url, 1)
})
afterAll(async () => {
  await single?.close()
  await scratch?.drop()
})

const tables = [
  ...['ledger_entry', 'settlement_item', 'settlement_batch', 'payout', 'reserve_hold', 'merchant_invoice'],
  ...['recon_expectation', 'recon_break', 'account_snapshot'],
]
beforeEach(async () => {
  for (const table of tables) await scratch.direct.write(`DELETE FROM ${table}`)
  asked.length = 0
})

const at = new Date(NOW_MS)
const DAY = '2026-01-02'
const PAYABLE = 'merchant_payable:shop'
const RECEIVABLE = 'acquirer_receivable'

const insert = (table: string, row: Record<string, unknown>) =>
  scratch.direct.write('INSERT INTO ?? SET ?', [table, row])

type Of = { eventId?: string; type?: string; paymentId?: string | null }
const book = (debit: string, credit: string, amount: number, { eventId, type = 'capture', paymentId }: Of = {}) =>
  insert('ledger_entry', {
    entry_id: ids.entry(),
    payment_id: paymentId === undefined ? ids.payment() : paymentId,
    event_id: eventId ?? ids.event(),
    entry_type: type,
    debit_account: debit,
    credit_account: credit,
    amount,
    currency: 'KRW',
    occurred_at: at,
    recorded_at: at,
  })

const item = (gross: number, fee: number, { eventId = ids.event(), batchId = null as string | null } = {}) =>
  insert('settlement_item', {
    item_id: ids.item(),
    merchant_id: 'shop',
    currency: 'KRW',
    payment_id: ids.payment(),
    event_id: eventId,
    type: 'capture',
    gross,
    fee,
    vat: 0,
    net: gross - fee,
    sold_on: DAY,
    period_end: DAY,
    calendar_version: 0,
    batch_id: batchId,
    recorded_at: at,
  })

const expectation = (amount: number, state: string, eventId = ids.event()) =>
  insert('recon_expectation', {
    expectation_id: ids.expectation(),
    source_id: 'acquirer',
    match_key: ids.operation(),
    kind: 'capture',
    event_id: eventId,
    amount,
    fee: 0,
    vat: 0,
    currency: 'KRW',
    state,
    recorded_at: at,
  })

let sequence = 0
async function batch(net: number, state: string, payoutState?: string): Promise<string> {
  const batchId = ids.batch()
  await insert('settlement_batch', {
    batch_id: batchId,
    merchant_id: 'shop',
    currency: 'KRW',
    period_end: DAY,
    sequence: ++sequence,
    due_on: DAY,
    state,
    net,
    opened_at: at,
  })
  if (payoutState !== undefined)
    await insert('payout', {
      payout_id: ids.payout(),
      batch_id: batchId,
      attempt: 1,
      merchant_id: 'shop',
      amount: net,
      currency: 'KRW',
      account_token: 'acct',
      state: payoutState,
      event_count: 1,
      created_at: at,
      updated_at: at,
    })
  return batchId
}

/** A sale of 1,000 with a fee of 25 that everybody knows. */
async function sale(): Promise<void> {
  const eventId = ids.event()
  const paymentId = ids.payment()
  await book(RECEIVABLE, PAYABLE, 1_000, { eventId, paymentId })
  await book(PAYABLE, 'fee_revenue', 25, { eventId, paymentId, type: 'fee' })
  await item(1_000, 25, { eventId })
  await expectation(1_000, 'OPEN', eventId)
}

async function compare(control: ComparedControl, rowsMax?: number) {
  const controlBooks = new ControlBooksTables({ onOneConnection }, rowsMax)
  return (await compareControl({ controlBooks, clock: { nowMs: () => NOW_MS } }, control, undefined)).accounts
}

const one = async (control: ComparedControl, rowsMax?: number) => {
  const [found, ...others] = await compare(control, rowsMax)
  expect(others).toEqual([])
  return found!
}

describe('what merchants are owed', () => {
  test('is items in no batch or an open one, and batches that are not paid', async () => {
    await sale()
    await sale()
    await scratch.direct.write('UPDATE settlement_item SET batch_id = ? LIMIT 1', [await batch(975, 'OPEN')])
    // Closed, one not paid, one whose payout failed; two whose payout lives, and one that is over.
    await batch(400, 'CLOSED')
    await batch(300, 'HELD', 'FAILED')
    await batch(200, 'CLOSED', 'SENT')
    await batch(100, 'PAID', 'PAID')
    await book('cash', PAYABLE, 700, { paymentId: null, type: 'planted' })
    expect(await one('merchant_payable')).toMatchObject({
      account: PAYABLE,
      ledger: '-2650',
      subledger: '-2650',
      result: 'equal',
    })
  })

  test('that has no item yet, or no fee yet, is under way', async () => {
    await sale()
    await book(RECEIVABLE, PAYABLE, 500)
    const eventId = ids.event()
    await book(RECEIVABLE, PAYABLE, 200, { eventId })
    await item(200, 5, { eventId })
    expect(await one('merchant_payable')).toMatchObject({
      ledger: '-1675',
      subledger: '-1170',
      underWay: { amount: '-505', events: 2, since: at.toISOString() },
      result: 'under_way',
    })
  })

  test('is not equal when one amount was changed, whatever is under way', async () => {
    await sale()
    await book(RECEIVABLE, PAYABLE, 500)
    await scratch.direct.write("UPDATE ledger_entry SET amount = amount + 1 WHERE entry_type = 'fee'")
    expect(await one('merchant_payable')).toMatchObject({
      ledger: '-1474',
      subledger: '-975',
      underWay: { amount: '-500', events: 1 },
      result: 'unequal',
    })
  })

  test('of many merchants with something under way comes in more than one part, none left out', async () => {
    for (const name of 'abcdefgh') await book(RECEIVABLE, `merchant_payable:${name}`, 10)
    const controlBooks = new ControlBooksTables({ onOneConnection })
    const first = await controlBooks.compare('merchant_payable', undefined, 25)
    const second = await controlBooks.compare('merchant_payable', first.accounts.at(-1), 25)
    const names = [...first.accounts, ...second.accounts].map(({ account }) => account.slice(-1)).join('')
    expect([first.accounts.length, first.hasMore, names, second.hasMore]).toEqual([5, true, 'abcdefgh', false])
  })

  test('is not added up beyond so many rows', async () => {
    await sale()
    await sale()
    expect(await one('merchant_payable', 2)).toMatchObject({ result: 'equal' })
    expect(await one('merchant_payable', 1)).toMatchObject({ subledger: null, result: 'too_many' })
  })
})

describe('what the acquirer owes', () => {
  test('is what is expected of it and not settled; an event of a moment ago is under way', async () => {
    await sale()
    await expectation(300, 'OVERDUE')
    await expectation(50, 'SETTLED')
    await book(RECEIVABLE, 'cash', 300, { paymentId: null, type: 'planted' })
    expect(await one('acquirer_receivable')).toMatchObject({ ledger: '1300', subledger: '1300', result: 'equal' })
    await book(RECEIVABLE, PAYABLE, 7)
    expect(await one('acquirer_receivable')).toMatchObject({ underWay: { amount: '7' }, result: 'under_way' })
    await book(RECEIVABLE, 'cash', 1, { paymentId: null, type: 'planted' })
    expect(await one('acquirer_receivable')).toMatchObject({ result: 'unequal' })
  })
})

const moved = (debit: string, credit: string, amount: number) =>
  book(debit, credit, amount, { paymentId: null, type: 'planted' })

describe('other control accounts', () => {
  test('reserves are what is held', async () => {
    const hold = { merchant_id: 'shop', currency: 'KRW', period_end: DAY, reserve_days: 7, calendar: 'KR' }
    const rest = { timezone: 'Asia/Seoul', event_count: 1, held_at: at }
    const add = (amount: number, released: number, used: number) =>
      insert('reserve_hold', {
        ...{ ...hold, ...rest, hold_id: ids.hold(), batch_id: ids.batch() },
        ...{ amount, released, used, is_open: released + used < amount ? 1 : 0 },
      })
    await add(100, 30, 10)
    await add(50, 50, 0)
    await moved(PAYABLE, 'merchant_reserve:shop', 60)
    expect(await one('merchant_reserve')).toMatchObject({ ledger: '-60', subledger: '-60', result: 'equal' })
    await moved(PAYABLE, 'merchant_reserve:shop', 1)
    expect(await one('merchant_reserve')).toMatchObject({ ledger: '-61', subledger: '-60', result: 'unequal' })
  })

  test('invoices are what remains of them', async () => {
    const invoice = { merchant_id: 'shop', currency: 'KRW', negative_since: DAY, event_count: 1, invoiced_at: at }
    await insert('merchant_invoice', {
      ...{ ...invoice, invoice_id: ids.invoice(), amount: 100, collected: 40, remaining: 60, state: 'OPEN' },
    })
    await moved('merchant_receivable:shop', PAYABLE, 60)
    expect(await one('merchant_receivable')).toMatchObject({ ledger: '60', subledger: '60', result: 'equal' })
  })

  test('payouts in transit are those that are made and not over', async () => {
    await batch(200, 'CLOSED', 'CREATED')
    await batch(30, 'CLOSED', 'CONFIRMED')
    await batch(1, 'PAID', 'PAID')
    await moved(PAYABLE, 'payout_in_transit', 230)
    expect(await one('payout_in_transit')).toMatchObject({ ledger: '-230', subledger: '-230', result: 'equal' })
  })

  test('suspense is what remains of breaks', async () => {
    await insert('recon_break', {
      ...{ break_id: ids.reconBreak(), subject: 'planted', class: 'AMOUNT_OVER', source_id: 'acquirer' },
      ...{ differences: '{}', booked: -40, remaining: -40, currency: 'KRW', opened_on: DAY, opened_at: at },
      ...{ state: 'OPEN', version: 0, event_count: 1 },
    })
    await moved('cash', 'recon_suspense', 40)
    expect(await one('recon_suspense')).toMatchObject({ ledger: '-40', subledger: '-40', result: 'equal' })
  })

  test('that never had an entry has nothing to compare', async () => {
    expect(await compare('recon_suspense')).toEqual([])
    expect(await compare('merchant_payable')).toEqual([])
  })
})

test('every statement of a comparison goes by an index', async () => {
  await sale()
  await sale()
  await batch(400, 'CLOSED', 'FAILED')
  await book(RECEIVABLE, PAYABLE, 500)
  await moved(PAYABLE, 'merchant_reserve:shop', 60)
  await moved('merchant_receivable:shop', PAYABLE, 60)
  await moved(PAYABLE, 'payout_in_transit', 230)
  await moved('cash', 'recon_suspense', 40)
  const controls = ['merchant_payable', 'merchant_reserve', 'merchant_receivable', 'acquirer_receivable'] as const
  for (const control of [...controls, 'payout_in_transit', 'recon_suspense'] as const) await compare(control)
  const forced = asked.filter(({ sql }) => sql.includes('AS counted'))
  expect(forced.length).toBe(8)
  for (const { sql, values } of forced) {
    const plan = await single.rows<{ table: string | null; type: string; key: string | null }>(`EXPLAIN ${sql}`, values)
    for (const { table, type, key } of plan.filter(each => each.table !== null && !each.table.startsWith('<')))
      expect([sql, table, type, key]).toEqual([
        sql,
        table,
        expect.stringMatching(/^(const|eq_ref|ref|range)$/),
        expect.anything(),
      ])
  }
})

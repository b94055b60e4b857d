/** What an id is of, on MariaDB: every kind that the console shows is found by an index, and leads to the page that shows it. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { matchesOf } from '../../shared/stores/id-matches.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { ids, MERCHANT, NOW_MS, newPayment } from '../support/rows.ts'
import { plant, ScratchDatabase } from '../support/scratch-stores.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

const payment = newPayment()
const { paymentId } = payment
const planted = {
  batch: ids.batch(),
  payout: ids.payout(),
  payoutFile: ids.payoutFile(),
  item: ids.item(),
  reserve: ids.hold(),
  invoice: ids.invoice(),
  dispute: ids.dispute(),
  expectation: ids.expectation(),
  reconFile: ids.reconFile(),
  break: ids.reconBreak(),
  payoutEvent: ids.event(),
  fileEvent: ids.event(),
  entry: ids.entry(),
}
const FILE_NAME = 'ACQ-20260102-KRW'
const LINE = `${planted.reconFile}:17`
const at = new Date(NOW_MS)
const day = '2026-01-02'
const ofMerchant = { merchant_id: MERCHANT, currency: 'KRW' }
const money = { gross: 1_000, fee: 25, vat: 0, net: 975 }

const rows: ReadonlyArray<[table: string, row: Record<string, unknown>]> = [
  [
    'settlement_batch',
    {
      batch_id: planted.batch,
      ...ofMerchant,
      period_end: day,
      sequence: 1,
      due_on: day,
      state: 'CLOSED',
      opened_at: at,
    },
  ],
  [
    'payout_file',
    {
      ...{ file_id: planted.payoutFile, currency: 'KRW', execute_on: day, payout_count: 1, total: 975 },
      ...{ state: 'PREPARED', prepared_at: at },
    },
  ],
  [
    'payout',
    {
      ...{ payout_id: planted.payout, batch_id: planted.batch, attempt: 1, ...ofMerchant, amount: 975 },
      ...{ account_token: 'acct_1', state: 'CREATED', event_count: 1, created_at: at, updated_at: at },
    },
  ],
  [
    'settlement_item',
    {
      ...{ item_id: planted.item, ...ofMerchant, payment_id: paymentId, event_id: ids.event(), type: 'capture' },
      ...{ ...money, sold_on: day, period_end: day, calendar_version: 1, batch_id: planted.batch, recorded_at: at },
    },
  ],
  [
    'reserve_hold',
    {
      ...{ hold_id: planted.reserve, ...ofMerchant, batch_id: planted.batch, amount: 10, is_open: 1, period_end: day },
      ...{ reserve_days: 7, calendar: 'KR', timezone: 'Asia/Seoul', event_count: 1, held_at: at },
    },
  ],
  [
    'merchant_invoice',
    {
      ...{ invoice_id: planted.invoice, ...ofMerchant, amount: 10, remaining: 10, state: 'OPEN' },
      ...{ negative_since: day, event_count: 1, invoiced_at: at },
    },
  ],
  [
    'dispute',
    {
      ...{ dispute_id: planted.dispute, source_id: 'acquirer', external_ref: 'x', payment_id: paymentId },
      ...{ ...ofMerchant, amount: 10, fee: 0, state: 'OPEN', event_count: 1, opened_at: at },
    },
  ],
  [
    'recon_expectation',
    {
      ...{ expectation_id: planted.expectation, source_id: 'acquirer', match_key: 'x', kind: 'capture' },
      ...{ event_id: ids.event(), payment_id: paymentId, amount: 10, fee: 0, vat: 0, currency: 'KRW' },
      ...{ state: 'OPEN', recorded_at: at },
    },
  ],
  [
    'recon_file',
    {
      ...{ file_id: planted.reconFile, source_id: 'acquirer', name: `${FILE_NAME}.csv`, sha256: '1'.repeat(64) },
      ...{ external_id: FILE_NAME, revision: 1, state: 'DONE', received_at: at },
    },
  ],
  [
    'recon_break',
    {
      ...{ break_id: planted.break, subject: LINE, class: 'MISSING_HERE', source_id: 'acquirer', differences: '{}' },
      ...{ booked: -10, remaining: -10, currency: 'KRW', opened_on: day, opened_at: at, state: 'OPEN' },
      ...{ version: 0, event_count: 1 },
    },
  ],
  ...(
    [
      [planted.payoutEvent, planted.payout, 'payout.created'],
      [planted.fileEvent, planted.reconFile, 'recon.file-imported'],
    ] as const
  ).map(([event_id, message_key, topic]): [string, Record<string, unknown>] => [
    'outbox_event',
    { event_id, topic, message_key, sequence: 1, payload: '{}', shard: 0, created_at: at },
  ]),
  [
    'ledger_entry',
    {
      ...{ entry_id: planted.entry, subject_id: planted.payout, event_id: planted.payoutEvent, entry_type: 'payout' },
      ...{ debit_account: `merchant_payable:${MERCHANT}`, credit_account: 'payout_in_transit', amount: 975 },
      ...{ currency: 'KRW', occurred_at: at, recorded_at: at },
    },
  ],
]

let scratch: ScratchDatabase
let single: TestDatabase
const asked: Array<{ sql: string; values: unknown[] }> = []
const matchesFor = (id: string) =>
  matchesOf(
    {
      select: async (sql: string, values: readonly unknown[] = []) => {
        asked.push({ sql, values: [...values] })
        return single.rows(sql, [...values]) as never
      },
    },
    id,
    21,
  )

beforeAll(async () => {
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'id_matches')
  await plant(scratch.stores(), [payment])
  for (const [table, row] of rows) await scratch.direct.write('INSERT INTO ?? SET ?', [table, row])
  single = openDatabase(scratch.url, 1)
})
afterAll(async () => {
  await single?.close()
  await scratch?.drop()
})

describe('an id leads to the page that shows it', () => {
  const ofBatch = { pageId: planted.batch, paymentId: null, merchantId: MERCHANT }
  const ofPayment = { pageId: paymentId, paymentId, merchantId: MERCHANT }
  const ofFile = { pageId: planted.reconFile, paymentId: null, merchantId: null }

  test.each([
    ['batch', planted.batch, ofBatch],
    ['item', planted.item, { ...ofPayment, pageId: planted.batch }],
    ['payout', planted.payout, ofBatch],
    ['payoutFile', planted.payoutFile, { pageId: planted.payoutFile, paymentId: null, merchantId: null }],
    ['reserve', planted.reserve, ofBatch],
    ['invoice', planted.invoice, { ...ofBatch, pageId: `merchant_receivable:${MERCHANT}` }],
    ['dispute', planted.dispute, ofPayment],
    ['expectation', planted.expectation, { ...ofPayment, merchantId: null }],
    ['reconFile', planted.reconFile, ofFile],
    ['reconFile', FILE_NAME, ofFile],
    ['break', planted.break, { ...ofFile, pageId: planted.break }],
    ['break', LINE, { ...ofFile, pageId: planted.break }],
    ['event', planted.payoutEvent, ofBatch],
    ['event', planted.fileEvent, ofFile],
    ['entry', planted.entry, { ...ofFile, pageId: planted.entry }],
    ['account', `merchant_payable:${MERCHANT}`, { ...ofFile, pageId: `merchant_payable:${MERCHANT}` }],
    ['account', 'payout_in_transit', { ...ofFile, pageId: 'payout_in_transit' }],
  ] as const)('of the kind %s: %s', async (kind, id, where) => {
    asked.length = 0
    const createdAtMs = kind === 'account' ? null : NOW_MS
    expect(await matchesFor(id)).toEqual([{ kind, ...where, operationId: null, createdAtMs }])
    for (const { sql, values } of asked) {
      const plan = await single.rows<{ table: string | null; type: string }>(`EXPLAIN ${sql}`, values)
      // `s`: who sends files, a handful of rows.
      for (const { table, type } of plan.filter(each => each.table !== null && !/^<|^[es]$/.test(each.table)))
        expect([sql, table, type]).toEqual([sql, table, expect.stringMatching(/^(system|const|eq_ref|ref|range)$/)])
    }
  })

  test.each([
    ...[ids.batch(), ids.payout(), ids.reconBreak(), ids.event(), 'cash', `merchant_payable:nobody`],
    `${planted.reconFile}:18`,
  ])('and to none where there is no such thing: %s', async id => {
    expect(await matchesFor(id)).toEqual([])
  })
})

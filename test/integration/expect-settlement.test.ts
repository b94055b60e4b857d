/** Every captured and refunded event has one item, which says what the books say, and one expectation of the acquirer. On a system of its own: the tests move its clock. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { createIds } from '../../shared/runtime/ids.ts'
import { until } from '../../shared/runtime/until.ts'
import { advanceClock } from '../support/advance-days.ts'
import { expectMutation } from '../support/contract.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { PaymentApi } from '../support/http.ts'
import { type OwnSystem, startOwnSystem } from '../support/own-system.ts'
import { authorized, newKey, newMerchant } from '../support/payments.ts'

jest.setTimeout(180_000)

let own: OwnSystem
let api: PaymentApi
let database: TestDatabase

beforeAll(async () => {
  own = await startOwnSystem('expect-settlement')
  api = new PaymentApi(own.system.apiUrl)
  database = openDatabase(own.system.databaseUrl)
})
afterAll(async () => {
  await database?.close()
  await own?.stop()
})

interface ItemRow {
  event_id: string
  type: string
  gross: number
  fee: number
  vat: number
  net: number
  due_on: Date | null
}

const itemsOf = (paymentId: string) =>
  database.rows<ItemRow>('SELECT * FROM settlement_item WHERE payment_id = ? ORDER BY item_id', [paymentId])

/** What each event moved on the merchant's account, as the books say. */
const payableByEvent = async (paymentId: string, merchantId: string) => {
  const account = `merchant_payable:${merchantId}`
  const rows = await database.rows<{ event_id: string; moved: string }>(
    `SELECT event_id, SUM((CASE WHEN credit_account = ? THEN amount ELSE 0 END) - (CASE WHEN debit_account = ? THEN amount ELSE 0 END))
       AS moved FROM ledger_entry WHERE payment_id = ? GROUP BY event_id`,
    [account, account, paymentId],
  )
  return Object.fromEntries(rows.map(row => [row.event_id, Number(row.moved)]))
}

const keyed = () => ({ 'idempotency-key': newKey() })

/** Captured in two parts and refunded in two. */
async function bought(merchantId: string): Promise<string> {
  const { paymentId } = await authorized(api, { merchantId, amount: 10_000 })
  expectMutation(await api.capture(paymentId, { amount: 3_333, finalCapture: false }, keyed()), 200)
  expectMutation(await api.capture(paymentId), 200)
  for (const amount of [4_000, 1_111]) expectMutation(await api.refund(paymentId, { amount }, keyed()), 200)
  return paymentId
}

const untilExpected = (paymentId: string) =>
  until(
    async () => {
      const items = await itemsOf(paymentId)
      return items.length === 4 ? items : undefined
    },
    { what: 'four settlement items', deadlineMs: 90_000 },
  )

/** The merchant's terms from the beginning: as if they had been written before anybody bought. */
const plantTerms = (merchantId: string, vatMode: string, refundFee: string) =>
  database.write(
    `INSERT INTO settlement_terms (merchant_id, currency, valid_from, cycle, delay_days, cutoff, timezone, calendar, vat_mode,
       refund_fee, payout_min, account_token, held_reason, added_by, added_at) VALUES (?)`,
    [
      [
        ...[merchantId, 'KRW', new Date(0), 'D', 2, '24:00', 'Asia/Seoul', 'KR', vatMode],
        ...[refundFee, 0, 'acct_pay', null, 'a test', new Date(0)],
      ],
    ],
  )

test.each([
  ['no VAT, the fee is kept', 'none', 'keep'],
  ['exclusive VAT, the fee is returned', 'exclusive', 'return'],
  ['inclusive VAT, the fee is returned', 'inclusive', 'return'],
])('what is owed for each event is what it moved on the account of the merchant: %s', async (_, vatMode, refundFee) => {
  const merchantId = newMerchant()
  await plantTerms(merchantId, vatMode, refundFee)
  const paymentId = await bought(merchantId)
  const items = await untilExpected(paymentId)

  expect(items.map(({ type }) => type).sort()).toEqual(['capture', 'capture', 'refund', 'refund'])
  for (const { net, gross, fee, vat, due_on } of items) {
    expect(net).toBe(gross - fee - vat)
    expect(due_on).not.toBeNull()
  }
  const owed = Object.fromEntries(items.map(item => [item.event_id, item.net]))
  await until(
    async () => JSON.stringify(sorted(await payableByEvent(paymentId, merchantId))) === JSON.stringify(sorted(owed)),
    {
      what: 'the books to say what the items say',
      deadlineMs: 30_000,
    },
  )
})

const sorted = (sums: Record<string, number>) => Object.entries(sums).sort(([a], [b]) => (a < b ? -1 : 1))

test('what is expected of the acquirer is named as it names the operation, and the same money moves back', async () => {
  const paymentId = await bought(newMerchant())
  await untilExpected(paymentId)

  const expected = await database.rows(
    `SELECT e.kind, e.amount, e.fee, e.vat, e.state, o.kind AS operation FROM recon_expectation e
     JOIN payment_operation o ON o.operation_id = e.match_key WHERE e.payment_id = ? ORDER BY o.sequence`,
    [paymentId],
  )
  // 150 bp of each capture and a tenth on top: 49.995 and 100.005 are 50 and 100.
  expect(expected).toEqual([
    { kind: 'capture', amount: 3_333, fee: 50, vat: 5, state: 'OPEN', operation: 'capture' },
    { kind: 'capture', amount: 6_667, fee: 100, vat: 10, state: 'OPEN', operation: 'capture' },
    { kind: 'refund', amount: -4_000, fee: -60, vat: -6, state: 'OPEN', operation: 'refund' },
    { kind: 'refund', amount: -1_111, fee: -17, vat: -2, state: 'OPEN', operation: 'refund' },
  ])
})

test('a day that the sandbox clock skips does not end before its sales have their items', async () => {
  const merchantId = newMerchant()
  const { paymentId } = await authorized(api, { merchantId, amount: 10_000 })
  expectMutation(await api.capture(paymentId), 200)
  await advanceClock(api, 'P1D')

  const batches = await database.rows<{ late_seconds: number; net: number }>(
    `SELECT TIMESTAMPDIFF(SECOND, i.sold_on + INTERVAL 15 HOUR, b.closed_at) AS late_seconds, b.net
     FROM settlement_item i JOIN settlement_batch b ON b.batch_id = i.batch_id AND b.period_end = i.sold_on
     WHERE i.payment_id = ?`,
    [paymentId],
  )
  // Midnight in Seoul is 15:00 UTC. What falls due is done at the next whole minute.
  expect(batches).toEqual([{ late_seconds: expect.any(Number), net: 9_750 }])
  expect(batches[0]!.late_seconds).toBeLessThanOrEqual(120)
})

test('the sandbox clock stands still while an event has no item, and goes on once it is gone', async () => {
  const eventId = createIds(Date.now).event()
  await database.write(
    `INSERT INTO outbox_event (event_id, topic, message_key, sequence, payload, shard, created_at, published_at) VALUES (?)`,
    [[eventId, 'payment.captured', eventId, 1, '{}', 3, new Date(), new Date()]],
  )
  const waiting = await api.post('/sandbox/clock', { advance: 'P1D' })
  await database.write('DELETE FROM outbox_event WHERE event_id = ?', [eventId])

  expect(waiting).toMatchObject({ status: 202, json: { left: { settlements: expect.any(Number) } } })
  const { now, target, left } = waiting.json as { now: string; target: string; left: { settlements: number } }
  expect(left.settlements).toBeGreaterThanOrEqual(1)
  expect(Date.parse(target) - Date.parse(now)).toBe(24 * 60 * 60_000)
  await advanceClock(api, 'PT0S')
})

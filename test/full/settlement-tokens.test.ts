/** What the sandbox acquirer settles wrongly, token by token, on a system of its own: each gives the break that docs/acquirer.md says. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { verify } from '../../scripts/operate/verify/settle.ts'
import { disputedFaults, settlementTokenOf } from '../../shared/contracts/test-tokens.ts'
import { advanceDays } from '../support/advance-days.ts'
import { expectMutation } from '../support/contract.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { PaymentApi } from '../support/http.ts'
import { type OwnSystem, startOwnSystem } from '../support/own-system.ts'
import { authorized, newKey, newMerchant } from '../support/payments.ts'

jest.setTimeout(300_000)

let own: OwnSystem
let api: PaymentApi
let database: TestDatabase

beforeAll(async () => {
  own = await startOwnSystem('settlement-tokens')
  api = new PaymentApi(own.system.apiUrl)
  database = openDatabase(own.system.databaseUrl)
})
afterAll(async () => {
  await database?.close()
  await own?.stop()
})

const buy = async (paymentMethod: string, currency = 'KRW', amount = 10_000): Promise<string> =>
  (await authorized(api, { merchantId: newMerchant(), paymentMethod, amount, currency, capture: true })).paymentId

/** A part: it has a key. */
const refund = (token: string, bought: ReadonlyMap<string, string>, amount: number) =>
  api.refund(bought.get(token)!, { amount }, { 'idempotency-key': newKey() })

/** Breaks of the payment's expectations and lines, the first opened first. */
async function breaksOf(paymentId: string): Promise<unknown[]> {
  const rows = await database.rows<{ class: string; remaining: number; state: string }>(
    `SELECT DISTINCT b.break_id, b.class, b.remaining, b.state FROM recon_break b
       LEFT JOIN recon_line l ON l.file_id = b.file_id AND l.line_no = b.line_no
       JOIN recon_expectation e ON e.expectation_id = b.expectation_id OR e.match_key = l.match_key
     WHERE e.payment_id = ? ORDER BY b.break_id`,
    [paymentId],
  )
  return rows.map(row => [row.class, Number(row.remaining), row.state])
}

describe('after two weeks', () => {
  const bought = new Map<string, string>()
  beforeAll(async () => {
    // Whatever day it is: on the Monday after, and on the day after that, too, the acquirer settles.
    const [today] = await database.rows<{ day: number }>(
      'SELECT WEEKDAY(CONVERT_TZ(UTC_TIMESTAMP(), "+00:00", "+09:00")) AS day',
    )
    await advanceDays(api, 7 - today!.day)
    for (const token of [
      'tok_approve',
      'tok_settle_late',
      'tok_settle_twice',
      'tok_settle_missing',
      'tok_settle_wrong_fee',
      'tok_settle_over',
      'tok_settle_under',
      'tok_settle_amended',
      ...disputedFaults.map(settlementTokenOf),
    ])
      bought.set(token, await buy(token))
    expectMutation(await refund('tok_settle_over_disputed', bought, 1_000), 200)
    await buy('tok_settle_short', 'USD')
    await buy('tok_settle_split', 'JPY')
    await advanceDays(api, 1)
    await buy('tok_approve')
    // To the end of the sixth business day, also when some of them are holidays.
    await advanceDays(api, 12)
  })

  test.each([
    ['tok_approve', []],
    ['tok_settle_twice', [['DUPLICATE', -9_835, 'OPEN']]],
    ['tok_settle_missing', [['MISSING_THERE', 0, 'OPEN']]],
    ['tok_settle_wrong_fee', [['FEE', 100, 'OPEN']]],
    ['tok_settle_over', [['AMOUNT_OVER', -500, 'OPEN']]],
    ['tok_settle_under', [['AMOUNT_UNDER', 500, 'OPEN']]],
    ['tok_settle_amended', [['AMENDED', 500, 'OPEN']]],
    ['tok_settle_chargeback', []],
    ['tok_settle_chargeback_won', []],
    ['tok_settle_chargeback_twice', [['DUPLICATE', 11_000, 'OPEN']]],
    ['tok_settle_over_disputed', [['OVER_DISPUTED', 11_000, 'OPEN']]],
  ])('%s', async (token, breaks) => {
    expect(await breaksOf(bought.get(token)!)).toEqual(breaks)
  })

  test.each([
    ['tok_settle_chargeback', ['OPEN']],
    ['tok_settle_chargeback_won', ['WON']],
    ['tok_settle_chargeback_twice', ['OPEN']],
    ['tok_settle_over_disputed', []],
  ])('%s: the dispute is %j', async (token, states) => {
    const disputes = await database.rows<{ state: string; amount: number }>(
      'SELECT state, amount FROM dispute WHERE payment_id = ?',
      [bought.get(token)!],
    )
    expect(disputes.map(({ state, amount }) => [state, Number(amount)])).toEqual(states.map(state => [state, 10_000]))
  })

  test('what is disputed is not refunded, and what was won is', async () => {
    const { status } = await refund('tok_settle_chargeback', bought, 1)
    expect(status).toBe(409)
    expectMutation(await refund('tok_settle_chargeback_won', bought, 1), 200)
  })

  // Two days before a holiday the next day's batch is paid no later.
  test('tok_settle_late', async () => {
    const paymentId = bought.get('tok_settle_late')!
    const [line] = await database.rows<{ late: number }>(
      `SELECT l.value_on > e.due_on AS late FROM recon_line l JOIN recon_expectation e ON e.expectation_id = l.expectation_id
       WHERE e.payment_id = ?`,
      [paymentId],
    )
    expect(await breaksOf(paymentId)).toEqual(line!.late === 1 ? [['DATE', 0, 'OPEN']] : [])
  })

  test.each([
    ['tok_settle_short', 'USD', [['AMOUNT_UNDER', 1_000]]],
    ['tok_settle_split', 'JPY', []],
  ])('%s', async (_, currency, breaks) => {
    const rows = await database.rows<{ class: string; remaining: number }>(
      'SELECT class, remaining FROM recon_break WHERE batch_ref IS NOT NULL AND line_no IS NULL AND currency = ?',
      [currency],
    )
    expect(rows.map(row => [row.class, Number(row.remaining)])).toEqual(breaks)
  })

  test('nothing is left to match, and suspense is what the breaks hold', async () => {
    expect(await database.rows("SELECT name, state FROM recon_file WHERE state <> 'DONE'")).toEqual([])
    const sums = await database.rows<{ currency: string; books: string; breaks: string }>(
      `SELECT currency, SUM(books) AS books, SUM(breaks) AS breaks FROM (
         SELECT currency, CASE WHEN debit_account = 'recon_suspense' THEN amount ELSE -amount END AS books, 0 AS breaks
           FROM ledger_entry WHERE 'recon_suspense' IN (debit_account, credit_account)
         UNION ALL SELECT currency, 0, remaining FROM recon_break) AS sides GROUP BY currency HAVING books <> breaks`,
    )
    expect(sums).toEqual([])
  })

  test('verify finds the books right', async () => {
    const report = await verify(own.system, { settleMs: 60_000, graceMs: 60_000 })
    expect({ failed: report.results.filter(({ ok }) => !ok), pending: report.pending }).toEqual({
      failed: [],
      pending: 0,
    })
  })
})

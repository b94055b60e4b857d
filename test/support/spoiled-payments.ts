/** Payments whose rows a test spoils in the database and puts back: for planted corruptions. */
import { expect } from '@jest/globals'
import type { Connection, ResultSetHeader, RowDataPacket } from 'mysql2/promise'
import type { SystemPayment, TableCorruption } from '../../shared/invariants/planted.corruption.ts'
import { expectMutation } from './contract.ts'
import type { PaymentApi } from './http.ts'
import { authorizeBody, authorized, newKey } from './payments.ts'

/** One payment for each state that a corruption may ask for. The refunded one is of `refundedMerchantId`. */
export async function paymentsInEachState(
  api: PaymentApi,
  merchantId: string,
  refundedMerchantId = merchantId,
): Promise<Record<SystemPayment, string>> {
  const key = () => ({ 'idempotency-key': newKey() })
  const held = async (of = merchantId) => (await authorized(api, { merchantId: of })).paymentId
  const declined = await api.authorize(authorizeBody({ merchantId, paymentMethod: 'tok_decline' }))
  const ids = {
    authorized: await held(),
    captured: await held(),
    refunded: await held(refundedMerchantId),
    declined: declined.json.paymentId,
  }
  for (const paymentId of [ids.captured, ids.refunded]) expectMutation(await api.capture(paymentId, {}, key()), 200)
  expectMutation(await api.refund(ids.refunded, {}, key()), 200)
  return ids
}

/** Where the rows of a payment stand; the answers first, for they are found by its operations. */
const places = [
  ['idem_response_cache', 'operation_id IN (SELECT operation_id FROM payment_operation WHERE payment_id = :payment)'],
  [
    'account_snapshot',
    "account = CONCAT('merchant_payable:', (SELECT merchant_id FROM payment WHERE payment_id = :payment))",
  ],
  ['payment', 'payment_id = :payment'],
  ['payment_operation', 'payment_id = :payment'],
  ['manual_settlement', 'payment_id = :payment'],
  ['ledger_entry', 'payment_id = :payment'],
  ['recon_expectation', 'payment_id = :payment'],
  ['settlement_item', 'payment_id = :payment'],
  ['outbox_event', 'message_key = :payment'],
  ['outbox_archive', 'message_key = :payment'],
] as const

/** What is of no single payment, and is put back whole. */
const shared = [
  ['ledger_entry', 'payment_id IS NULL'],
  ['settlement_item', 'payment_id IS NULL'],
  ['settlement_batch', 'TRUE'],
  ['payout', 'TRUE'],
  ['payout_file', 'TRUE'],
  ['outbox_event', "topic LIKE 'payout.%' OR topic LIKE 'settlement.%'"],
] as const

type Places = readonly (readonly [table: string, where: string])[]

async function run<Result extends RowDataPacket[] | ResultSetHeader>(
  database: Connection,
  sql: string,
  payment: string,
): Promise<Result> {
  const [result] = await database.query<Result>(sql.replaceAll(':payment', database.escape(payment)))
  return result
}

const rowsOf = (database: Connection, payment: string, from: Places = places): Promise<RowDataPacket[][]> =>
  Promise.all(
    from.map(([table, where]) => run<RowDataPacket[]>(database, `SELECT * FROM ${table} WHERE ${where}`, payment)),
  )

/** Runs `work` while the payment is spoiled by these statements, each of one row, and puts all its rows back. */
export async function whileSpoiled(
  database: Connection,
  payment: string,
  sql: readonly string[],
  work: () => Promise<void>,
): Promise<void> {
  const [kept, beside] = [await rowsOf(database, payment), await rowsOf(database, payment, shared)]
  try {
    for (const statement of sql)
      expect(await run<ResultSetHeader>(database, statement, payment)).toMatchObject({ affectedRows: 1 })
    await work()
  } finally {
    await putBack(database, payment, kept)
    for (const [table, where] of shared) await database.query(`DELETE FROM ${table} WHERE ${where}`)
    await insert(database, beside, shared)
  }
}

/** Runs `work` while these tables are spoiled by these statements, each of one row, and puts all their rows back. */
export async function whileTablesSpoiled(
  database: Connection,
  { tables, inTables }: TableCorruption,
  work: () => Promise<void>,
): Promise<void> {
  const kept = await Promise.all(tables.map(table => rowsIn(database, table)))
  try {
    for (const statement of inTables)
      expect((await database.query<ResultSetHeader>(statement))[0]).toMatchObject({ affectedRows: 1 })
    await work()
  } finally {
    for (const [index, table] of tables.entries()) {
      await database.query('DELETE FROM ??', [table])
      for (const row of kept[index]!) await database.query('INSERT INTO ?? SET ?', [table, row])
    }
  }
}

const rowsIn = async (database: Connection, table: string): Promise<RowDataPacket[]> =>
  (await database.query<RowDataPacket[]>('SELECT * FROM ??', [table]))[0]

async function putBack(database: Connection, payment: string, kept: RowDataPacket[][]): Promise<void> {
  for (const { merchant_id, idempotency_key } of kept[0]!)
    await database.query('DELETE FROM idem_response_cache WHERE merchant_id = ? AND idempotency_key = ?', [
      merchant_id,
      idempotency_key,
    ])
  for (const [table, where] of places.slice(1)) await run(database, `DELETE FROM ${table} WHERE ${where}`, payment)
  await insert(database, kept)
}

/** Copies a payment with all its rows into another database of the same tables. */
export const copyPayment = async (from: Connection, to: Connection, payment: string): Promise<void> =>
  insert(to, await rowsOf(from, payment))

async function insert(database: Connection, rows: RowDataPacket[][], into: Places = places): Promise<void> {
  for (const [index, [table]] of into.entries())
    for (const row of rows[index]!) await database.query(`INSERT INTO ${table} SET ?`, [row])
}

/** What the indexes by account cost those who write entries: the same inserts with and without them, in turns. */
import type { Connection } from 'mysql2/promise'
import { encodeTime } from 'ulid'
import { median } from './percentiles.ts'

/** Medians of all rounds. */
interface InsertCost {
  withoutMs: number
  withMs: number
}

export interface InsertCosts {
  /** As a capture that is recorded alone: with its commit. */
  'alone, with its commit': InsertCost
  /** As of a batch of the ledger consumer, a hundred in one statement. */
  'one of a hundred': InsertCost
}

const TABLES = ['ledger_entry', 'ledger_entry_plain'] as const
const ALONE = 300
const BATCHES = 30
const BATCH = 100

const COLUMNS = `entry_id, payment_id, event_id, entry_type, debit_account, credit_account, amount, currency, occurred_at, recorded_at`

/** Both tables hold the whole ledger. Adds rows to `ledger_entry`, and drops the copy. */
export async function timeInserts(
  database: Connection,
  rounds: number,
  say: (line: string) => void,
): Promise<InsertCosts> {
  await database.query('CREATE TABLE ledger_entry_plain LIKE ledger_entry')
  await database.query(
    'ALTER TABLE ledger_entry_plain DROP INDEX ledger_entry_by_debit, DROP INDEX ledger_entry_by_credit',
  )
  await database.query('INSERT INTO ledger_entry_plain SELECT * FROM ledger_entry')
  say('copied the ledger without the indexes')
  const rows = new Rows()
  const samples = TABLES.map(() => ({ alone: [] as number[], batch: [] as number[] }))
  // The first round does not count.
  for (let round = 0; round <= rounds; round++)
    for (const [index, table] of round % 2 === 0 ? [...TABLES.entries()] : [...TABLES.entries()].reverse()) {
      const alone = await millisecondsOf(ALONE, () => insert(database, table, rows.next(1)))
      const batch = await millisecondsOf(BATCHES, () => insert(database, table, rows.next(BATCH)))
      if (round > 0) samples[index]!.alone.push(alone)
      if (round > 0) samples[index]!.batch.push(batch / BATCH)
    }
  await database.query('DROP TABLE ledger_entry_plain')
  const [withThem, without] = samples
  const cost = (kind: 'alone' | 'batch') => ({
    withoutMs: median(without![kind])!,
    withMs: median(withThem![kind])!,
  })
  return { 'alone, with its commit': cost('alone'), 'one of a hundred': cost('batch') }
}

/** Of one call, on average. */
async function millisecondsOf(calls: number, call: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now()
  for (let count = 0; count < calls; count++) await call()
  return (performance.now() - startedMs) / calls
}

const insert = (database: Connection, table: string, rows: unknown[][]) =>
  database.query(`INSERT INTO ${table} (${COLUMNS}) VALUES ?`, [rows])

/** Captures of now, each of another payment. */
class Rows {
  #count = 0

  next(count: number): unknown[][] {
    return Array.from({ length: count }, () => {
      const nowMs = Date.now()
      const rest = `${encodeTime(nowMs, 10)}${String(++this.#count).padStart(16, '0')}`
      const merchant = `merchant_payable:shop-${String((this.#count * 7919) % 1_000).padStart(4, '0')}`
      const at = new Date(nowMs)
      const ids = [`led_${rest}`, `pay_${rest}`, `evt_${rest}`]
      return [...ids, 'capture', 'acquirer_receivable', merchant, 10_000, 'KRW', at, at]
    })
  }
}

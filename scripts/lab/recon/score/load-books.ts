/** Writes generated books into the tables, many rows a statement. */
import type { Connection } from 'mysql2/promise'
import { startOf } from '../generate/days.ts'
import type { BookRows } from '../generate/truth.ts'

type Cell = string | number | null

interface Table {
  name: string
  columns: string
  rows: Cell[][]
}

const timeOf = (ms: number): string => new Date(ms).toISOString().slice(0, 23).replace('T', ' ')

/** As the consumers, which are a moment behind. */
const recorded = (): string => timeOf(Date.now())

const SOURCE = 'acquirer'

const expectations = ({ expectations: rows }: BookRows): Table => ({
  name: 'recon_expectation',
  columns:
    'expectation_id, source_id, match_key, kind, event_id, payment_id, amount, fee, vat, currency, due_on, state, recorded_at',
  rows: rows.map(row => [
    ...[row.expectationId, SOURCE, row.operationId, row.kind, row.eventId, row.paymentId],
    ...[row.amount, row.fee, row.vat, row.currency, row.dueOn, 'OPEN', recorded()],
  ]),
})

const entries = ({ entries: rows }: BookRows): Table => ({
  name: 'ledger_entry',
  columns:
    'entry_id, payment_id, subject_id, event_id, entry_type, debit_account, credit_account, amount, currency, occurred_at, recorded_at',
  rows: rows.map(row => [
    ...[row.entryId, row.paymentId, row.subjectId, row.eventId, row.type],
    ...[row.debit, row.credit, row.amount, row.currency, timeOf(row.atMs), recorded()],
  ]),
})

const operations = ({ operations: rows }: BookRows): Table => ({
  name: 'payment_operation',
  columns:
    'operation_id, payment_id, merchant_id, kind, amount, currency, state, attempt, lease_until_ms, next_attempt_at_ms, created_at, finished_at',
  rows: rows.map(row => [
    ...[row.operationId, row.paymentId, row.merchantId, row.kind, row.amount, row.currency, row.state, 1],
    ...[row.atMs, row.atMs, timeOf(row.atMs), row.state === 'PENDING' ? null : timeOf(row.atMs)],
  ]),
})

const batches = ({ payouts: rows }: BookRows): Table => ({
  name: 'settlement_batch',
  columns:
    'batch_id, merchant_id, currency, period_end, sequence, due_on, state, item_count, net, opened_at, closed_at',
  rows: rows.map((row, index) => [
    ...[row.batchId, row.merchantId, row.currency, row.dueOn, index + 1, row.dueOn, 'CLOSED', 1, row.amount],
    ...[timeOf(startOf(row.dueOn)), timeOf(row.atMs)],
  ]),
})

const payoutFiles = ({ payoutFiles: rows }: BookRows): Table => ({
  name: 'payout_file',
  columns: 'file_id, currency, execute_on, payout_count, total, state, prepared_at, approved_by, approved_at',
  rows: rows.map(row => [
    ...[row.fileId, row.currency, row.executeOn, row.count, row.total, 'ACCEPTED'],
    ...[timeOf(row.atMs), 'kim', timeOf(row.atMs)],
  ]),
})

/** How many events a payout had when the bank had confirmed it: created, sent. */
const EVENTS_OF_PAYOUT = 2

const payouts = ({ payouts: rows }: BookRows): Table => ({
  name: 'payout',
  columns:
    'payout_id, batch_id, attempt, merchant_id, amount, currency, account_token, state, file_id, event_count, created_at, updated_at',
  rows: rows.map(row => [
    ...[row.payoutId, row.batchId, 1, row.merchantId, row.amount, row.currency, 'acct_pay', row.state, row.fileId],
    ...[EVENTS_OF_PAYOUT, timeOf(row.atMs), timeOf(row.atMs)],
  ]),
})

const tables = [expectations, entries, operations, batches, payoutFiles, payouts]

const ROWS_PER_STATEMENT = 2_000

export async function loadBooks(database: Connection, rows: BookRows): Promise<void> {
  await database.beginTransaction()
  for (const table of tables) await load(database, table(rows))
  await database.commit()
}

async function load(database: Connection, { name, columns, rows }: Table): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT)
    await database.query(`INSERT INTO ${name} (${columns}) VALUES ?`, [rows.slice(from, from + ROWS_PER_STATEMENT)])
}

/** Writes generated books into the tables, many rows a statement. */
import type { Connection } from 'mysql2/promise'
import { startOf } from '../generate/days.ts'
import type { BookRows, PaymentRow } from '../generate/truth.ts'

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

const statusOf = ({ captured, refunded }: PaymentRow): string => {
  if (captured === 0) return 'AUTHORIZED'
  if (refunded === 0) return 'COMPLETED'
  return refunded === captured ? 'REFUNDED' : 'PARTIALLY_REFUNDED'
}

/** How many events a payment had when it was captured: authorized, captured. */
const EVENTS_OF_PAYMENT = 2

const payments = ({ payments: rows }: BookRows): Table => ({
  name: 'payment',
  columns:
    'payment_id, merchant_id, idempotency_key, status, amount, currency, captured_amount, refunded_amount, payment_method, pending_operation_id, event_count, shard, created_at, updated_at',
  rows: rows.map(row => [
    ...[row.paymentId, row.merchantId, row.paymentId, statusOf(row), row.amount, row.currency],
    ...[row.captured, row.refunded, 'tok_approve', row.pendingOperationId, EVENTS_OF_PAYMENT, 0],
    ...[timeOf(row.atMs), timeOf(row.atMs)],
  ]),
})

const merchantTerms = ({ merchantTerms: rows }: BookRows): Table => ({
  name: 'settlement_terms',
  columns:
    'merchant_id, currency, valid_from, cycle, delay_days, cutoff, timezone, calendar, vat_mode, refund_fee, payout_min, account_token, added_by, added_at, dispute_fee',
  rows: rows.map(row => [
    ...[row.merchantId, row.currency, timeOf(row.validFromMs), 'D', 2, '24:00', 'Asia/Seoul', 'KR', 'none', 'keep'],
    ...[0, 'acct_pay', 'kim', recorded(), row.disputeFee],
  ]),
})

/** As the migrations have them, but for the fee. */
const acquirerTerms = ({ acquirerTerms: rows }: BookRows): Table => ({
  name: 'acquirer_terms',
  columns: 'source_id, valid_from, fee_bp, vat_mode, refund_fee, delay_days, timezone, calendar, dispute_fee',
  rows: rows.map(row => [
    ...[SOURCE, timeOf(row.validFromMs), 150, 'exclusive', 'return', 2, 'Asia/Seoul', 'KR', row.disputeFee],
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

const tables = [
  merchantTerms,
  acquirerTerms,
  payments,
  expectations,
  entries,
  operations,
  batches,
  payoutFiles,
  payouts,
]

/** What was captured before is no part of the settlement. */
export async function beginSettlement(database: Connection, settledFromMs: number): Promise<void> {
  await database.query('UPDATE settlement_start SET settled_from = ?', [timeOf(settledFromMs)])
}

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

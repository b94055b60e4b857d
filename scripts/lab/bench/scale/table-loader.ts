/** Loads generated rows into MariaDB, a file of lines for each table and batch, all tables of a batch in one transaction. */
import { Readable } from 'node:stream'
import type { Connection, ResultSetHeader } from 'mysql2/promise'
import type {
  AnswerRecord,
  EntryRecord,
  EventRecord,
  OperationRecord,
  PaymentBook,
  SettlementRecord,
} from './book-rows.ts'

type Cell = string | number | null

const dateOf = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString().slice(0, 23).replace('T', ' ')

interface Table<Row> {
  name: string
  columns: string
  cells: (row: Row) => Cell[]
}

const payments: Table<PaymentBook['payment']> = {
  name: 'payment',
  columns: `payment_id, merchant_id, order_id, idempotency_key, status, amount, currency, captured_amount, refunded_amount,
    payment_method, fee_basis_points, fee_fixed, pending_operation_id, event_count, shard, capture_before, created_at, updated_at`,
  cells: row => [
    row.paymentId,
    row.merchantId,
    row.orderId,
    row.idempotencyKey,
    row.status,
    row.amountMinor,
    row.currency,
    row.capturedMinor,
    row.refundedMinor,
    row.paymentMethod,
    row.feeSchedule?.basisPoints ?? null,
    row.feeSchedule?.fixedMinor ?? null,
    row.pendingOperationId,
    row.eventCount,
    row.shard,
    dateOf(row.captureBeforeMs),
    dateOf(row.createdAtMs),
    dateOf(row.updatedAtMs),
  ],
}

const operations: Table<OperationRecord> = {
  name: 'payment_operation',
  columns: `operation_id, payment_id, merchant_id, idempotency_key, kind, amount, currency, state, decline_reason, reason, attempt,
    lease_until_ms, next_attempt_at_ms, created_at, finished_at, sequence, final_capture, combined, request_id, asked_at, answered_at`,
  cells: row => [
    row.operationId,
    row.paymentId,
    row.merchantId,
    row.idempotencyKey,
    row.kind,
    row.amountMinor,
    row.currency,
    row.state,
    row.declineReason,
    row.reason,
    row.attempt,
    row.leaseUntilMs,
    row.nextAttemptAtMs,
    dateOf(row.createdAtMs),
    dateOf(row.finishedAtMs),
    row.sequence,
    row.finalCapture === null ? null : Number(row.finalCapture),
    Number(row.combined),
    row.requestId,
    dateOf(row.askedAtMs),
    dateOf(row.answeredAtMs),
  ],
}

const answers: Table<AnswerRecord> = {
  name: 'idem_response_cache',
  columns: `merchant_id, idempotency_key, operation_id, fingerprint, canonical_request, status_code, content_type, body,
    created_at, finished_at`,
  cells: row => [
    row.merchantId,
    row.key,
    row.operationId,
    row.fingerprint,
    row.canonicalRequest,
    row.answer?.statusCode ?? null,
    row.answer?.contentType ?? null,
    row.answer?.body ?? null,
    dateOf(row.createdAtMs),
    dateOf(row.finishedAtMs),
  ],
}

const entries: Table<EntryRecord> = {
  name: 'ledger_entry',
  columns: `entry_id, payment_id, event_id, entry_type, debit_account, credit_account, amount, currency, occurred_at, recorded_at`,
  cells: row => [
    row.entryId,
    row.paymentId,
    row.eventId,
    row.type,
    row.debitAccount,
    row.creditAccount,
    row.amountMinor,
    row.currency,
    dateOf(row.occurredAtMs),
    dateOf(row.recordedAtMs),
  ],
}

const settlements: Table<SettlementRecord> = {
  name: 'manual_settlement',
  columns: 'operation_id, payment_id, attempt, outcome, who, reason, settled_at, acquirer_said',
  cells: row => [
    row.operationId,
    row.paymentId,
    row.attempt,
    row.outcome,
    'scale',
    'generated',
    dateOf(row.settledAtMs),
    row.acquirerSaid,
  ],
}

export type NumberedEvent = EventRecord & { id: number }

const archive: Table<NumberedEvent> = {
  name: 'outbox_archive',
  columns: 'id, event_id, topic, message_key, sequence, payload, traceparent, shard, created_at, published_at',
  cells: row => [
    row.id,
    row.eventId,
    row.topic,
    row.messageKey,
    row.sequence,
    row.payload,
    row.traceparent,
    row.shard,
    dateOf(row.createdAtMs),
    dateOf(row.publishedAtMs),
  ],
}

/** As the product inserts it: a new row may be tried at once. */
const AT_ONCE_MS = 0

const outbox: Table<NumberedEvent> = {
  name: 'outbox_event',
  columns: `${archive.columns}, next_attempt_at`,
  cells: row => [...archive.cells(row), dateOf(row.publishedAtMs === null ? AT_ONCE_MS : null)],
}

/** What one transaction loads. */
export interface Batch {
  books: readonly PaymentBook[]
  /** In the order of their ids; those that were published long ago apart. */
  events: readonly NumberedEvent[]
  archived: readonly NumberedEvent[]
}

/** Returns how many rows it loaded. Throws when a row was not taken as it is: then nothing of the batch counts. */
export async function loadBatch(database: Connection, { books, events, archived }: Batch): Promise<number> {
  await database.beginTransaction()
  try {
    const all = <Row>(rowsOf: (book: PaymentBook) => Row[]): Row[] => books.flatMap(rowsOf)
    const loaded = [
      await load(
        database,
        payments,
        all(({ payment }) => [payment]),
      ),
      await load(
        database,
        operations,
        all(book => book.operations),
      ),
      await load(
        database,
        entries,
        all(book => book.entries),
      ),
      await load(
        database,
        settlements,
        all(book => book.settlements),
      ),
      await load(
        database,
        answers,
        all(book => book.answers),
      ),
      await load(database, archive, archived),
      await load(database, outbox, events),
    ]
    await database.commit()
    return loaded.reduce((sum, rows) => sum + rows, 0)
  } catch (error) {
    await database.rollback().catch(() => undefined)
    throw error
  }
}

async function load<Row>(
  database: Connection,
  { name, columns, cells }: Table<Row>,
  rows: readonly Row[],
): Promise<number> {
  if (rows.length === 0) return 0
  const text = rows.map(row => lineOf(cells(row))).join('')
  const [{ affectedRows, warningStatus }] = await database.query<ResultSetHeader>({
    sql: `LOAD DATA LOCAL INFILE '${name}' INTO TABLE ${name} CHARACTER SET utf8mb4 (${columns})`,
    infileStreamFactory: () => Readable.from(chunksOf(Buffer.from(text, 'utf8'))),
  })
  // A local file's bad rows are left out with a warning, whatever the SQL mode.
  if (affectedRows !== rows.length || warningStatus > 0)
    throw new Error(`${name}: ${affectedRows} of ${rows.length} rows were loaded, with ${warningStatus} warnings`)
  return rows.length
}

/** The driver sends each in one packet, which the server bounds. */
const CHUNK_BYTES = 2 ** 20

function* chunksOf(bytes: Buffer): Generator<Buffer> {
  for (let from = 0; from < bytes.length; from += CHUNK_BYTES) yield bytes.subarray(from, from + CHUNK_BYTES)
}

const SPECIAL = /[\\\t\n]/
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n' }

const lineOf = (cells: readonly Cell[]): string => `${cells.map(textOf).join('\t')}\n`

function textOf(cell: Cell): string {
  if (cell === null) return '\\N'
  const text = String(cell)
  return SPECIAL.test(text) ? text.replace(/[\\\t\n]/g, character => escapes[character]!) : text
}

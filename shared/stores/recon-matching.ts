/** What matching reads and writes of a chunk at once, across `recon_line`, `recon_expectation`, `recon_batch` and `recon_break`. */
import { type ExpectationState, type OperationState, openBreakStates, type ReconLineState } from '../contracts/lists.ts'
import type { Transaction } from '../payments/ports.ts'
import type {
  AcquirerBatch,
  EarlierLine,
  ExpectedLine,
  LineRange,
  Matching,
  ReconBreak,
  ReconLine,
} from '../reconciliation/ports.ts'
import { BREAK_COLUMNS, type BreakRow, breakOf } from './breaks.ts'
import type { Database } from './database.ts'
import { dayIn } from './days.ts'

export interface ExpectedRow {
  expectation_id: string
  amount: number
  fee: number
  vat: number
  currency: string
  due_on: Date | null
  state: ExpectationState
}

interface EarlierRow {
  line_no: number
  is_later: number
  content_hash: string
  amount: number
  fee: number
  vat: number
  net: number
  currency: string
  value_on: Date | null
}

export interface BatchRow {
  source_id: string
  batch_ref: string
  currency: string
  net: number
  allocated: number
  moved: number
  due_on: Date | null
}

export const EXPECTED_COLUMNS = ['expectation_id', 'amount', 'fee', 'vat', 'currency', 'due_on', 'state']
  .map(column => `e.${column}`)
  .join(', ')
/**
 * The row of `recon_expectation` that a line `l` is compared with. Each index is named, here and below: while a table begins to grow, its
 * statistics make all that begin with the source look alike, and the wrong one reads every line of the source for each.
 */
export const EXPECTATION_OF_LINE = `recon_expectation e FORCE INDEX (recon_expectation_once)
  ON e.source_id = l.source_id AND e.match_key = l.match_key AND e.kind = l.kind`
const LINES = 'recon_line l FORCE INDEX (PRIMARY)'
const IN_RANGE = 'l.file_id = ? AND l.line_no BETWEEN ? AND ?'
/** A dispute is of a capture. */
const OPERATION_KIND = "CASE WHEN l.kind IN ('chargeback', 'chargeback_won') THEN 'capture' ELSE l.kind END"
const IS_TAKEN = "o.state IN ('MATCHED', 'BROKEN')"

const valuesOf = ({ fileId, fromLine, toLine }: LineRange): [string, number, number] => [fileId, fromLine, toLine]

export const expectedOf = (row: ExpectedRow): ExpectedLine => ({
  expectationId: row.expectation_id,
  amountMinor: row.amount,
  feeMinor: row.fee,
  vatMinor: row.vat,
  currency: row.currency,
  dueOn: row.due_on && dayIn(row.due_on),
  state: row.state,
})

const earlierOf = (row: EarlierRow): EarlierLine => ({
  contentHash: row.content_hash,
  amountMinor: row.amount,
  feeMinor: row.fee,
  vatMinor: row.vat,
  netMinor: row.net,
  currency: row.currency,
  valueOn: row.value_on && dayIn(row.value_on),
  isLater: row.is_later === 1,
})

export const acquirerBatchOf = (row: BatchRow): AcquirerBatch => ({
  sourceId: row.source_id,
  batchRef: row.batch_ref,
  currency: row.currency,
  netMinor: row.net,
  allocatedMinor: row.allocated,
  movedMinor: row.moved,
  dueOn: row.due_on && dayIn(row.due_on),
})

export class MatchingTables implements Matching {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async expectations(tx: Transaction, range: LineRange): Promise<Map<number, ExpectedLine>> {
    const rows = await this.#database.select<ExpectedRow & { line_no: number }>(
      `SELECT l.line_no, ${EXPECTED_COLUMNS} FROM ${LINES} STRAIGHT_JOIN ${EXPECTATION_OF_LINE} WHERE ${IN_RANGE}`,
      valuesOf(range),
      tx,
    )
    return new Map(rows.map(row => [row.line_no, expectedOf(row)]))
  }

  async earlierLines(tx: Transaction, range: LineRange): Promise<Map<number, EarlierLine>> {
    const rows = await this.#database.select<EarlierRow>(
      `SELECT l.line_no, other.external_id = own.external_id AND other.revision > own.revision AS is_later, o.content_hash, o.amount,
         o.fee, o.vat, o.net, o.currency, o.value_on
       FROM ${LINES}
         STRAIGHT_JOIN recon_line o FORCE INDEX (recon_line_by_key)
           ON o.source_id = l.source_id AND o.line_key = l.line_key AND o.file_id <> l.file_id
         STRAIGHT_JOIN recon_file own ON own.file_id = l.file_id
         STRAIGHT_JOIN recon_file other ON other.file_id = o.file_id
       WHERE ${IN_RANGE} AND ${IS_TAKEN} ORDER BY other.revision, o.file_id`,
      valuesOf(range),
      tx,
    )
    return new Map(rows.map(row => [row.line_no, earlierOf(row)]))
  }

  async takenBefore(tx: Transaction, fileId: string, lineNos: readonly number[]): Promise<Set<number>> {
    const rows = await this.#database.select<{ line_no: number }>(
      `SELECT DISTINCT l.line_no FROM ${LINES}
         STRAIGHT_JOIN recon_line o FORCE INDEX (recon_line_by_match) ON o.source_id = l.source_id AND o.match_key = l.match_key AND o.kind = l.kind
       WHERE l.file_id = ? AND l.line_no IN (?) AND ${IS_TAKEN} AND (o.expectation_id IS NOT NULL OR o.currency = l.currency)
         AND (o.file_id <> l.file_id OR o.line_no <> l.line_no)`,
      [fileId, lineNos],
      tx,
    )
    return new Set(rows.map(row => row.line_no))
  }

  async operationStates(
    tx: Transaction,
    fileId: string,
    lineNos: readonly number[],
  ): Promise<Map<number, OperationState>> {
    const rows = await this.#database.select<{ line_no: number; state: OperationState }>(
      `SELECT l.line_no, o.state FROM ${LINES}
         STRAIGHT_JOIN payment_operation o FORCE INDEX (PRIMARY) ON o.operation_id = l.match_key AND o.kind = ${OPERATION_KIND}
       WHERE l.file_id = ? AND l.line_no IN (?)`,
      [fileId, lineNos],
      tx,
    )
    return new Map(rows.map(row => [row.line_no, row.state]))
  }

  async expectationStates(tx: Transaction, expectationIds: readonly string[]): Promise<Map<string, ExpectationState>> {
    const rows = await this.#database.select<{ expectation_id: string; state: ExpectationState }>(
      'SELECT expectation_id, state FROM recon_expectation WHERE expectation_id IN (?)',
      [expectationIds],
      tx,
    )
    return new Map(rows.map(row => [row.expectation_id, row.state]))
  }

  async lockMissing(tx: Transaction, subjects: readonly string[]): Promise<Map<string, ReconBreak>> {
    const rows = await this.#database.select<BreakRow>(
      `SELECT ${BREAK_COLUMNS} FROM recon_break FORCE INDEX (recon_break_once) WHERE subject IN (?) AND class = 'MISSING_THERE' AND state IN (?)
       ORDER BY break_id FOR UPDATE`,
      [subjects, openBreakStates],
      tx,
    )
    return new Map(rows.map(row => [row.subject, breakOf(row)]))
  }

  async settle(
    tx: Transaction,
    range: LineRange,
    { broken, others, count }: { broken: readonly number[]; others: readonly number[]; count: number },
  ): Promise<void> {
    if (count === 0) return
    const state = broken.length === 0 ? "'MATCHED'" : "IF(l.line_no IN (?), 'BROKEN', 'MATCHED')"
    const left = others.length === 0 ? '' : 'AND l.line_no NOT IN (?)'
    const values = [
      ...(broken.length === 0 ? [] : [broken]),
      ...valuesOf(range),
      ...(others.length === 0 ? [] : [others]),
    ]
    // One statement for both tables: two of them take a quarter longer. It counts the rows of each.
    const changed = await this.#database.write(
      `UPDATE ${LINES} STRAIGHT_JOIN ${EXPECTATION_OF_LINE}
       SET l.state = ${state}, l.expectation_id = e.expectation_id, e.state = 'SETTLED'
       WHERE ${IN_RANGE} AND e.state IN ('OPEN', 'OVERDUE') ${left}`,
      values,
      tx,
    )
    if (changed !== 2 * count) throw new Error(`${changed} rows changed for ${count} lines of ${range.fileId}`)
  }

  async mark(tx: Transaction, fileId: string, lineNos: readonly number[], state: ReconLineState): Promise<void> {
    this.#database.writeLater(
      'UPDATE recon_line SET state = ? WHERE file_id = ? AND line_no IN (?)',
      [state, fileId, lineNos],
      tx,
    )
  }

  async addToBatches(
    tx: Transaction,
    added: readonly Pick<AcquirerBatch, 'sourceId' | 'batchRef' | 'currency' | 'netMinor' | 'dueOn'>[],
  ): Promise<void> {
    for (const { sourceId, batchRef, currency, netMinor, dueOn } of added)
      this.#database.writeLater(
        `INSERT INTO recon_batch (source_id, batch_ref, currency, net, allocated, moved, due_on) VALUES (?)
         ON DUPLICATE KEY UPDATE net = net + VALUES(net), due_on = COALESCE(due_on, VALUES(due_on))`,
        [[sourceId, batchRef, currency, netMinor, 0, 0, dueOn]],
        tx,
      )
  }

  async lockBatch(
    tx: Transaction,
    { sourceId, batchRef, currency }: Pick<AcquirerBatch, 'sourceId' | 'batchRef' | 'currency'>,
  ): Promise<AcquirerBatch | undefined> {
    const [row] = await this.#database.select<BatchRow>(
      `SELECT source_id, batch_ref, currency, net, allocated, moved, due_on FROM recon_batch
       WHERE source_id = ? AND batch_ref = ? AND currency = ? FOR UPDATE`,
      [sourceId, batchRef, currency],
      tx,
    )
    return row && acquirerBatchOf(row)
  }

  async carryOut(
    tx: Transaction,
    { sourceId, batchRef, currency, netMinor, allocatedMinor, movedMinor }: AcquirerBatch,
    { fileId, lineNo }: Pick<ReconLine, 'fileId' | 'lineNo'>,
  ): Promise<void> {
    const leftMinor = netMinor - allocatedMinor - movedMinor
    this.#database.writeLater(
      'UPDATE recon_batch SET allocated = allocated + ? WHERE source_id = ? AND batch_ref = ? AND currency = ?',
      [leftMinor, sourceId, batchRef, currency],
      tx,
    )
    this.#database.insertLater(
      'INSERT INTO recon_allocation (file_id, line_no, subject_kind, subject, currency, amount) VALUES',
      [fileId, lineNo, 'batch', batchRef, currency, leftMinor],
      tx,
    )
  }
}

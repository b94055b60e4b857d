/** The tables `recon_batch` and `recon_allocation`, and what else the matching of bank lines reads and locks. */
import { type BreakClass, openBreakStates, type PayoutState, type ReconLineState } from '../contracts/lists.ts'
import type { Transaction } from '../payments/ports.ts'
import type {
  AcquirerBatch,
  AcquirerBatches,
  Allocation,
  Allocations,
  AmountQuery,
  AwaitedPayout,
  BankBreaks,
  BankLines,
  BankPayouts,
  BatchKey,
  OpenTransfer,
  OpenTransfers,
  ReconBreak,
  UnknownLine,
} from '../reconciliation/ports.ts'
import type { Payout } from '../settlement/ports.ts'
import { BREAK_COLUMNS, type BreakRow, breakOf } from './breaks.ts'
import type { Database, SqlValue } from './database.ts'
import { dayIn } from './days.ts'
import { PAYOUT_COLUMNS, type PayoutRow, payoutOf } from './payouts.ts'
import { acquirerBatchOf, type BatchRow } from './recon-matching.ts'

const BATCH_COLUMNS = 'source_id, batch_ref, currency, net, allocated, moved, due_on'
const LEFT = 'net - allocated - moved'
/** With it the primary key finds them. */
const OF_ACQUIRERS = "source_id IN (SELECT s.source_id FROM recon_source s WHERE s.kind = 'acquirer')"
const FIRST_DAY = '1000-01-01'
const LAST_DAY = '9999-12-31'

export class AcquirerBatchTable implements AcquirerBatches {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async withRefs(refs: readonly string[], tx?: Transaction): Promise<AcquirerBatch[]> {
    if (refs.length === 0) return []
    return this.#select(`${OF_ACQUIRERS} AND batch_ref IN (?)`, [refs], tx)
  }

  async withLeft({ amountsMinor, from = FIRST_DAY, to = LAST_DAY, limit }: AmountQuery, tx?: Transaction) {
    if (amountsMinor.length === 0) return []
    const condition = `${OF_ACQUIRERS} AND due_on BETWEEN ? AND ? AND ${LEFT} IN (?) ORDER BY due_on, batch_ref LIMIT ?`
    return this.#select(condition, [from, to, amountsMinor, limit], tx)
  }

  async lock(tx: Transaction, keys: readonly BatchKey[]): Promise<AcquirerBatch[]> {
    const locked: AcquirerBatch[] = []
    // One after another: the order of locking is that of the keys, whatever plan the server has for a list.
    for (const { sourceId, batchRef, currency } of inKeyOrder(keys)) {
      const condition = 'source_id = ? AND batch_ref = ? AND currency = ? FOR UPDATE'
      locked.push(...(await this.#select(condition, [sourceId, batchRef, currency], tx)))
    }
    return locked
  }

  async add(
    tx: Transaction,
    { sourceId, batchRef, currency }: BatchKey,
    { allocatedMinor = 0, movedMinor = 0 }: { allocatedMinor?: number; movedMinor?: number },
  ): Promise<void> {
    this.#database.writeLater(
      `UPDATE recon_batch SET allocated = allocated + ?, moved = moved + ? WHERE source_id = ? AND batch_ref = ? AND currency = ?`,
      [allocatedMinor, movedMinor, sourceId, batchRef, currency],
      tx,
    )
  }

  listMissing(dueOnMax: string, limit: number): Promise<AcquirerBatch[]> {
    return this.#select(
      `${OF_ACQUIRERS} AND due_on <= ? AND ${LEFT} <> 0 AND NOT EXISTS (SELECT 1 FROM recon_break b
         WHERE b.subject = ${SUBJECT} AND b.class = 'MISSING_THERE' AND (b.state IN (?) OR EXISTS (SELECT 1 FROM recon_break short
           WHERE short.subject = b.subject AND short.class = 'AMOUNT_UNDER')))
       ORDER BY due_on, batch_ref LIMIT ?`,
      [dueOnMax, openBreakStates, limit],
    )
  }

  async #select(condition: string, values: readonly SqlValue[], tx?: Transaction): Promise<AcquirerBatch[]> {
    const rows = await this.#database.select<BatchRow>(
      `SELECT ${BATCH_COLUMNS} FROM recon_batch WHERE ${condition}`,
      values,
      tx,
    )
    return rows.map(acquirerBatchOf)
  }
}

/** As `subjectOfBatch`. */
const SUBJECT = "CONCAT(recon_batch.source_id, ':', recon_batch.batch_ref, ':', recon_batch.currency)"

const textOf = ({ sourceId, batchRef, currency }: BatchKey): string => `${sourceId} ${batchRef} ${currency}`

const inKeyOrder = (keys: readonly BatchKey[]): BatchKey[] =>
  [...new Map(keys.map(key => [textOf(key), key]))].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, key]) => key)

export class AllocationTable implements Allocations, OpenTransfers {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(tx: Transaction, allocations: readonly Allocation[]): Promise<void> {
    for (const { fileId, lineNo, subjectKind, subject, currency, amountMinor } of allocations)
      this.#database.insertLater(
        'INSERT INTO recon_allocation (file_id, line_no, subject_kind, subject, currency, amount) VALUES',
        [fileId, lineNo, subjectKind, subject, currency, amountMinor],
        tx,
      )
  }

  async add(tx: Transaction, allocation: Allocation): Promise<void> {
    const { fileId, lineNo, subjectKind, subject, amountMinor } = allocation
    const changed = await this.#database.write(
      `UPDATE recon_allocation SET amount = amount + ? WHERE file_id = ? AND line_no = ? AND subject_kind = ? AND subject = ?`,
      [amountMinor, fileId, lineNo, subjectKind, subject],
      tx,
    )
    if (changed === 0) await this.insert(tx, [allocation])
  }

  async ofLine(tx: Transaction, { fileId, lineNo }: Pick<Allocation, 'fileId' | 'lineNo'>): Promise<number> {
    const [row] = await this.#database.select<{ amount: string | null }>(
      'SELECT SUM(amount) AS amount FROM recon_allocation WHERE file_id = ? AND line_no = ?',
      [fileId, lineNo],
      tx,
    )
    return Number(row!.amount ?? 0)
  }

  batchesOf(tx: Transaction, fileId: string): Promise<Array<Pick<Allocation, 'subject' | 'currency'>>> {
    return this.#database.select(
      `SELECT DISTINCT subject, currency FROM recon_allocation WHERE file_id = ? AND subject_kind = 'batch'`,
      [fileId],
      tx,
    )
  }

  async listOpen(): Promise<OpenTransfer[]> {
    const rows = await this.#database.select<OpenTransferRow>(OPEN_TRANSFERS, [])
    return rows.map(row => ({
      ...{ reference: row.subject, currency: row.currency, amountMinor: Number(row.amount), sourceId: row.source_id },
      bookedOn: dayIn(row.booked_on),
    }))
  }

  async transfers(tx: Transaction, references: readonly string[]): Promise<Array<Allocation & { sourceId: string }>> {
    if (references.length === 0) return []
    const rows = await this.#database.select<TransferRow>(
      `SELECT a.file_id, a.line_no, a.subject, a.currency, a.amount, f.source_id
       FROM recon_allocation a JOIN recon_file f ON f.file_id = a.file_id
       WHERE a.subject_kind = 'transfer' AND a.subject IN (?)`,
      [references],
      tx,
    )
    return rows.map(row => ({
      ...{ fileId: row.file_id, lineNo: row.line_no, subjectKind: 'transfer', subject: row.subject },
      ...{ currency: row.currency, amountMinor: row.amount, sourceId: row.source_id },
    }))
  }
}

interface OpenTransferRow {
  subject: string
  currency: string
  /** A sum comes as text. */
  amount: string
  source_id: string
  booked_on: Date
}

/** All of them are read: there is about one a day. */
const OPEN_TRANSFERS = `SELECT a.subject, a.currency, SUM(a.amount) AS amount, MIN(l.source_id) AS source_id, MIN(l.booked_on) AS booked_on
  FROM recon_allocation a JOIN recon_line l ON l.file_id = a.file_id AND l.line_no = a.line_no
  WHERE a.subject_kind = 'transfer' GROUP BY a.subject, a.currency HAVING SUM(a.amount) <> 0 ORDER BY booked_on, a.subject`

interface TransferRow {
  file_id: string
  line_no: number
  subject: string
  currency: string
  amount: number
  source_id: string
}

interface AwaitedRow {
  payout_id: string
  amount: number
  currency: string
  state: PayoutState
  execute_on: Date
}

const AWAITED = `SELECT p.payout_id, p.amount, p.currency, p.state, f.execute_on
  FROM payout p JOIN payout_file f ON f.file_id = p.file_id WHERE p.state IN ('SENT', 'CONFIRMED')`
const IN_ORDER = 'ORDER BY f.execute_on, p.payout_id LIMIT ?'

export class BankPayoutTables implements BankPayouts {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Batches first, as whoever makes a payout. */
  async lock(tx: Transaction, payoutIds: readonly string[]): Promise<Payout[]> {
    if (payoutIds.length === 0) return []
    await this.#database.select(
      `SELECT b.batch_id FROM settlement_batch b
       WHERE b.batch_id IN (SELECT p.batch_id FROM payout p WHERE p.payout_id IN (?)) ORDER BY b.batch_id FOR UPDATE`,
      [payoutIds],
      tx,
    )
    const rows = await this.#database.select<PayoutRow>(
      `SELECT ${PAYOUT_COLUMNS} FROM payout WHERE payout_id IN (?) ORDER BY payout_id FOR UPDATE`,
      [payoutIds],
      tx,
    )
    return rows.map(payoutOf)
  }

  async markBatchesPaid(tx: Transaction, batchIds: readonly string[]): Promise<void> {
    if (batchIds.length === 0) return
    this.#database.writeLater("UPDATE settlement_batch SET state = 'PAID' WHERE batch_id IN (?)", [batchIds], tx)
  }

  async withAmounts({ amountsMinor, from = FIRST_DAY, to = LAST_DAY, limit }: AmountQuery, tx?: Transaction) {
    if (amountsMinor.length === 0) return []
    const condition = `p.amount IN (?) AND f.execute_on BETWEEN ? AND ?`
    return this.#awaited(condition, [amountsMinor, from, to, limit], tx)
  }

  listMissing(executeOnMax: string, limit: number): Promise<AwaitedPayout[]> {
    const notMissed = `NOT EXISTS (SELECT 1 FROM recon_break b WHERE b.subject = p.payout_id AND b.class = 'MISSING_THERE')`
    return this.#awaited(`f.execute_on <= ? AND ${notMissed}`, [executeOnMax, limit])
  }

  async #awaited(condition: string, values: readonly SqlValue[], tx?: Transaction): Promise<AwaitedPayout[]> {
    const rows = await this.#database.select<AwaitedRow>(`${AWAITED} AND ${condition} ${IN_ORDER}`, values, tx)
    return rows.map(row => ({
      ...{ payoutId: row.payout_id, amountMinor: row.amount, currency: row.currency, state: row.state },
      executeOn: dayIn(row.execute_on),
    }))
  }
}

const prefixed = (alias: string, columns: string): string =>
  columns
    .split(',')
    .map(column => `${alias}.${column.trim()}`)
    .join(', ')

export class BankBreakTables implements BankBreaks, BankLines {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async lockOn(tx: Transaction, subjects: readonly string[], classes: readonly BreakClass[]): Promise<ReconBreak[]> {
    if (subjects.length === 0) return []
    const rows = await this.#database.select<BreakRow>(
      `SELECT ${BREAK_COLUMNS} FROM recon_break WHERE subject IN (?) AND class IN (?) ORDER BY break_id FOR UPDATE`,
      [subjects, classes],
      tx,
    )
    return rows.map(breakOf)
  }

  async listUnknownLines(afterBreakId: string, limit: number): Promise<UnknownLine[]> {
    const rows = await this.#database.select<BreakRow & { match_key: string }>(
      `SELECT ${prefixed('b', BREAK_COLUMNS)}, l.match_key
       FROM recon_break b JOIN recon_line l ON l.file_id = b.file_id AND l.line_no = b.line_no
       WHERE b.class = 'MISSING_HERE' AND b.state IN (?) AND b.break_id > ? AND l.match_key <> ''
         AND b.source_id IN (SELECT s.source_id FROM recon_source s WHERE s.kind = 'bank') ORDER BY b.break_id LIMIT ?`,
      [openBreakStates, afterBreakId, limit],
    )
    return rows.map(row => ({ of: breakOf(row), matchKey: row.match_key }))
  }

  async ourAccounts(tx: Transaction): Promise<Array<{ sourceId: string; bankAccount: string }>> {
    const rows = await this.#database.select<{ source_id: string; bank_account: string }>(
      "SELECT source_id, bank_account FROM recon_source WHERE kind = 'bank'",
      [],
      tx,
    )
    return rows.map(row => ({ sourceId: row.source_id, bankAccount: row.bank_account }))
  }

  async setState(tx: Transaction, fileId: string, lineNos: readonly number[], state: ReconLineState): Promise<void> {
    if (lineNos.length === 0) return
    this.#database.writeLater(
      'UPDATE recon_line SET state = ? WHERE file_id = ? AND line_no IN (?)',
      [state, fileId, lineNos],
      tx,
    )
  }
}

/** What came late or did not come, across `recon_break`, `recon_line`, `recon_expectation`, `recon_batch` and `ledger_entry`. */
import { openBreakStates } from '../contracts/lists.ts'
import type { Transaction } from '../payments/ports.ts'
import type { ExpectedLine, LateCarry, LateLines, LateMatch, MissingLines } from '../reconciliation/ports.ts'
import type { Database } from './database.ts'
import { dayIn } from './days.ts'
import {
  acquirerBatchOf,
  type BatchRow,
  EXPECTED_COLUMNS,
  type ExpectedRow,
  expectedOf,
  IS_EXPECTED,
} from './recon-matching.ts'

interface LateRow {
  break_id: string
  file_id: string
  line_no: number
}

/** Open breaks of lines `l` that settled nothing, in the order of their ids. Open breaks are few. */
const lateBreaks = (joined: string): string => `FROM recon_break b
  STRAIGHT_JOIN recon_line l ON l.file_id = b.file_id AND l.line_no = b.line_no
  ${joined}
  WHERE b.class IN (?) AND b.state IN (?) AND b.source_id = ? AND b.break_id > ? ORDER BY b.break_id LIMIT ?`

export class LateLineTables implements LateLines {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async listMatches(sourceId: string, limit: number, after = ''): Promise<LateMatch[]> {
    const rows = await this.#database.select<LateRow & ExpectedRow & { value_on: Date | null }>(
      `SELECT b.break_id, l.file_id, l.line_no, l.value_on, ${EXPECTED_COLUMNS}
       ${lateBreaks(`STRAIGHT_JOIN recon_expectation e FORCE INDEX (recon_expectation_once) ON ${IS_EXPECTED} AND e.currency = l.currency AND e.state IN ('OPEN', 'OVERDUE')`)}`,
      [['MISSING_HERE', 'STATUS'], openBreakStates, sourceId, after, limit],
    )
    return rows.map(row => ({
      breakId: row.break_id,
      line: { fileId: row.file_id, lineNo: row.line_no, valueOn: row.value_on && dayIn(row.value_on) },
      expectation: expectedOf(row),
    }))
  }

  async listCarries(sourceId: string, limit: number, after = ''): Promise<LateCarry[]> {
    const rows = await this.#database.select<LateRow & BatchRow & { line_net: number }>(
      `SELECT b.break_id, l.file_id, l.line_no, l.net AS line_net,
         c.source_id, c.batch_ref, c.currency, c.net, c.allocated, c.moved, c.due_on
       ${lateBreaks(`STRAIGHT_JOIN recon_batch c ON c.source_id = l.source_id AND c.batch_ref = l.match_key AND c.currency = l.currency
         AND l.kind = 'carry' AND l.net < 0 AND c.net - c.allocated - c.moved = l.net`)}`,
      [['MISSING_HERE'], openBreakStates, sourceId, after, limit],
    )
    return rows.map(row => ({
      breakId: row.break_id,
      line: { fileId: row.file_id, lineNo: row.line_no, netMinor: row.line_net },
      batch: acquirerBatchOf(row),
    }))
  }

  async settle(tx: Transaction, { line: { fileId, lineNo }, expectation }: LateMatch): Promise<boolean> {
    const { expectationId } = expectation
    const settled = await this.#database.write(
      "UPDATE recon_expectation SET state = 'SETTLED' WHERE expectation_id = ? AND state IN ('OPEN', 'OVERDUE')",
      [expectationId],
      tx,
    )
    if (settled === 0) return false
    this.#database.writeLater(
      'UPDATE recon_line SET expectation_id = ? WHERE file_id = ? AND line_no = ?',
      [expectationId, fileId, lineNo],
      tx,
    )
    return true
  }
}

export class MissingLineTables implements MissingLines {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async listDue(
    tx: Transaction | undefined,
    sourceId: string,
    dueOnMax: string,
    limit: number,
  ): Promise<ExpectedLine[]> {
    const rows = await this.#database.select<ExpectedRow>(
      `SELECT ${EXPECTED_COLUMNS} FROM recon_expectation e
       WHERE e.state = 'OPEN' AND e.due_on <= ? AND e.source_id = ? ORDER BY e.due_on, e.expectation_id LIMIT ?`,
      [dueOnMax, sourceId, limit],
      tx,
    )
    return rows.map(expectedOf)
  }

  async markOverdue(tx: Transaction, expectationIds: readonly string[]): Promise<void> {
    this.#database.writeLater(
      "UPDATE recon_expectation SET state = 'OVERDUE' WHERE expectation_id IN (?)",
      [expectationIds],
      tx,
    )
  }

  async nextDueOn(sourceId: string, afterDay: string): Promise<string | undefined> {
    const [row] = await this.#database.select<{ due_on: Date }>(
      "SELECT due_on FROM recon_expectation WHERE state = 'OPEN' AND due_on > ? AND source_id = ? ORDER BY due_on LIMIT 1",
      [afterDay, sourceId],
    )
    return row && dayIn(row.due_on)
  }

  async listUndated(
    sourceId: string,
    limit: number,
    after = '',
  ): Promise<{ expectationId: string; occurredAtMs: number }[]> {
    const rows = await this.#database.select<{ expectation_id: string; occurred_at: Date }>(
      `SELECT e.expectation_id, l.occurred_at FROM recon_expectation e
         STRAIGHT_JOIN ledger_entry l ON l.event_id = e.event_id AND l.entry_type = e.kind
       WHERE e.state = 'OPEN' AND e.due_on IS NULL AND e.kind IN ('capture', 'refund') AND e.source_id = ? AND e.expectation_id > ?
       ORDER BY e.expectation_id LIMIT ?`,
      [sourceId, after, limit],
    )
    return rows.map(row => ({ expectationId: row.expectation_id, occurredAtMs: row.occurred_at.getTime() }))
  }

  async setDueDates(tx: Transaction, dated: readonly { expectationId: string; dueOn: string }[]): Promise<void> {
    for (const [dueOn, ofDay] of Map.groupBy(dated, each => each.dueOn))
      this.#database.writeLater(
        'UPDATE recon_expectation SET due_on = ? WHERE expectation_id IN (?) AND due_on IS NULL',
        [dueOn, ofDay.map(({ expectationId }) => expectationId)],
        tx,
      )
  }
}

/** What came late or did not come, across `recon_break`, `recon_line`, `recon_expectation`, `recon_batch` and `ledger_entry`. */
import type { Transaction } from '../payments/ports.ts'
import type {
  AcquirerBatch,
  BatchKey,
  ExpectedLine,
  LateLine,
  LateLines,
  LatePlace,
  MissingLines,
  ReconLineKind,
} from '../reconciliation/ports.ts'
import type { Database } from './database.ts'
import { dayIn } from './days.ts'
import {
  acquirerBatchOf,
  EXPECTATION_OF_LINE,
  EXPECTED_COLUMNS,
  type ExpectedRow,
  expectedOf,
} from './recon-matching.ts'

type LateRow = ExpectedRow & {
  break_id: string
  remaining: number
  file_id: string
  line_no: number
  kind: ReconLineKind
  line_net: number
  value_on: Date | null
  batch_source: string | null
  batch_ref: string
  batch_currency: string
  net: number
  allocated: number
  moved: number
  batch_due: Date | null
}

/** The breaks are taken in the order of the index first, so that a look costs the same however many there are. */
const LATE = `SELECT b.break_id, b.remaining, l.file_id, l.line_no, l.kind, l.net AS line_net, l.value_on, ${EXPECTED_COLUMNS},
    c.source_id AS batch_source, c.batch_ref, c.currency AS batch_currency, c.net, c.allocated, c.moved, c.due_on AS batch_due
  FROM (SELECT break_id, remaining, file_id, line_no FROM recon_break FORCE INDEX (recon_break_of_class)
    WHERE class = ? AND state = ? AND source_id = ? AND break_id > ? ORDER BY break_id LIMIT ?) AS b
  STRAIGHT_JOIN recon_line l FORCE INDEX (PRIMARY) ON l.file_id = b.file_id AND l.line_no = b.line_no
  LEFT JOIN ${EXPECTATION_OF_LINE} AND e.currency = l.currency AND e.state IN ('OPEN', 'OVERDUE')
  LEFT JOIN recon_batch c ON l.kind = 'carry' AND c.source_id = l.source_id AND c.batch_ref = l.match_key AND c.currency = l.currency
  ORDER BY b.break_id`

const lateOf = (row: LateRow): LateLine => ({
  breakId: row.break_id,
  remainingMinor: row.remaining,
  line: {
    ...{ fileId: row.file_id, lineNo: row.line_no, kind: row.kind, netMinor: row.line_net },
    valueOn: row.value_on && dayIn(row.value_on),
  },
  expectation: row.expectation_id === null ? undefined : expectedOf(row),
  batch: row.batch_source === null ? undefined : batchIn({ ...row, batch_source: row.batch_source }),
})

const batchIn = (row: LateRow & { batch_source: string }): AcquirerBatch =>
  acquirerBatchOf({
    ...{ source_id: row.batch_source, batch_ref: row.batch_ref, currency: row.batch_currency, net: row.net },
    ...{ allocated: row.allocated, moved: row.moved, due_on: row.batch_due },
  })

export class LateLineTables implements LateLines {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async list({ class: name, state, sourceId, afterBreakId }: LatePlace, limit: number): Promise<LateLine[]> {
    const rows = await this.#database.select<LateRow>(LATE, [name, state, sourceId, afterBreakId, limit])
    return rows.map(lateOf)
  }

  async settle(
    tx: Transaction,
    { fileId, lineNo }: LateLine['line'],
    { expectationId }: ExpectedLine,
  ): Promise<boolean> {
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

/** Read in its order: nothing is sorted, and what is settled is not read. */
const BY_DUE = 'FORCE INDEX (recon_expectation_due)'

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
      `SELECT ${EXPECTED_COLUMNS} FROM recon_expectation e ${BY_DUE}
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
      `SELECT due_on FROM recon_expectation ${BY_DUE} WHERE state = 'OPEN' AND due_on > ? AND source_id = ? ORDER BY due_on LIMIT 1`,
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
      `SELECT e.expectation_id, l.occurred_at FROM recon_expectation e ${BY_DUE}
         STRAIGHT_JOIN ledger_entry l FORCE INDEX (ledger_entry_once) ON l.event_id = e.event_id
           AND l.entry_type = CASE e.kind WHEN 'correction' THEN 'resolved' ELSE e.kind END
       WHERE e.state = 'OPEN' AND e.due_on IS NULL AND e.source_id = ? AND e.expectation_id > ?
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

  async listUndatedBatches(sourceId: string, limit: number): Promise<(BatchKey & { day: string })[]> {
    const rows = await this.#database.select<{ batch_ref: string; currency: string; day: Date }>(
      `SELECT b.batch_ref, b.currency, MIN(f.day) AS day FROM recon_batch b
         JOIN recon_file f ON f.source_id = b.source_id AND f.external_id = b.batch_ref
       WHERE b.source_id = ? AND b.due_on IS NULL AND b.net - b.allocated - b.moved <> 0 AND f.day IS NOT NULL
       GROUP BY b.batch_ref, b.currency ORDER BY day, b.batch_ref LIMIT ?`,
      [sourceId, limit],
    )
    return rows.map(row => ({ sourceId, batchRef: row.batch_ref, currency: row.currency, day: dayIn(row.day) }))
  }

  async setBatchDueDates(tx: Transaction, dated: readonly (BatchKey & { dueOn: string })[]): Promise<void> {
    for (const { sourceId, batchRef, currency, dueOn } of dated)
      this.#database.writeLater(
        'UPDATE recon_batch SET due_on = ? WHERE source_id = ? AND batch_ref = ? AND currency = ? AND due_on IS NULL',
        [dueOn, sourceId, batchRef, currency],
        tx,
      )
  }
}

/** The tables `recon_break` and `recon_break_action`. Actions are inserted, never changed. */
import type { BreakAction, BreakClass, BreakState } from '../contracts/lists.ts'
import type { Transaction } from '../payments/ports.ts'
import type {
  BreakDifferences,
  Breaks,
  ReconBreak,
  ReconBreakAction,
  ReconSource,
  SmallBreaks,
} from '../reconciliation/ports.ts'
import type { Database, SqlValue } from './database.ts'
import { dateOrNull, dayIn } from './days.ts'

export interface BreakRow {
  break_id: string
  subject: string
  class: BreakClass
  source_id: string
  file_id: string | null
  line_no: number | null
  expectation_id: string | null
  payout_id: string | null
  batch_ref: string | null
  differences: string
  booked: number
  remaining: number
  currency: string
  opened_on: Date
  opened_at: Date
  closed_at: Date | null
  state: BreakState
  assignee: string | null
  version: number
  event_count: number
}

interface ActionRow {
  break_id: string
  sequence: number
  actor: string
  action: BreakAction
  account: string | null
  target: string | null
  amount: number | null
  reason: string
  event_id: string | null
  at: Date
}

export const BREAK_COLUMNS = `break_id, subject, class, source_id, file_id, line_no, expectation_id, payout_id, batch_ref, differences,
  booked, remaining, currency, opened_on, opened_at, closed_at, state, assignee, version, event_count`
const ACTION_COLUMNS = 'break_id, sequence, actor, action, account, target, amount, reason, event_id, at'

export const breakOf = (row: BreakRow): ReconBreak => ({
  breakId: row.break_id,
  subject: row.subject,
  class: row.class,
  sourceId: row.source_id,
  fileId: row.file_id,
  lineNo: row.line_no,
  expectationId: row.expectation_id,
  payoutId: row.payout_id,
  batchRef: row.batch_ref,
  differences: JSON.parse(row.differences) as BreakDifferences,
  bookedMinor: row.booked,
  remainingMinor: row.remaining,
  currency: row.currency,
  openedOn: dayIn(row.opened_on),
  openedAtMs: row.opened_at.getTime(),
  closedAtMs: row.closed_at?.getTime() ?? null,
  state: row.state,
  assignee: row.assignee,
  version: row.version,
  eventCount: row.event_count,
})

export class BreakTable implements Breaks, SmallBreaks {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(tx: Transaction, breaks: readonly ReconBreak[]): Promise<void> {
    for (const made of breaks) {
      const row = [
        ...[made.breakId, made.subject, made.class, made.sourceId, made.fileId, made.lineNo, made.expectationId],
        ...[made.payoutId, made.batchRef, JSON.stringify(made.differences), made.bookedMinor, made.remainingMinor],
        ...[made.currency, made.openedOn, new Date(made.openedAtMs), dateOrNull(made.closedAtMs), made.state],
        ...[made.assignee, made.version, made.eventCount],
      ]
      this.#database.insertLater(`INSERT INTO recon_break (${BREAK_COLUMNS}) VALUES`, row, tx)
    }
  }

  async lock(tx: Transaction, breakId: string): Promise<ReconBreak | undefined> {
    const rows = await this.#select('break_id = ? FOR UPDATE', [breakId], tx)
    return rows[0]
  }

  async update(tx: Transaction, changed: ReconBreak): Promise<void> {
    const { breakId, bookedMinor, remainingMinor, state, assignee, closedAtMs, version, eventCount } = changed
    this.#database.writeLater(
      `UPDATE recon_break SET booked = ?, remaining = ?, state = ?, assignee = ?, closed_at = ?, version = ?, event_count = ?
       WHERE break_id = ?`,
      [bookedMinor, remainingMinor, state, assignee, dateOrNull(closedAtMs), version, eventCount, breakId],
      tx,
    )
  }

  async insertActions(tx: Transaction, actions: readonly ReconBreakAction[]): Promise<void> {
    for (const { breakId, sequence, actor, action, account, target, amountMinor, reason, eventId, atMs } of actions) {
      const row = [breakId, sequence, actor, action, account, target, amountMinor, reason, eventId, new Date(atMs)]
      this.#database.insertLater(`INSERT INTO recon_break_action (${ACTION_COLUMNS}) VALUES`, row, tx)
    }
  }

  async find(breakId: string): Promise<ReconBreak | undefined> {
    const rows = await this.#select('break_id = ?', [breakId])
    return rows[0]
  }

  async listActions(breakId: string): Promise<ReconBreakAction[]> {
    const rows = await this.#database.select<ActionRow>(
      `SELECT ${ACTION_COLUMNS} FROM recon_break_action WHERE break_id = ? ORDER BY sequence`,
      [breakId],
    )
    return rows.map(row => ({
      ...{ breakId: row.break_id, sequence: row.sequence, actor: row.actor, action: row.action, account: row.account },
      ...{ target: row.target, amountMinor: row.amount, reason: row.reason, eventId: row.event_id },
      atMs: row.at.getTime(),
    }))
  }

  async listSmall(
    { sourceId, toleranceMinor }: Pick<ReconSource, 'sourceId' | 'toleranceMinor'>,
    classes: readonly BreakClass[],
    limit: number,
    afterBreakId = '',
  ): Promise<string[]> {
    const rows = await this.#database.select<{ break_id: string }>(
      `SELECT break_id FROM recon_break
       WHERE class IN (?) AND state = 'OPEN' AND break_id > ? AND source_id = ? AND remaining <> 0 AND remaining BETWEEN ? AND ?
       ORDER BY break_id LIMIT ?`,
      [classes, afterBreakId, sourceId, -toleranceMinor, toleranceMinor, limit],
    )
    return rows.map(row => row.break_id)
  }

  async writtenOffMinor(tx: Transaction, sourceId: string, currency: string, sinceMs: number): Promise<number> {
    const [row] = await this.#database.select<{ sum: string | null }>(
      `SELECT SUM(ABS(a.amount)) AS sum FROM recon_break_action a JOIN recon_break b ON b.break_id = a.break_id
       WHERE a.action = 'write_off' AND a.at >= ? AND b.source_id = ? AND b.currency = ?`,
      [new Date(sinceMs), sourceId, currency],
      tx,
    )
    return Number(row!.sum ?? 0)
  }

  async #select(condition: string, values: readonly SqlValue[], tx?: Transaction): Promise<ReconBreak[]> {
    const rows = await this.#database.select<BreakRow>(
      `SELECT ${BREAK_COLUMNS} FROM recon_break WHERE ${condition}`,
      values,
      tx,
    )
    return rows.map(breakOf)
  }
}

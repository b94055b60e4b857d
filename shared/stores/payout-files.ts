/** The table `payout_file`. */
import { type PayoutFileState, type WaitingFileState, waitingFileStates } from '../contracts/lists.ts'
import type { Transaction } from '../payments/ports.ts'
import type { PayoutFile, PayoutFilePages, PayoutFiles, Waiting, WaitingFiles } from '../settlement/ports.ts'
import type { Database, SqlValue } from './database.ts'
import { dateOrNull, dayIn } from './days.ts'

interface FileRow {
  file_id: string
  currency: string
  execute_on: Date
  payout_count: number
  total: number
  state: PayoutFileState
  sha256: string | null
  prepared_at: Date
  approved_by: string | null
  approved_at: Date | null
  failure: string | null
  ask_at_ms: number
}

const COLUMNS = `file_id, currency, execute_on, payout_count, total, state, sha256, prepared_at, approved_by, approved_at, failure,
  ask_at_ms`

const fileOf = (row: FileRow): PayoutFile => ({
  fileId: row.file_id,
  currency: row.currency,
  executeOn: dayIn(row.execute_on),
  payoutCount: row.payout_count,
  totalMinor: row.total,
  state: row.state,
  sha256: row.sha256,
  preparedAtMs: row.prepared_at.getTime(),
  approvedBy: row.approved_by,
  approvedAtMs: row.approved_at?.getTime() ?? null,
  failure: row.failure,
  askAtMs: row.ask_at_ms,
})

const NONE: Waiting = { count: 0, sinceMs: null }

export class PayoutFileTable implements PayoutFiles, PayoutFilePages, WaitingFiles {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(tx: Transaction, file: PayoutFile): Promise<void> {
    const row = [
      file.fileId,
      file.currency,
      file.executeOn,
      file.payoutCount,
      file.totalMinor,
      file.state,
      file.sha256,
      new Date(file.preparedAtMs),
      file.approvedBy,
      dateOrNull(file.approvedAtMs),
      file.failure,
      file.askAtMs,
    ]
    this.#database.insertLater(`INSERT INTO payout_file (${COLUMNS}) VALUES`, row, tx)
  }

  async find(fileId: string): Promise<PayoutFile | undefined> {
    const rows = await this.#select('file_id = ?', [fileId])
    return rows[0]
  }

  async lock(tx: Transaction, fileId: string): Promise<PayoutFile | undefined> {
    const rows = await this.#select('file_id = ? FOR UPDATE', [fileId], tx)
    return rows[0]
  }

  async update(tx: Transaction, file: PayoutFile): Promise<void> {
    this.#database.writeLater(
      `UPDATE payout_file SET payout_count = ?, total = ?, state = ?, sha256 = ?, approved_by = ?, approved_at = ?, failure = ?,
         ask_at_ms = ? WHERE file_id = ?`,
      [
        file.payoutCount,
        file.totalMinor,
        file.state,
        file.sha256,
        file.approvedBy,
        dateOrNull(file.approvedAtMs),
        file.failure,
        file.askAtMs,
        file.fileId,
      ],
      tx,
    )
  }

  listByState(state: PayoutFileState, askAtMsMax: number, limit: number): Promise<PayoutFile[]> {
    return this.#select('state = ? AND ask_at_ms <= ? ORDER BY file_id LIMIT ?', [state, askAtMsMax, limit])
  }

  listNewest(limit: number): Promise<PayoutFile[]> {
    return this.#select('TRUE ORDER BY file_id DESC LIMIT ?', [limit])
  }

  /** Those of a state are in its part of an index, in the order of their ids. */
  listPage({ state, limit, beforeFileId }: Parameters<PayoutFilePages['listPage']>[0]): Promise<PayoutFile[]> {
    const [index, ofState] = state === undefined ? ['PRIMARY', []] : ['payout_file_by_state', [state]]
    const before = beforeFileId === undefined ? [] : [beforeFileId]
    const conditions = ['TRUE', ...ofState.map(() => 'state = ?'), ...before.map(() => 'file_id < ?')]
    return this.#select(
      `${conditions.join(' AND ')} ORDER BY file_id DESC LIMIT ?`,
      [...ofState, ...before, limit],
      undefined,
      `FORCE INDEX (${index})`,
    )
  }

  async nextAskMs(): Promise<number | undefined> {
    const [first] = await this.#select("state = 'SENT' ORDER BY ask_at_ms, file_id LIMIT 1", [])
    return first?.askAtMs
  }

  async waiting(): Promise<Record<WaitingFileState, Waiting>> {
    const rows = await this.#database.select<{ state: WaitingFileState; count: number; since: Date }>(
      `SELECT state, COUNT(*) AS count, MIN(COALESCE(approved_at, prepared_at)) AS since FROM payout_file
       WHERE state IN (?) GROUP BY state`,
      [waitingFileStates],
    )
    const none = { PREPARED: NONE, APPROVED: NONE, SENT: NONE }
    const found = rows.map(({ state, count, since }) => [state, { count, sinceMs: since.getTime() }] as const)
    return { ...none, ...Object.fromEntries(found) }
  }

  async #select(condition: string, values: readonly SqlValue[], tx?: Transaction, index = ''): Promise<PayoutFile[]> {
    const rows = await this.#database.select<FileRow>(
      `SELECT ${COLUMNS} FROM payout_file ${index} WHERE ${condition}`,
      values,
      tx,
    )
    return rows.map(fileOf)
  }
}

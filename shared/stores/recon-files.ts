/** The tables `recon_source`, `recon_file` and `recon_file_total`. */
import {
  type ReconFileState,
  type ReconProfile,
  type ReconSourceKind,
  type WaitingReconFileState,
  waitingReconFileStates,
} from '../contracts/lists.ts'
import type { Transaction } from '../payments/ports.ts'
import type {
  ClosingBalance,
  FilesToLookAt,
  ReconFile,
  ReconFilePages,
  ReconFiles,
  ReconFileTotal,
  ReconFileTotals,
  ReconSource,
  ReconSources,
} from '../reconciliation/ports.ts'
import type { Waiting } from '../settlement/ports.ts'
import type { Database, SqlValue } from './database.ts'
import { dateOrNull, dayIn } from './days.ts'

interface SourceRow {
  source_id: string
  kind: ReconSourceKind
  profile: ReconProfile
  bank_account: string | null
  account: string | null
  reversal_rule: ReconSource['reversalRule']
  timezone: string
  calendar: string
  early_days: number
  sla_days: number
  tolerance: number
  tolerance_max: number
}

interface FileRow {
  file_id: string
  source_id: string
  name: string
  sha256: string
  external_id: string | null
  revision: number | null
  day: Date | null
  due_on: Date | null
  line_count: number
  matched_to: number
  state: ReconFileState
  failure: string | null
  event_count: number
  received_at: Date
  done_at: Date | null
}

interface TotalRow {
  file_id: string
  currency: string
  line_count: number
  net: number
  opening: number | null
  closing: number | null
}

const SOURCE_COLUMNS = `source_id, kind, profile, bank_account, account, reversal_rule, timezone, calendar, early_days, sla_days, tolerance,
  tolerance_max`
const FILE_COLUMNS = `file_id, source_id, name, sha256, external_id, revision, day, due_on, line_count, matched_to, state, failure,
  event_count, received_at, done_at`
const TOTAL_COLUMNS = 'file_id, currency, line_count, net, opening, closing'

/** States in which all lines are there. */
const WHOLE: readonly ReconFileState[] = ['PARSED', 'MATCHING', 'DONE']

const sourceOf = (row: SourceRow): ReconSource => ({
  sourceId: row.source_id,
  kind: row.kind,
  profile: row.profile,
  bankAccount: row.bank_account,
  account: row.account,
  reversalRule: row.reversal_rule,
  timezone: row.timezone,
  calendar: row.calendar,
  earlyDays: row.early_days,
  slaDays: row.sla_days,
  toleranceMinor: row.tolerance,
  toleranceMaxMinor: row.tolerance_max,
})

const fileOf = (row: FileRow): ReconFile => ({
  fileId: row.file_id,
  sourceId: row.source_id,
  name: row.name,
  sha256: row.sha256,
  externalId: row.external_id,
  revision: row.revision,
  day: row.day && dayIn(row.day),
  dueOn: row.due_on && dayIn(row.due_on),
  lineCount: row.line_count,
  matchedTo: row.matched_to,
  state: row.state,
  failure: row.failure,
  eventCount: row.event_count,
  receivedAtMs: row.received_at.getTime(),
  doneAtMs: row.done_at?.getTime() ?? null,
})

const totalOf = (row: TotalRow): ReconFileTotal => ({
  fileId: row.file_id,
  currency: row.currency,
  lineCount: row.line_count,
  netMinor: row.net,
  openingMinor: row.opening,
  closingMinor: row.closing,
})

export class ReconSourceTable implements ReconSources {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  list(): Promise<ReconSource[]> {
    return this.#select('TRUE ORDER BY source_id', [])
  }

  async find(sourceId: string): Promise<ReconSource | undefined> {
    const rows = await this.#select('source_id = ?', [sourceId])
    return rows[0]
  }

  async lock(tx: Transaction, sourceId: string): Promise<ReconSource | undefined> {
    const rows = await this.#select('source_id = ? FOR UPDATE', [sourceId], tx)
    return rows[0]
  }

  async #select(condition: string, values: readonly SqlValue[], tx?: Transaction): Promise<ReconSource[]> {
    const rows = await this.#database.select<SourceRow>(
      `SELECT ${SOURCE_COLUMNS} FROM recon_source WHERE ${condition}`,
      values,
      tx,
    )
    return rows.map(sourceOf)
  }
}

export class ReconFileTable implements ReconFiles, FilesToLookAt, ReconFilePages {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(tx: Transaction, file: ReconFile): Promise<void> {
    const row = [file.fileId, file.sourceId, file.name, file.sha256, ...changingOf(file)]
    this.#database.insertLater(`INSERT INTO recon_file (${FILE_COLUMNS}) VALUES`, row, tx)
  }

  async find(fileId: string): Promise<ReconFile | undefined> {
    const rows = await this.#select('file_id = ?', [fileId])
    return rows[0]
  }

  async findBySha(sourceId: string, sha256: string): Promise<ReconFile | undefined> {
    const rows = await this.#select('source_id = ? AND sha256 = ?', [sourceId, sha256])
    return rows[0]
  }

  listBySha(sourceId: string, sha256s: readonly string[]): Promise<ReconFile[]> {
    return this.#select('source_id = ? AND sha256 IN (?)', [sourceId, sha256s])
  }

  async findRevision(sourceId: string, externalId: string, revision: number): Promise<ReconFile | undefined> {
    const rows = await this.#select('source_id = ? AND external_id = ? AND revision = ?', [
      sourceId,
      externalId,
      revision,
    ])
    return rows[0]
  }

  async lock(tx: Transaction, fileId: string): Promise<ReconFile | undefined> {
    const rows = await this.#select('file_id = ? FOR UPDATE', [fileId], tx)
    return rows[0]
  }

  async update(tx: Transaction, file: ReconFile): Promise<void> {
    this.#database.writeLater(
      `UPDATE recon_file SET external_id = ?, revision = ?, day = ?, due_on = ?, line_count = ?, matched_to = ?, state = ?, failure = ?,
         event_count = ?, received_at = ?, done_at = ?, name = ? WHERE file_id = ?`,
      [...changingOf(file), file.name, file.fileId],
      tx,
    )
  }

  listByState(states: readonly ReconFileState[], limit: number, sourceId?: string): Promise<ReconFile[]> {
    const order = 'ORDER BY source_id, day, file_id LIMIT ?'
    return sourceId === undefined
      ? this.#select(`state IN (?) ${order}`, [states, limit])
      : this.#select(`state IN (?) AND source_id = ? ${order}`, [states, sourceId, limit])
  }

  listNewest(limit: number, sourceId?: string): Promise<ReconFile[]> {
    const newest = 'ORDER BY file_id DESC LIMIT ?'
    return sourceId === undefined
      ? this.#select(`TRUE ${newest}`, [limit])
      : this.#select(`source_id = ? ${newest}`, [sourceId, limit])
  }

  async lastDay(sourceId: string): Promise<string | undefined> {
    const [row] = await this.#database.select<{ day: Date | null }>(
      'SELECT MAX(day) AS day FROM recon_file WHERE source_id = ? AND state IN (?)',
      [sourceId, WHOLE],
    )
    return row?.day ? dayIn(row.day) : undefined
  }

  async countByState(): Promise<{ sourceId: string; state: ReconFileState; count: number }[]> {
    const rows = await this.#database.select<{ source_id: string; state: ReconFileState; count: number }>(
      'SELECT source_id, state, COUNT(*) AS count FROM recon_file GROUP BY source_id, state ORDER BY source_id, state',
      [],
    )
    return rows.map(row => ({ sourceId: row.source_id, state: row.state, count: row.count }))
  }

  listPage({ sourceId, state, limit, beforeFileId }: Parameters<ReconFilePages['listPage']>[0]): Promise<ReconFile[]> {
    const given: [sql: string, value: SqlValue | undefined][] = [
      ['source_id = ?', sourceId],
      ['state = ?', state],
      ['file_id < ?', beforeFileId],
    ]
    const conditions = given.filter(([, value]) => value !== undefined) as [sql: string, value: SqlValue][]
    const where = ['TRUE', ...conditions.map(([sql]) => sql)].join(' AND ')
    return this.#select(`${where} ORDER BY file_id DESC LIMIT ?`, [...conditions.map(([, value]) => value), limit])
  }

  async waiting(): Promise<Record<WaitingReconFileState, Waiting>> {
    const rows = await this.#database.select<{ state: WaitingReconFileState; count: number; since: Date }>(
      'SELECT state, COUNT(*) AS count, MIN(received_at) AS since FROM recon_file WHERE state IN (?) GROUP BY state',
      [waitingReconFileStates],
    )
    const of = (state: WaitingReconFileState): Waiting => {
      const row = rows.find(each => each.state === state)
      return row === undefined ? { count: 0, sinceMs: null } : { count: row.count, sinceMs: row.since.getTime() }
    }
    return { RECEIVED: of('RECEIVED'), PARSED: of('PARSED'), MATCHING: of('MATCHING') }
  }

  async countRejected(sinceMs: number): Promise<number> {
    const [row] = await this.#database.select<{ count: number }>(
      `SELECT COUNT(*) AS count FROM recon_file f WHERE f.state = 'REJECTED' AND f.received_at >= ?
         AND NOT EXISTS (SELECT 1 FROM recon_file later
           WHERE later.source_id = f.source_id AND later.file_id > f.file_id AND later.name = f.name AND later.state <> 'REJECTED')`,
      [new Date(sinceMs)],
    )
    return row!.count
  }

  async #select(condition: string, values: readonly SqlValue[], tx?: Transaction): Promise<ReconFile[]> {
    const rows = await this.#database.select<FileRow>(
      `SELECT ${FILE_COLUMNS} FROM recon_file WHERE ${condition}`,
      values,
      tx,
    )
    return rows.map(fileOf)
  }
}

/** The columns after the bytes, in their order. */
const changingOf = (file: ReconFile): SqlValue[] => [
  ...[file.externalId, file.revision, file.day, file.dueOn, file.lineCount, file.matchedTo, file.state, file.failure],
  ...[file.eventCount, new Date(file.receivedAtMs), dateOrNull(file.doneAtMs)],
]

export class ReconFileTotalTable implements ReconFileTotals {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(tx: Transaction, totals: readonly ReconFileTotal[]): Promise<void> {
    for (const { fileId, currency, lineCount, netMinor, openingMinor, closingMinor } of totals) {
      const row = [fileId, currency, lineCount, netMinor, openingMinor, closingMinor]
      this.#database.insertLater(`INSERT INTO recon_file_total (${TOTAL_COLUMNS}) VALUES`, row, tx)
    }
  }

  async list(fileId: string): Promise<ReconFileTotal[]> {
    const rows = await this.#database.select<TotalRow>(
      `SELECT ${TOTAL_COLUMNS} FROM recon_file_total WHERE file_id = ? ORDER BY currency`,
      [fileId],
    )
    return rows.map(totalOf)
  }

  async closings(sourceId: string, tx?: Transaction): Promise<ClosingBalance[]> {
    const rows = await this.#database.select<{ currency: string; day: Date; closing: number }>(
      `SELECT currency, day, closing FROM (
         SELECT t.currency, f.day, t.closing, ROW_NUMBER() OVER (PARTITION BY t.currency ORDER BY f.day DESC, f.revision DESC) AS place
         FROM recon_file f JOIN recon_file_total t ON t.file_id = f.file_id
         WHERE f.source_id = ? AND f.state IN (?) AND t.closing IS NOT NULL) AS each_day
       WHERE place = 1 ORDER BY currency`,
      [sourceId, WHOLE],
      tx,
    )
    return rows.map(({ currency, day, closing }) => ({ currency, day: dayIn(day), closingMinor: closing }))
  }
}

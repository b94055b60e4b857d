/** Reads breaks for people: sums of the open ones, pages of them, and what each is about. */
import { type BreakClass, openBreakStates } from '../contracts/lists.ts'
import type {
  BreakContext,
  BreakQuery,
  BreakReader,
  CorrectionQuery,
  NamedOperation,
  OpenBreaks,
  ReconBreak,
} from '../reconciliation/ports.ts'
import type { Expectation } from '../settlement/ports.ts'
import { BREAK_COLUMNS, type BreakRow, breakOf } from './breaks.ts'
import type { Database, SqlValue } from './database.ts'
import { dayIn } from './days.ts'
import { RECON_LINE_COLUMNS, type ReconLineRow, reconLineOf } from './recon-lines.ts'

interface SumRow {
  class: BreakClass
  source_id: string
  currency: string
  opened_on: Date
  count: number
  /** Sums come as text. */
  remaining: string
  absolute: string
}

interface FileRow {
  name: string
  external_id: string | null
  revision: number | null
}

interface ExpectationRow {
  expectation_id: string
  source_id: string
  match_key: string
  kind: Expectation['kind']
  event_id: string
  payment_id: string | null
  amount: number
  fee: number
  vat: number
  currency: string
  due_on: Date | null
}

const EXPECTATION_COLUMNS =
  'expectation_id, source_id, match_key, kind, event_id, payment_id, amount, fee, vat, currency, due_on'

export class BreakReaderTables implements BreakReader {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async sumOpen(): Promise<OpenBreaks[]> {
    const rows = await this.#database.select<SumRow>(
      `SELECT class, source_id, currency, opened_on, COUNT(*) AS count, SUM(remaining) AS remaining, SUM(ABS(remaining)) AS absolute
       FROM recon_break WHERE state IN (?) GROUP BY class, source_id, currency, opened_on ORDER BY class, currency, opened_on`,
      [openBreakStates],
    )
    return rows.map(row => ({
      ...{ class: row.class, sourceId: row.source_id, currency: row.currency, openedOn: dayIn(row.opened_on) },
      ...{ count: row.count, remainingMinor: BigInt(row.remaining), absoluteMinor: BigInt(row.absolute) },
    }))
  }

  async list({ order, beyondBreakId, limit, ...filters }: BreakQuery): Promise<ReconBreak[]> {
    const isNewest = order === 'newest'
    const conditions = conditionsOf(filters)
    if (beyondBreakId !== undefined) conditions.push([`break_id ${isNewest ? '<' : '>'} ?`, beyondBreakId])
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(([sql]) => sql).join(' AND ')}`
    const rows = await this.#database.select<BreakRow>(
      `SELECT ${BREAK_COLUMNS} FROM recon_break ${where} ORDER BY break_id ${isNewest ? 'DESC' : 'ASC'} LIMIT ?`,
      [...conditions.map(([, value]) => value), limit],
    )
    return rows.map(breakOf)
  }

  /** They are the expectations whose key begins with a break: no others are read. */
  async listCorrections({ sourceId, currency, amountMinor, limit }: CorrectionQuery): Promise<Expectation[]> {
    const rows = await this.#database.select<ExpectationRow>(
      `SELECT ${EXPECTATION_COLUMNS} FROM recon_expectation FORCE INDEX (recon_expectation_once)
       WHERE source_id = ? AND match_key LIKE 'brk\\_%' AND kind = 'correction' AND currency = ? AND amount = ?
         AND state IN ('OPEN', 'OVERDUE') ORDER BY match_key LIMIT ?`,
      [sourceId, currency, amountMinor, limit],
    )
    return rows.map(expectationOf)
  }

  async context({ fileId, lineNo, expectationId }: ReconBreak): Promise<BreakContext> {
    const [file, line] = await Promise.all([this.#file(fileId), this.#line(fileId, lineNo)])
    const [expectation, operation] = await Promise.all([
      this.#expectation(expectationId ?? line?.expectationId ?? null),
      this.#operation(line?.matchKey ?? ''),
    ])
    return { file, line, expectation, operation }
  }

  async #file(fileId: string | null): Promise<BreakContext['file']> {
    if (fileId === null) return null
    const sql = 'SELECT name, external_id, revision FROM recon_file WHERE file_id = ?'
    const [row] = await this.#database.select<FileRow>(sql, [fileId])
    return row === undefined ? null : { name: row.name, externalId: row.external_id, revision: row.revision }
  }

  async #line(fileId: string | null, lineNo: number | null): Promise<BreakContext['line']> {
    if (fileId === null || lineNo === null) return null
    const sql = `SELECT ${RECON_LINE_COLUMNS} FROM recon_line WHERE file_id = ? AND line_no = ?`
    const [row] = await this.#database.select<ReconLineRow>(sql, [fileId, lineNo])
    if (row === undefined) return null
    const { contentHash: _hash, state: _state, ...line } = reconLineOf(row)
    return line
  }

  async #expectation(expectationId: string | null): Promise<Expectation | null> {
    if (expectationId === null) return null
    const [row] = await this.#database.select<ExpectationRow>(
      `SELECT ${EXPECTATION_COLUMNS} FROM recon_expectation WHERE expectation_id = ?`,
      [expectationId],
    )
    return row === undefined ? null : expectationOf(row)
  }

  async #operation(operationId: string): Promise<NamedOperation | null> {
    const [row] = await this.#database.select<NamedOperation>(
      `SELECT operation_id AS operationId, kind, state, payment_id AS paymentId, merchant_id AS merchantId
       FROM payment_operation WHERE operation_id = ?`,
      [operationId],
    )
    return row ?? null
  }
}

type Filters = Omit<BreakQuery, 'order' | 'beyondBreakId' | 'limit'>

function conditionsOf({
  class: name,
  states,
  sourceId,
  currency,
  assignee,
  fileId,
}: Filters): [sql: string, value: SqlValue][] {
  const all: [sql: string, value: SqlValue | undefined][] = [
    ['class = ?', name],
    ['state IN (?)', states],
    ['source_id = ?', sourceId],
    ['currency = ?', currency],
    ['assignee = ?', assignee],
    ['file_id = ?', fileId],
  ]
  return all.flatMap(([sql, value]) => (value === undefined ? [] : [[sql, value]]))
}

const dayOrNull = (date: Date | null): string | null => date && dayIn(date)

const expectationOf = (row: ExpectationRow): Expectation => ({
  ...{ expectationId: row.expectation_id, sourceId: row.source_id, matchKey: row.match_key, kind: row.kind },
  ...{ eventId: row.event_id, paymentId: row.payment_id, currency: row.currency, dueOn: dayOrNull(row.due_on) },
  ...{ amountMinor: row.amount, feeMinor: row.fee, vatMinor: row.vat },
})

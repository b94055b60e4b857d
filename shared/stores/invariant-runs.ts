/** The table `invariant_run`: what the job `check-invariants` covered and found. */
import type { InvariantRun } from '../contracts/invariant-runs.ts'
import type { Database } from './database.ts'

interface RunRow {
  pass: number
  started_at: Date
  finished_at: Date
  after_payment_id: string
  last_payment_id: string | null
  payments: number
  failed: number
  results: string
  failures: string
  pass_began_at: Date
  pass_payments: number
  pass_failed: number
  pass_differences: string | null
}

const COLUMNS =
  'pass, started_at, finished_at, after_payment_id, last_payment_id, payments, failed, results, failures, pass_began_at, pass_payments, pass_failed, pass_differences'

const runOf = (row: RunRow): InvariantRun => ({
  pass: row.pass,
  startedAtMs: row.started_at.getTime(),
  finishedAtMs: row.finished_at.getTime(),
  afterPaymentId: row.after_payment_id,
  lastPaymentId: row.last_payment_id,
  payments: row.payments,
  failed: row.failed,
  results: JSON.parse(row.results),
  failures: JSON.parse(row.failures),
  passBeganAtMs: row.pass_began_at.getTime(),
  passPayments: row.pass_payments,
  passFailed: row.pass_failed,
  passDifferences: row.pass_differences === null ? null : JSON.parse(row.pass_differences),
})

const valuesOf = (run: InvariantRun): unknown[] => [
  run.pass,
  new Date(run.startedAtMs),
  new Date(run.finishedAtMs),
  run.afterPaymentId,
  run.lastPaymentId,
  run.payments,
  run.failed,
  JSON.stringify(run.results),
  JSON.stringify(run.failures),
  new Date(run.passBeganAtMs),
  run.passPayments,
  run.passFailed,
  run.passDifferences && JSON.stringify(run.passDifferences),
]

/** Every method throws DependencyUnavailableError when the database is away. */
export class InvariantRunTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  last(): Promise<InvariantRun | undefined> {
    return this.#newest('')
  }

  lastComplete(): Promise<InvariantRun | undefined> {
    return this.#newest('WHERE last_payment_id IS NULL')
  }

  async add(run: InvariantRun): Promise<void> {
    await this.#database.write(`INSERT INTO invariant_run (${COLUMNS}) VALUES (?)`, [valuesOf(run)])
  }

  prune(startedAtMsMin: number, passMin: number, limit: number): Promise<number> {
    return this.#database.write(
      'DELETE FROM invariant_run WHERE started_at < ? AND pass < ? ORDER BY started_at LIMIT ?',
      [new Date(startedAtMsMin), passMin, limit],
    )
  }

  async #newest(condition: string): Promise<InvariantRun | undefined> {
    const sql = `SELECT ${COLUMNS} FROM invariant_run ${condition} ORDER BY id DESC LIMIT 1`
    const [row] = await this.#database.select<RunRow>(sql, [])
    return row && runOf(row)
  }
}

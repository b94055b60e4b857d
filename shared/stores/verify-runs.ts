/** The table `verify_run`: runs of `npm run verify` that are kept. Its unique key on `open_run` lets one be open at a time. */
import type { VerifyRunState } from '../contracts/lists.ts'
import type { VerifyProgress, VerifyRun } from '../contracts/verify-runs.ts'
import type { Transaction } from '../payments/ports.ts'
import type { VerifyEnd, VerifyRuns } from '../settlement/ports.ts'
import type { Database } from './database.ts'
import { dateOrNull } from './days.ts'

interface RunRow {
  run_id: string
  state: VerifyRunState
  asked_by: string
  asked_at: Date
  started_at: Date | null
  finished_at: Date | null
  lease_until: Date
  progress: string
  problem: string | null
  result: string | null
}

const COLUMNS =
  'run_id, state, asked_by, asked_at, started_at, finished_at, lease_until, progress, problem, result, open_run'
const PROBLEM_CHARACTERS_MAX = 500
const PRUNED_ROWS = 100

const runOf = (row: RunRow): VerifyRun => ({
  runId: row.run_id,
  state: row.state,
  askedBy: row.asked_by,
  askedAtMs: row.asked_at.getTime(),
  startedAtMs: row.started_at?.getTime() ?? null,
  finishedAtMs: row.finished_at?.getTime() ?? null,
  leaseUntilMs: row.lease_until.getTime(),
  progress: JSON.parse(row.progress),
  problem: row.problem,
  result: row.result === null ? null : JSON.parse(row.result),
})

const valuesOf = (run: VerifyRun) => [
  run.runId,
  run.state,
  run.askedBy,
  new Date(run.askedAtMs),
  dateOrNull(run.startedAtMs),
  dateOrNull(run.finishedAtMs),
  new Date(run.leaseUntilMs),
  JSON.stringify(run.progress),
  run.problem,
  run.result && JSON.stringify(run.result),
  run.state === 'REQUESTED' || run.state === 'RUNNING' ? 1 : null,
]

/** Every method throws DependencyUnavailableError when the database is away. */
export class VerifyRunTable implements VerifyRuns {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  newest(): Promise<VerifyRun | undefined> {
    return this.#first('ORDER BY run_id DESC LIMIT 1')
  }

  newestDone(): Promise<VerifyRun | undefined> {
    return this.#first("WHERE state = 'DONE' ORDER BY run_id DESC LIMIT 1")
  }

  open(tx?: Transaction): Promise<VerifyRun | undefined> {
    return this.#first(`WHERE open_run = 1${tx === undefined ? '' : ' FOR UPDATE'}`, tx)
  }

  async insert(tx: Transaction, run: VerifyRun): Promise<void> {
    await this.#database.write(`INSERT INTO verify_run (${COLUMNS}) VALUES (?)`, [valuesOf(run)], tx)
  }

  begin(runId: string, startedAtMs: number, leaseUntilMs: number): Promise<boolean> {
    const sql =
      "UPDATE verify_run SET state = 'RUNNING', started_at = ?, lease_until = ? WHERE run_id = ? AND state = 'REQUESTED'"
    return this.#changed(sql, [new Date(startedAtMs), new Date(leaseUntilMs), runId])
  }

  proceed(runId: string, progress: VerifyProgress, leaseUntilMs: number): Promise<boolean> {
    const sql = "UPDATE verify_run SET progress = ?, lease_until = ? WHERE run_id = ? AND state = 'RUNNING'"
    return this.#changed(sql, [JSON.stringify(progress), new Date(leaseUntilMs), runId])
  }

  finish(runId: string, end: VerifyEnd, finishedAtMs: number, tx?: Transaction): Promise<boolean> {
    const sql =
      'UPDATE verify_run SET state = ?, problem = ?, result = ?, finished_at = ?, open_run = NULL WHERE run_id = ? AND open_run = 1'
    const problem = end.state === 'FAILED' ? (end.problem?.slice(0, PROBLEM_CHARACTERS_MAX) ?? null) : null
    const result = end.state === 'DONE' ? JSON.stringify(end.result) : null
    return this.#changed(sql, [end.state, problem, result, new Date(finishedAtMs), runId], tx)
  }

  prune(askedBeforeMs: number): Promise<number> {
    // Ids sort by the time of asking, and the rows are few: the oldest are looked at first.
    return this.#database.write(
      `DELETE FROM verify_run WHERE asked_at < ? AND open_run IS NULL ORDER BY run_id LIMIT ${PRUNED_ROWS}`,
      [new Date(askedBeforeMs)],
    )
  }

  async #first(tail: string, tx?: Transaction): Promise<VerifyRun | undefined> {
    const [row] = await this.#database.select<RunRow>(`SELECT ${COLUMNS} FROM verify_run ${tail}`, [], tx)
    return row && runOf(row)
  }

  async #changed(sql: string, values: unknown[], tx?: Transaction): Promise<boolean> {
    return (await this.#database.write(sql, values, tx)) === 1
  }
}

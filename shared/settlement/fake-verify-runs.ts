/** Runs of `npm run verify` in memory. One is open at a time. */
import type { VerifyProgress, VerifyRun } from '../contracts/verify-runs.ts'
import { DependencyUnavailableError, DuplicateKeyError, type Transaction } from '../payments/ports.ts'
import type { VerifyEnd, VerifyRuns } from './ports.ts'

const PRUNED_ROWS = 100

const isOpen = ({ state }: VerifyRun): boolean => state === 'REQUESTED' || state === 'RUNNING'

/** `rows`: those of the runs, which a transaction of a test may put back. */
export class FakeVerifyRuns implements VerifyRuns {
  away = false
  readonly #rows: { verifyRuns: VerifyRun[] }

  constructor(rows: { verifyRuns: VerifyRun[] } = { verifyRuns: [] }) {
    this.#rows = rows
  }

  async newest(): Promise<VerifyRun | undefined> {
    return this.#sorted()[0]
  }

  async newestDone(): Promise<VerifyRun | undefined> {
    return this.#sorted().find(({ state }) => state === 'DONE')
  }

  async open(): Promise<VerifyRun | undefined> {
    return this.#sorted().find(isOpen)
  }

  async insert(_tx: Transaction, run: VerifyRun): Promise<void> {
    if (this.#sorted().some(isOpen)) throw new DuplicateKeyError('verify_run_open')
    this.#rows.verifyRuns.push(run)
  }

  async begin(runId: string, startedAtMs: number, leaseUntilMs: number): Promise<boolean> {
    return this.#change(runId, ({ state }) => state === 'REQUESTED', { state: 'RUNNING', startedAtMs, leaseUntilMs })
  }

  async proceed(runId: string, progress: VerifyProgress, leaseUntilMs: number): Promise<boolean> {
    return this.#change(runId, ({ state }) => state === 'RUNNING', { progress, leaseUntilMs })
  }

  async finish(runId: string, end: VerifyEnd, finishedAtMs: number): Promise<boolean> {
    return this.#change(runId, isOpen, { ...end, finishedAtMs })
  }

  async prune(askedBeforeMs: number): Promise<number> {
    const old = this.#sorted().filter(run => !isOpen(run) && run.askedAtMs < askedBeforeMs)
    const pruned = old.reverse().slice(0, PRUNED_ROWS)
    this.#rows.verifyRuns = this.#rows.verifyRuns.filter(run => !pruned.includes(run))
    return pruned.length
  }

  /** The newest first. */
  #sorted(): VerifyRun[] {
    if (this.away) throw new DependencyUnavailableError('the database is away')
    return this.#rows.verifyRuns.toSorted((one, other) => (one.runId < other.runId ? 1 : -1))
  }

  #change(runId: string, isMeant: (run: VerifyRun) => boolean, changes: Partial<VerifyRun>): boolean {
    const run = this.#sorted().find(one => one.runId === runId && isMeant(one))
    this.#rows.verifyRuns = this.#rows.verifyRuns.map(one => (one === run ? { ...one, ...changes } : one))
    return run !== undefined
  }
}

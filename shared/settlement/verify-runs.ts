/**
 * Runs of `npm run verify` that are kept: what the last one found, who may begin one, and when one counts as given up. Whoever is asked for a
 * run and whoever verifies are different processes, which meet in the database. docs/console-invariants.md tells it whole.
 */

import type { VerifyResultView, VerifyRunsView, VerifyRunView } from '../contracts/verify-run-views.ts'
import { NO_PROGRESS, type VerifyProgress, type VerifyResult, type VerifyRun } from '../contracts/verify-runs.ts'
import { type Clock, DuplicateKeyError, type SeparateTransactions, type Transaction } from '../payments/ports.ts'
import type { AuditLog, VerifyRuns, VerifyStarter } from './ports.ts'

/** Real time. A process that verifies gives a sign of life each second; one that is begun does within seconds. */
export const VERIFY_LEASE_MS = 30_000
const KEPT_MS = 90 * 24 * 60 * 60_000

export interface VerifyRunPorts {
  transactions: SeparateTransactions
  verifyRuns: VerifyRuns
  clock: Pick<Clock, 'nowMs'>
  ids: { verifyRun(): string }
}

/** What the console shows. Throws DependencyUnavailableError. */
export async function readVerifyRuns(
  { verifyRuns, clock }: Pick<VerifyRunPorts, 'verifyRuns' | 'clock'>,
  canRunNow: boolean,
): Promise<VerifyRunsView> {
  const newest = await verifyRuns.newest()
  const done = newest === undefined || newest.state === 'DONE' ? newest : await verifyRuns.newestDone()
  return {
    newest: newest ? viewOf(newest, clock.nowMs()) : null,
    lastResult: done?.result ? resultView(done, done.result, clock.nowMs()) : null,
    canRunNow,
  }
}

const timeOf = (epochMs: number | null): string | null => (epochMs === null ? null : new Date(epochMs).toISOString())

const isOpen = ({ state }: VerifyRun): boolean => state === 'REQUESTED' || state === 'RUNNING'

/** Its process was killed, or nobody began one. */
const isGivenUp = (run: VerifyRun, nowMs: number): boolean => isOpen(run) && nowMs >= run.leaseUntilMs

/** One that is given up is shown as failed, also before another run closes it. */
export function viewOf(run: VerifyRun, nowMs: number): VerifyRunView {
  const { runId, askedBy, progress, problem } = run
  const givenUp = isGivenUp(run, nowMs)
  return {
    runId,
    state: givenUp ? 'FAILED' : run.state,
    askedBy,
    askedAt: new Date(run.askedAtMs).toISOString(),
    startedAt: timeOf(run.startedAtMs),
    finishedAt: timeOf(givenUp ? run.leaseUntilMs : run.finishedAtMs),
    progress,
    problem,
  }
}

const resultView = (
  run: VerifyRun,
  { figures, acquirerDecisions, acquirerSkipped, rules }: VerifyResult,
  nowMs: number,
): VerifyResultView => ({
  run: viewOf(run, nowMs),
  figures: { ...figures, acquirerDecisions },
  acquirerSkipped,
  rules,
})

/** The run that is going on; undefined when there is none. One that was given up is closed. The caller inserts another in this transaction. */
async function runInTheWay(
  { verifyRuns, clock }: Pick<VerifyRunPorts, 'verifyRuns' | 'clock'>,
  tx: Transaction,
): Promise<VerifyRun | undefined> {
  const open = await verifyRuns.open(tx)
  if (open === undefined) return undefined
  const nowMs = clock.nowMs()
  if (!isGivenUp(open, nowMs)) return open
  await verifyRuns.finish(open.runId, { state: 'FAILED', problem: null }, nowMs, tx)
  return undefined
}

const newRun = (
  { clock, ids }: Pick<VerifyRunPorts, 'clock' | 'ids'>,
  given: Pick<VerifyRun, 'state' | 'askedBy'>,
): VerifyRun => {
  const nowMs = clock.nowMs()
  return {
    runId: ids.verifyRun(),
    ...given,
    askedAtMs: nowMs,
    startedAtMs: given.state === 'RUNNING' ? nowMs : null,
    finishedAtMs: null,
    leaseUntilMs: nowMs + VERIFY_LEASE_MS,
    progress: NO_PROGRESS,
    problem: null,
    result: null,
  }
}

export type RequestedRun =
  | { kind: 'requested'; run: VerifyRunView }
  /** Another one is going on. */
  | { kind: 'busy'; runId: string; askedBy: string }

/** Asks for a run, in the operator's name. Nothing carries it out yet: see `startRun`. */
export async function requestRun(
  ports: VerifyRunPorts & { auditLog: AuditLog },
  { operator, reason }: { operator: string; reason: string },
): Promise<RequestedRun> {
  const { transactions, verifyRuns, auditLog, clock } = ports
  try {
    return await transactions.run('verify-runs', async tx => {
      const other = await runInTheWay(ports, tx)
      if (other !== undefined) return busyWith(other)
      const run = newRun(ports, { state: 'REQUESTED', askedBy: operator })
      await verifyRuns.insert(tx, run)
      await auditLog.append(tx, {
        actor: operator,
        action: 'verify.requested',
        subject: run.runId,
        reason,
        details: {},
      })
      return { kind: 'requested', run: viewOf(run, clock.nowMs()) }
    })
  } catch (error) {
    return busyWith(await whoWasFirst(verifyRuns, error))
  }
}

const busyWith = ({ runId, askedBy }: VerifyRun): RequestedRun => ({ kind: 'busy', runId, askedBy })

/** The unique key of the open run has decided. Throws the error when it means something else. */
async function whoWasFirst(verifyRuns: VerifyRuns, error: unknown): Promise<VerifyRun> {
  const first = error instanceof DuplicateKeyError ? await verifyRuns.open() : undefined
  if (first === undefined) throw error
  return first
}

/**
 * Has the run carried out, unless it was begun or is over: a repeat may call it again. When nobody begins it, the run has failed, and says so.
 * Throws DependencyUnavailableError.
 */
export async function startRun(
  ports: Pick<VerifyRunPorts, 'verifyRuns' | 'clock'>,
  starter: VerifyStarter,
  runId: string,
): Promise<void> {
  const open = await ports.verifyRuns.open()
  if (open?.runId !== runId || open.state !== 'REQUESTED') return
  try {
    await starter.start(runId)
  } catch (error) {
    await failRun(ports, runId, error instanceof Error ? error.message : String(error))
  }
}

export type BegunRun =
  | { kind: 'begun'; runId: string }
  /** Another one is going on. */
  | { kind: 'busy'; run: VerifyRun }
  /** Somebody else has begun it, or it was given up. */
  | { kind: 'not_waiting' }

/** Begins the run that was asked for. The caller verifies, and gives signs of life. */
export async function beginRequestedRun(
  { verifyRuns, clock }: Pick<VerifyRunPorts, 'verifyRuns' | 'clock'>,
  runId: string,
): Promise<BegunRun> {
  const nowMs = clock.nowMs()
  const begun = await verifyRuns.begin(runId, nowMs, nowMs + VERIFY_LEASE_MS)
  return begun ? { kind: 'begun', runId } : { kind: 'not_waiting' }
}

/** Begins a run that nobody has asked for but the caller. */
export async function beginOwnRun(ports: VerifyRunPorts, askedBy: string): Promise<BegunRun> {
  const { transactions, verifyRuns } = ports
  try {
    return await transactions.run('verify-runs', async tx => {
      const other = await runInTheWay(ports, tx)
      if (other !== undefined) return { kind: 'busy', run: other }
      const run = newRun(ports, { state: 'RUNNING', askedBy })
      await verifyRuns.insert(tx, run)
      return { kind: 'begun', runId: run.runId }
    })
  } catch (error) {
    return { kind: 'busy', run: await whoWasFirst(verifyRuns, error) }
  }
}

/** A sign of life. False: the run was given up, and what it finds is not kept. */
export const proceed = (
  { verifyRuns, clock }: Pick<VerifyRunPorts, 'verifyRuns' | 'clock'>,
  runId: string,
  progress: VerifyProgress,
): Promise<boolean> => verifyRuns.proceed(runId, progress, clock.nowMs() + VERIFY_LEASE_MS)

/** Keeps what a run found, and deletes old runs. False: it was given up before. */
export async function keepResult(
  { verifyRuns, clock }: Pick<VerifyRunPorts, 'verifyRuns' | 'clock'>,
  runId: string,
  result: VerifyResult,
): Promise<boolean> {
  const nowMs = clock.nowMs()
  const kept = await verifyRuns.finish(runId, { state: 'DONE', result }, nowMs)
  if (kept) await verifyRuns.prune(nowMs - KEPT_MS)
  return kept
}

/** The run comes to no result. False: it was over before. */
export const failRun = (
  { verifyRuns, clock }: Pick<VerifyRunPorts, 'verifyRuns' | 'clock'>,
  runId: string,
  problem: string | null,
): Promise<boolean> => verifyRuns.finish(runId, { state: 'FAILED', problem }, clock.nowMs())

/** Holds the invariants that look at one payment at a time against the next slice of payments, and keeps what was covered and found. */
import type { ControlDifference, InvariantRun, RuleFailure, RuleResult } from '../contracts/invariant-runs.ts'
import type { ChargeTerms } from './charges.ts'
import { addDifferences, controlDifferences } from './control-accounts.ts'
import type { SliceSource } from './database-reader.ts'
import { GRACE_MS } from './invariant.ts'
import { judgePayments } from './judge.ts'

/** The runs that are kept. Its methods throw when the database is away. */
export interface InvariantRuns {
  last(): Promise<InvariantRun | undefined>
  /** The last one that completed a pass. */
  lastComplete(): Promise<InvariantRun | undefined>
  add(run: InvariantRun): Promise<void>
  /** Deletes runs that began before `startedAtMsMin` in a pass before `passMin`, at most `limit`. Returns how many. */
  prune(startedAtMsMin: number, passMin: number, limit: number): Promise<number>
}

export interface SlicePorts {
  snapshots: {
    /** Calls `work` with the database as of one moment. Nothing is locked. */
    read<T>(work: (database: SliceSource) => Promise<T>): Promise<T>
  }
  invariantRuns: InvariantRuns
  clock: { nowMs(): number }
  settlementDefaults: ChargeTerms
}

const RUNS_KEPT_MS = 7 * 24 * 60 * 60_000
const PRUNED_RUNS_MAX = 1_000

/**
 * Judges the payments that follow those of the last run, at most `paymentsMax`, and returns what it kept of it. Behind the last payment
 * a new pass begins with the next run. Two at once judge the same slice twice, which changes nothing. Throws when the database is away.
 */
export async function checkSlice(ports: SlicePorts, paymentsMax: number): Promise<InvariantRun> {
  const startedAtMs = ports.clock.nowMs()
  const before = await ports.invariantRuns.last()
  const place = placeAfter(before, startedAtMs)
  const { differences, ...slice } = await ports.snapshots.read(database =>
    // Not before the snapshot: what fell due in between, and was done, would be missed.
    judgeSlice(database, place.afterPaymentId, paymentsMax, ports),
  )
  const failed = slice.results.reduce((total, result) => total + result.failed, 0)
  const run = {
    ...place,
    ...slice,
    startedAtMs,
    finishedAtMs: ports.clock.nowMs(),
    failed,
    failures: failuresAfter(before, slice.results, place.pass, startedAtMs),
    passPayments: place.passPayments + slice.payments,
    passFailed: place.passFailed + failed,
    passDifferences: place.passDifferences && addDifferences(place.passDifferences, differences),
  }
  await ports.invariantRuns.add(run)
  return run
}

/** Deletes runs that are a week old. Those of the pass of `run` and of the one before stay. Throws when the database is away. */
export const pruneRuns = ({ invariantRuns }: SlicePorts, { pass, startedAtMs }: InvariantRun): Promise<number> =>
  invariantRuns.prune(startedAtMs - RUNS_KEPT_MS, pass - 1, PRUNED_RUNS_MAX)

type Place = Pick<
  InvariantRun,
  'pass' | 'afterPaymentId' | 'passBeganAtMs' | 'passPayments' | 'passFailed' | 'passDifferences'
>

function placeAfter(before: InvariantRun | undefined, nowMs: number): Place {
  if (before && before.lastPaymentId !== null) {
    const { pass, lastPaymentId, passBeganAtMs, passPayments, passFailed, passDifferences } = before
    return { pass, afterPaymentId: lastPaymentId, passBeganAtMs, passPayments, passFailed, passDifferences }
  }
  const nothing = { passPayments: 0, passFailed: 0, passDifferences: [] }
  return { pass: (before?.pass ?? 0) + 1, afterPaymentId: '', passBeganAtMs: nowMs, ...nothing }
}

async function judgeSlice(
  database: SliceSource,
  afterPaymentId: string,
  paymentsMax: number,
  { clock, settlementDefaults }: Pick<SlicePorts, 'clock' | 'settlementDefaults'>,
): Promise<Pick<InvariantRun, 'lastPaymentId' | 'payments' | 'results'> & { differences: ControlDifference[] }> {
  const nowMs = clock.nowMs()
  const virtualNowMs = nowMs + (await database.clockOffsetMs())
  const { histories, lastPaymentId } = await database.slice(afterPaymentId, paymentsMax)
  const judge = { nowMs, virtualNowMs, graceMs: GRACE_MS, settlementDefaults }
  const judged = judgePayments(histories, judge)
  const results = judged.map(({ name, checked, failed, pending, rows }) => ({ name, checked, failed, pending, rows }))
  const payments = histories.filter(({ payment }) => payment !== null).length
  return { lastPaymentId, payments, results, differences: controlDifferences(histories, judge) }
}

function failuresAfter(
  before: InvariantRun | undefined,
  results: readonly RuleResult[],
  pass: number,
  atMs: number,
): Record<string, RuleFailure> {
  const kept = Object.entries(before?.failures ?? {}).filter(([, failure]) => failure.pass >= pass - 1)
  const found = results.filter(({ failed }) => failed > 0)
  return {
    ...Object.fromEntries(kept),
    ...Object.fromEntries(found.map(({ name, failed, rows }) => [name, { atMs, pass, failed, rows }])),
  }
}

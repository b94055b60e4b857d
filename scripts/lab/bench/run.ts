/** A whole run: warm everything up, every case in every round, then the books. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from 'mysql2/promise'
import { defaultOptions, verify } from '../../operate/verify/settle.ts'
import type { TraceCollector } from '../trace-collector.ts'
import { openBooks } from './books.ts'
import { openDirect } from './direct.ts'
import { beginRun, type Origin } from './machine.ts'
import { type Unit, units } from './order.ts'
import { medianOf } from './percentiles.ts'
import { sampleLine } from './report.ts'
import { differencesBetween, perUnit, type Sizes, sizesOf } from './row-sizes.ts'
import {
  type Bench,
  type CaseFigures,
  type CaseSample,
  isDirect,
  isEmpty,
  isProduct,
  isThroughFront,
  runCase,
  unitOf,
} from './run-case.ts'
import { type BenchCase, type BenchSettings, type CaseKind, scheduleOf } from './settings.ts'
import type { Stage } from './stage.ts'
import { stagesOf } from './stages.ts'

export interface CaseMedians extends BenchCase {
  figures: CaseFigures
}

export interface BookResult {
  ok: boolean
  invariants: number
  broken: string[]
  pending: number
  payments: number
  problems: string[]
}

export interface BenchResult extends Origin {
  settings: BenchSettings
  /** Medians over the rounds. */
  cases: CaseMedians[]
  /** Every round by itself, in the order in which it ran. */
  rounds: CaseSample[]
  books: BookResult
  /** Why the figures must not be trusted; empty when they may. */
  problems: string[]
}

const SETTLE_MS = 120_000
/** Longer than spans wait for others before they are sent. */
const SPANS_GATHERED_MS = 2_000
/** Long enough for the compiler to have seen every path. */
const FIRST_WARMUP_SECONDS = 5

export async function runBench(
  stage: Stage,
  settings: BenchSettings,
  say: (line: string) => void,
  collector?: TraceCollector,
): Promise<BenchResult> {
  const end = beginRun()
  const books = await openBooks(stage.system.databaseUrl, stage.system.brokers)
  const bench: Bench = { stage, settings, books, say }
  try {
    const warmUpProblems = await warmUp(bench)
    const samples = await runRounds(bench)
    const verified = await verifyBooks(bench)
    const rounds = collector === undefined ? samples : await withStages(samples, collector)
    return {
      ...(await end(stage.system.databaseUrl)),
      settings,
      cases: mediansOf(rounds, settings),
      rounds,
      books: verified,
      problems: [...warmUpProblems, ...rounds.flatMap(sample => sample.problems), ...verified.problems],
    }
  } finally {
    await bench.direct?.database.end()
    await books.close()
  }
}

/**
 * Some of every kind, at the highest concurrency, so that no case is the first of its kind. The product's kinds come first:
 * the direct writer repeats a flow of theirs, and its rows are held against theirs.
 */
async function warmUp(bench: Bench): Promise<string[]> {
  const { kinds } = bench.settings
  const direct = kinds.filter(isDirect)
  const product = units.filter(unit => kinds.includes(unit) || direct.length > 0)
  const rows: Partial<Record<Unit, Sizes>> = {}
  const problems: string[] = []
  for (const unit of product) rows[unit] = await warmUpWriter(bench, unit, bench.books.database, problems)
  for (const kind of kinds.filter(kind => isEmpty(kind) || isThroughFront(kind)))
    await warmUpCase(bench, kind, problems)
  if (direct.length > 0) {
    bench.direct = await openDirect(bench.stage.system.databaseUrl, bench.books.database)
    for (const kind of direct) {
      const written = await warmUpWriter(bench, kind, bench.direct.database, problems)
      const differences = differencesBetween(rows[unitOf(kind)]!, written)
      problems.push(...differences.map(difference => `${kind} does not write what the product writes: ${difference}`))
    }
  }
  bench.say('warmed up')
  return problems
}

async function warmUpCase(bench: Bench, kind: CaseKind, problems: string[]): Promise<CaseSample> {
  const { settings } = bench
  const seconds = Math.min(FIRST_WARMUP_SECONDS, settings.seconds)
  const benchCase = { kind, concurrency: Math.max(...settings.concurrency) }
  const sample = await runCase(bench, benchCase, 0, { ...settings, seconds, warmupSeconds: 0, tailSeconds: 0 })
  problems.push(...sample.problems.map(problem => `warm-up of ${problem}`))
  return sample
}

/** Returns what one unit wrote. */
async function warmUpWriter(bench: Bench, kind: CaseKind, database: Connection, problems: string[]): Promise<Sizes> {
  const before = await sizesOf(database)
  const { figures } = await warmUpCase(bench, kind, problems)
  return perUnit(before, await sizesOf(database), figures.load.all.units)
}

async function runRounds(bench: Bench): Promise<CaseSample[]> {
  const samples: CaseSample[] = []
  for (const [index, cases] of scheduleOf(bench.settings).entries()) {
    for (const benchCase of cases) {
      const sample = await runCase(bench, benchCase, index + 1)
      samples.push(sample)
      bench.say(sampleLine(sample))
    }
  }
  return samples
}

/** What was recorded of each. */
async function withStages(samples: readonly CaseSample[], { spans }: TraceCollector): Promise<CaseSample[]> {
  await sleep(SPANS_GATHERED_MS)
  return samples.map(sample => {
    if (!isProduct(sample.kind)) return sample
    const clientMeanMs = (sample.concurrency * 1_000) / sample.figures.requestsPerSecond
    const stages = stagesOf(spans, sample.measured, clientMeanMs)
    return stages === undefined ? sample : { ...sample, figures: { ...sample.figures, stages } }
  })
}

export const mediansOf = (samples: CaseSample[], { concurrency, kinds }: BenchSettings): CaseMedians[] =>
  kinds.flatMap(kind =>
    concurrency.map(each => {
      const mine = samples.filter(sample => sample.kind === kind && sample.concurrency === each)
      return { kind, concurrency: each, figures: medianOf(mine.map(sample => sample.figures)) }
    }),
  )

/** A benchmark of wrong books is worth nothing. */
export async function verifyBooks({ stage, say }: Pick<Bench, 'stage' | 'say'>): Promise<BookResult> {
  say('verifying the books')
  const report = await verify(stage.system, { ...defaultOptions, settleMs: SETTLE_MS })
  const broken = report.results.filter(result => !result.ok).map(result => result.name)
  const { pending, figures, results } = report
  const problems = [...broken.map(name => `broken: ${name}`), ...(pending > 0 ? [`${pending} findings pending`] : [])]
  return {
    ok: problems.length === 0,
    invariants: results.length,
    broken,
    pending,
    payments: figures.payments,
    problems: problems.map(problem => `the books are not right: ${problem}`),
  }
}

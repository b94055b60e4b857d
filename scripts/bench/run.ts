/** A whole run: warm everything up, every case in every round, then the books. */
import { DEFAULT_OPTIONS, verify } from '../verify/settle.ts'
import { type Books, openBooks } from './books.ts'
import { loadAverages, type Machine, machine, type Versions, versions } from './machine.ts'
import type { Target } from './order.ts'
import { medianOf } from './percentiles.ts'
import { type CaseFigures, type CaseSample, runCase } from './run-case.ts'
import { type BenchCase, type BenchSettings, type CaseKind, caseName, scheduleOf } from './settings.ts'
import type { Stage } from './stage.ts'

export interface CaseMedians extends BenchCase {
  figures: CaseFigures
}

export interface BenchResult {
  startedAt: string
  machine: Machine
  versions: Versions
  settings: BenchSettings
  loadAverages: { before: number[]; after: number[] }
  /** Medians over the rounds. */
  cases: CaseMedians[]
  /** Every round by itself, in the order in which it ran. */
  rounds: CaseSample[]
  books: { ok: boolean; invariants: number; broken: string[]; pending: number; payments: number }
  /** Why the figures must not be trusted; empty when they may. */
  problems: string[]
}

const SETTLE_MS = 120_000
/** Long enough for the compiler to have seen every path. */
const FIRST_WARMUP_SECONDS = 5

export async function runBench(
  stage: Stage,
  settings: BenchSettings,
  say: (line: string) => void,
): Promise<BenchResult> {
  const before = { loadAverages: loadAverages(), startedAt: new Date().toISOString() }
  const books = await openBooks(stage.system.databaseUrl, stage.system.brokers)
  try {
    await warmUp(stage, books, settings, say)
    const rounds = await runRounds(stage, books, settings, say)
    const verified = await verifyBooks(stage, say)
    return {
      startedAt: before.startedAt,
      machine: machine(),
      versions: await versions(stage.system.databaseUrl),
      settings,
      loadAverages: { before: before.loadAverages, after: loadAverages() },
      cases: mediansOf(rounds, settings),
      rounds,
      books: verified,
      problems: [...rounds.flatMap(sample => sample.problems), ...bookProblems(verified)],
    }
  } finally {
    await books.close()
  }
}

const targetOf = (stage: Stage, kind: CaseKind): Target => ({
  kind: 'http',
  origin: kind === 'empty' ? stage.empty.origin : stage.system.apiUrl,
})

/** Of every kind something, at the highest concurrency: no case is the first of its kind. */
async function warmUp(stage: Stage, books: Books, settings: BenchSettings, say: (line: string) => void): Promise<void> {
  const seconds = Math.min(FIRST_WARMUP_SECONDS, settings.seconds)
  const concurrency = Math.max(...settings.concurrency)
  for (const kind of settings.kinds) {
    const target = targetOf(stage, kind)
    await runCase(stage, books, { kind, concurrency }, 0, { ...settings, seconds, warmupSeconds: 0 }, target)
  }
  say('warmed up')
}

async function runRounds(stage: Stage, books: Books, settings: BenchSettings, say: (line: string) => void) {
  const samples: CaseSample[] = []
  for (const [index, cases] of scheduleOf(settings).entries()) {
    for (const benchCase of cases) {
      const sample = await runCase(stage, books, benchCase, index + 1, settings, targetOf(stage, benchCase.kind))
      samples.push(sample)
      say(sampleLine(sample))
    }
  }
  return samples
}

const sampleLine = (sample: CaseSample): string =>
  `round ${sample.round}  ${caseName(sample).padEnd(20)} ${sample.figures.requestsPerSecond.toFixed(0).padStart(6)} requests/s` +
  `  p99 ${sample.figures.load.latencyMs.p99.toFixed(1)} ms${sample.problems.map(problem => `\n  ! ${problem}`).join('')}`

const mediansOf = (samples: CaseSample[], { concurrency, kinds }: BenchSettings): CaseMedians[] =>
  kinds.flatMap(kind =>
    concurrency.map(each => {
      const mine = samples.filter(sample => sample.kind === kind && sample.concurrency === each)
      return { kind, concurrency: each, figures: medianOf(mine.map(sample => sample.figures)) }
    }),
  )

async function verifyBooks(stage: Stage, say: (line: string) => void): Promise<BenchResult['books']> {
  say('verifying the books')
  const report = await verify(stage.system, { ...DEFAULT_OPTIONS, settleMs: SETTLE_MS })
  const broken = report.results.filter(result => !result.ok).map(result => result.name)
  const { pending, figures } = report
  return {
    ok: report.ok && pending === 0,
    invariants: report.results.length,
    broken,
    pending,
    payments: figures.payments,
  }
}

const bookProblems = ({ ok, broken, pending }: BenchResult['books']): string[] =>
  ok ? [] : [`the books are not right: ${[...broken, ...(pending > 0 ? [`${pending} pending`] : [])].join(', ')}`]

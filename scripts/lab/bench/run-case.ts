/** One case: load on one target, and what every process and table had to do for it. */
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Books, countRows, type EventFigures, type RowCounts } from './books.ts'
import { cpuBetween, machineCpuSeconds } from './cpu.ts'
import type { Direct } from './direct.ts'
import type { LoadResult, Order, Target, Unit } from './order.ts'
import { type BenchCase, type BenchSettings, type CaseKind, caseName, type FrontKind, frontKinds } from './settings.ts'
import type { Stage } from './stage.ts'
import type { Stages } from './stages.ts'

export interface CaseFigures {
  requestsPerSecond: number
  unitsPerSecond: number
  load: LoadResult
  /** Of the measured time, by process; null where it cannot be seen. */
  cpuSeconds: Record<string, number | null>
  cpuMsByProcess: Record<string, number | null>
  /** Of the processes that do its work. */
  cpuMsPerRequest: number | null
  /** Of all cores, whoever used them; 0 to 1. */
  machineBusy: number
  /** With --stages, of the product's own cases. */
  stages?: Stages
  /** Of the product's own cases. */
  events?: EventFigures
}

export interface CaseSample extends BenchCase {
  round: number
  startedAt: string
  /** The measured time. Epoch, ms. */
  measured: { beginMs: number; endMs: number }
  figures: CaseFigures
  /** What must not be: unexpected answers, rows that are missing. */
  problems: string[]
}

/** What the cases of one run have in common. */
export interface Bench {
  stage: Stage
  settings: BenchSettings
  books: Books
  /** Once there is a real flow to repeat. */
  direct?: Direct
  say: (line: string) => void
}

export const isThroughFront = (kind: CaseKind): kind is FrontKind => frontKinds.some(front => front === kind)
export const isProduct = (kind: CaseKind): boolean => !isEmpty(kind) && !isDirect(kind)
export const isEmpty = (kind: CaseKind): boolean => kind.startsWith('empty')
export const isDirect = (kind: CaseKind): boolean => kind.startsWith('direct-')
export const unitOf = (kind: CaseKind): Unit => (/\bflow\b/.test(kind) ? 'flow' : 'authorize')

let orders = 0
/** When the timers of the last load over serverless-offline began to run out. */
let lastLoadEndedMs = Number.NEGATIVE_INFINITY

/** After it nothing is on its way any more. */
export async function runCase(
  bench: Bench,
  benchCase: BenchCase,
  round: number,
  settings: BenchSettings = bench.settings,
): Promise<CaseSample> {
  await restFor(settings)
  const startedAt = new Date().toISOString()
  const rowsBefore = await rowsOf(bench, benchCase.kind)
  const mark = isProduct(benchCase.kind) ? await bench.books.mark() : undefined
  const loaded = await runLoad(bench.stage, targetOf(bench, benchCase.kind), benchCase, settings)
  const { load, beginsMs, endsMs } = loaded
  if (mark) await bench.books.drained()
  const events = mark && (await bench.books.since(mark, beginsMs, endsMs))
  const figures: CaseFigures = { ...figuresOf(benchCase.kind, loaded), ...(events && { events }) }
  const rowsAfter = await rowsOf(bench, benchCase.kind)
  const problems = [...answerProblems(load), ...rowProblems(load, rowsBefore, rowsAfter)]
  const measured = { beginMs: beginsMs, endMs: endsMs }
  return {
    ...benchCase,
    ...{ round, startedAt, measured, figures },
    problems: problems.map(text => `${caseName(benchCase)}: ${text}`),
  }
}

/** What HTTP alone needs. */
export type HttpStage = Pick<Stage, 'system' | 'empties' | 'front'>

/** One case as its caller sees it: of the rows it knows nothing, so it measures a commit whose tables are others. */
export async function runHttpCase(
  stage: HttpStage & Pick<Stage, 'generator' | 'cpu'>,
  benchCase: BenchCase,
  round: number,
  settings: BenchSettings,
): Promise<CaseSample> {
  await restFor(settings)
  const startedAt = new Date().toISOString()
  const loaded = await runLoad(stage, httpTargetOf(stage, benchCase.kind), benchCase, settings)
  const problems = answerProblems(loaded.load).map(text => `${caseName(benchCase)}: ${text}`)
  const measured = { beginMs: loaded.beginsMs, endMs: loaded.endsMs }
  return { ...benchCase, round, startedAt, measured, figures: figuresOf(benchCase.kind, loaded), problems }
}

function figuresOf(kind: CaseKind, { load, cpuSeconds, machineBusy }: Loaded): CaseFigures {
  const byProcess = cpuMsByProcess(cpuSeconds, load.requests)
  return {
    requestsPerSecond: load.requests / load.seconds,
    unitsPerSecond: load.units / load.seconds,
    load,
    cpuSeconds,
    cpuMsByProcess: byProcess,
    cpuMsPerRequest: cpuMsTogether(kind, byProcess),
    machineBusy,
  }
}

const restFor = (settings: BenchSettings): Promise<void> => sleep(restMs(settings, performance.now() - lastLoadEndedMs))

/** What is left of the last load's tail may pass in the warm-up, not in the measured time. */
export const restMs = ({ tailSeconds, warmupSeconds }: BenchSettings, sinceLastLoadMs: number): number =>
  Math.max(0, (tailSeconds - warmupSeconds) * 1_000 - sinceLastLoadMs)

function targetOf({ stage, direct }: Bench, kind: CaseKind): Target {
  if (!isDirect(kind)) return httpTargetOf(stage, kind)
  if (direct === undefined) throw new Error('there is no flow yet that the direct writer could repeat')
  return direct.target
}

function httpTargetOf({ system, empties, front }: HttpStage, kind: CaseKind): Target {
  if (isThroughFront(kind)) return { kind: 'http', origin: front![isEmpty(kind) ? 'empty' : 'product'] }
  if (isProduct(kind)) return { kind: 'http', origin: system.apiUrl }
  const { origin } = empties[kind === 'empty-typescript' ? 'empty-typescript' : 'empty-handler']!
  return { kind: 'http', origin, pathPrefix: kind === 'empty-quick' ? '/quick' : '' }
}

/** Undefined for the empty handler, which writes none. */
async function rowsOf({ books, direct }: Bench, kind: CaseKind): Promise<RowCounts | undefined> {
  if (isProduct(kind)) return countRows(books.database)
  return direct && isDirect(kind) ? countRows(direct.database) : undefined
}

interface Loaded {
  load: LoadResult
  cpuSeconds: Record<string, number | null>
  machineBusy: number
  /** Epoch: these bound the measured time. */
  beginsMs: number
  endsMs: number
}

async function runLoad(
  { generator, cpu }: Pick<Stage, 'generator' | 'cpu'>,
  target: Target,
  { kind, concurrency }: BenchCase,
  { seconds, warmupSeconds, seed }: BenchSettings,
): Promise<Loaded> {
  const order: Order = {
    target,
    unit: unitOf(kind),
    concurrency,
    warmupMs: warmupSeconds * 1_000,
    durationMs: seconds * 1_000,
    seed: seed + orders,
    runId: `r${seed}-${orders++}`,
  }
  let before: Record<string, number | null> = {}
  let after: Record<string, number | null> = {}
  let machine = { before: 0, after: 0 }
  let beginsMs = 0
  let endsMs = 0
  const load = await generator.run(order, {
    begins: () => {
      before = cpu()
      machine = { ...machine, before: machineCpuSeconds() }
      beginsMs = Date.now()
    },
    ends: () => {
      after = cpu()
      machine = { ...machine, after: machineCpuSeconds() }
      endsMs = Date.now()
    },
  })
  if (!isDirect(kind)) lastLoadEndedMs = performance.now()
  const machineBusy = ((machine.after - machine.before) * 1_000) / ((endsMs - beginsMs) * availableParallelism())
  const cpuSeconds = { ...cpuBetween(before, after), generator: load.cpuSeconds }
  return { load, cpuSeconds, machineBusy, beginsMs, endsMs }
}

/** The processes that do the work of a case; the direct writer is the load generator itself. An acquirer within the API is none. */
const workersOf = (kind: CaseKind, byProcess: CaseFigures['cpuMsByProcess']): string[] => {
  if (isEmpty(kind)) return ['empty']
  if (isDirect(kind)) return ['generator', 'mariadb']
  return ['api', 'mariadb', 'kafka', 'redis', ...('acquirer' in byProcess ? ['acquirer'] : [])]
}

const cpuMsByProcess = (cpuSeconds: CaseFigures['cpuSeconds'], requests: number): CaseFigures['cpuMsByProcess'] =>
  Object.fromEntries(
    Object.entries(cpuSeconds).map(([name, seconds]) => [
      name,
      seconds === null || requests === 0 ? null : (seconds * 1_000) / requests,
    ]),
  )

/** Null when one of them cannot be seen. */
function cpuMsTogether(kind: CaseKind, byProcess: CaseFigures['cpuMsByProcess']): number | null {
  const worked = workersOf(kind, byProcess).map(name => byProcess[name] ?? null)
  return worked.includes(null) ? null : worked.reduce((sum: number, ms) => sum + ms!, 0)
}

function answerProblems({ errors, requests }: LoadResult): string[] {
  const unexpected = Object.entries(errors).map(([what, count]) => `${count} × ${what}`)
  return requests === 0 ? [...unexpected, 'nothing was answered as expected'] : unexpected
}

/** With errors the rows cannot be told from the answers: a request without an answer may have written its rows. */
export function rowProblems(
  { all, errors }: Pick<LoadResult, 'all' | 'errors'>,
  before: RowCounts | undefined,
  after: RowCounts | undefined,
): string[] {
  if (before === undefined || after === undefined || Object.keys(errors).length > 0) return []
  const expected: RowCounts = { payments: all.units, operations: all.requests, events: all.requests }
  return (['payments', 'operations', 'events'] as const).flatMap(what => {
    const found = after[what] - before[what]
    return found === expected[what] ? [] : [`${expected[what]} ${what} were answered, ${found} are in the database`]
  })
}

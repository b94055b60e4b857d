/** One case: load on one target, and what every process and table had to do for it. */
import type { Books, EventFigures } from './books.ts'
import { cpuBetween } from './cpu.ts'
import type { LoadResult, Order, Target, Unit } from './order.ts'
import { type BenchCase, type BenchSettings, type CaseKind, caseName } from './settings.ts'
import type { Stage } from './stage.ts'

export interface CaseFigures {
  requestsPerSecond: number
  unitsPerSecond: number
  load: LoadResult
  /** Of the measured time, by process; null where it cannot be seen. */
  cpuSeconds: Record<string, number | null>
  /** Of all but the load generator and this tool. */
  cpuMsPerRequest: number | null
  /** Of the product's own cases. */
  events?: EventFigures
}

export interface CaseSample extends BenchCase {
  round: number
  startedAt: string
  figures: CaseFigures
  /** What must not be: unexpected answers, rows that are missing. */
  problems: string[]
}

export const isProduct = (kind: CaseKind): boolean => kind === 'authorize' || kind === 'flow'
export const unitOf = (kind: CaseKind): Unit => (kind === 'flow' ? 'flow' : 'authorize')

let orders = 0

export async function runCase(
  stage: Stage,
  books: Books,
  benchCase: BenchCase,
  round: number,
  settings: Pick<BenchSettings, 'seconds' | 'warmupSeconds' | 'seed'>,
  target: Target,
): Promise<CaseSample> {
  const order: Order = {
    target,
    unit: unitOf(benchCase.kind),
    concurrency: benchCase.concurrency,
    warmupMs: settings.warmupSeconds * 1_000,
    durationMs: settings.seconds * 1_000,
    seed: settings.seed + orders,
    runId: `r${settings.seed}-${orders++}`,
  }
  const startedAt = new Date().toISOString()
  const product = isProduct(benchCase.kind)
  const mark = product ? await books.mark() : undefined
  const { load, cpuSeconds, beginsMs, endsMs } = await runLoad(stage, order)
  if (product) await books.drained()
  const events = mark && (await books.since(mark, beginsMs, endsMs))
  const figures: CaseFigures = {
    requestsPerSecond: load.requests / load.seconds,
    unitsPerSecond: load.units / load.seconds,
    load,
    cpuSeconds,
    cpuMsPerRequest: cpuMsPerRequest(cpuSeconds, load.requests),
    ...(events && { events }),
  }
  const problems = [...answerProblems(load), ...(events ? rowProblems(load, events) : [])]
  return { ...benchCase, round, startedAt, figures, problems: problems.map(text => `${caseName(benchCase)}: ${text}`) }
}

async function runLoad(stage: Stage, order: Order) {
  let before: Record<string, number | null> = {}
  let after: Record<string, number | null> = {}
  let beginsMs = 0
  let endsMs = 0
  const load = await stage.generator.run(order, {
    begins: () => {
      before = stage.cpu()
      beginsMs = Date.now()
    },
    ends: () => {
      after = stage.cpu()
      endsMs = Date.now()
    },
  })
  const cpuSeconds = { ...cpuBetween(before, after), generator: load.cpuSeconds }
  return { load, cpuSeconds, beginsMs, endsMs }
}

const MEASURING = ['generator', 'tool']

function cpuMsPerRequest(cpuSeconds: Record<string, number | null>, requests: number): number | null {
  const served = Object.entries(cpuSeconds).filter(([name]) => !MEASURING.includes(name))
  if (requests === 0 || served.some(([, seconds]) => seconds === null)) return null
  return (served.reduce((sum, [, seconds]) => sum + seconds!, 0) * 1_000) / requests
}

function answerProblems({ errors, requests }: LoadResult): string[] {
  const unexpected = Object.entries(errors).map(([what, count]) => `${count} × ${what}`)
  return requests === 0 ? [...unexpected, 'nothing was answered as expected'] : unexpected
}

/** With errors the rows cannot be told from the answers: a request without an answer may have written its rows. */
function rowProblems({ all, errors }: LoadResult, { payments, operations, events }: EventFigures): string[] {
  if (Object.keys(errors).length > 0) return []
  const differs = (what: string, found: number, expected: number) =>
    found === expected ? [] : [`${expected} ${what} were answered, ${found} are in the database`]
  return [
    ...differs('payments', payments, all.units),
    ...differs('operations', operations, all.requests),
    ...differs('events', events, all.requests),
  ]
}

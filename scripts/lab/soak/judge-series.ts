/** Judges the samples of a run: each figure that was watched by its own bound, and each shape of statement by the rows it examines. */
import { type Flatness, flatnessOf, type Point } from './flatness.ts'
import { type Reading, type WatchedKind, watched } from './watched.ts'

/** What has been counted since some beginning of its own. */
export interface Totals {
  /** Requests that the API has answered, and the time its handlers took. */
  requests: number
  handlerMs: number
  cpuMs: Record<string, number>
  /** By the digest of the statement; of the sampler's own nothing. */
  statements: Record<string, StatementTotal>
}

export interface StatementTotal {
  calls: number
  rowsExamined: number
}

export interface Sample {
  /** Since the load began. */
  atMs: number
  readings: Reading[]
  /** None of a process that is not a system. */
  totals?: Totals
}

export interface SeriesVerdict extends Flatness {
  kind: WatchedKind
  of: string
  /** What was judged, in its order. */
  values: number[]
}

export interface StatementVerdict {
  digest: string
  /** Of one call, in the first and the last third. */
  first: number
  last: number
  calls: number
  grows: boolean
}

export interface Judgement {
  series: SeriesVerdict[]
  statements: StatementVerdict[]
  /** Figures of which there were too few to tell. */
  untold: string[]
}

export interface JudgeOptions {
  /** What was sampled before is left out: caches fill, the compiler works, pools open. */
  warmupMs: number
  /** Costs of a request and of a statement are those of so long a time before the sample. */
  rateMs: number
}

export function judge(samples: readonly Sample[], { warmupMs, rateMs }: JudgeOptions): Judgement {
  const rated = samples.map((sample, index) => withRates(sample, earlierBy(rateMs, samples, index)))
  const settled = rated.filter(({ atMs }) => atMs >= warmupMs)
  const series: SeriesVerdict[] = []
  const untold: string[] = []
  for (const [name, { kind, of, points }] of seriesOf(settled)) {
    const flatness = flatnessOf(points, watched[kind].bound)
    if (flatness === undefined) untold.push(name)
    else series.push({ kind, of, ...flatness, values: points.map(({ value }) => Number(value.toFixed(3))) })
  }
  return { series, statements: judgeStatements(samples.filter(({ atMs }) => atMs >= warmupMs)), untold }
}

/** The newest sample that is at least so much older; undefined of the first ones. */
function earlierBy(ms: number, samples: readonly Sample[], index: number): Sample | undefined {
  const { atMs } = samples[index]!
  return samples.slice(0, index).findLast(earlier => atMs - earlier.atMs >= ms)
}

/** The sample with what the minute before it says of a request and of a statement. */
function withRates(sample: Sample, before: Sample | undefined): Sample {
  if (sample.totals === undefined || before?.totals === undefined) return sample
  return { ...sample, readings: [...sample.readings, ...ratesBetween(before.totals, sample.totals)] }
}

function ratesBetween(before: Totals, after: Totals): Reading[] {
  const requests = after.requests - before.requests
  const [all, earlier] = [sumOf(after.statements), sumOf(before.statements)]
  const statements = all.calls - earlier.calls
  const rates: Reading[] = Object.entries(after.cpuMs).map(([of, ms]) => ({
    kind: 'cpu',
    of,
    value: (ms - (before.cpuMs[of] ?? ms)) / requests,
  }))
  rates.push({ kind: 'answerTime', of: 'api', value: (after.handlerMs - before.handlerMs) / requests })
  rates.push({ kind: 'rowsExamined', of: 'mariadb', value: (all.rowsExamined - earlier.rowsExamined) / statements })
  // Of a minute without a request there is nothing to say.
  return rates.filter(({ value }) => Number.isFinite(value))
}

const sumOf = (statements: Totals['statements']): StatementTotal =>
  Object.values(statements).reduce(
    (sum, { calls, rowsExamined }) => ({
      calls: sum.calls + calls,
      rowsExamined: sum.rowsExamined + rowsExamined,
    }),
    { calls: 0, rowsExamined: 0 },
  )

interface Series {
  kind: WatchedKind
  of: string
  points: Point[]
}

function seriesOf(samples: readonly Sample[]): Map<string, Series> {
  const all = new Map<string, Series>()
  for (const { atMs, readings } of samples)
    for (const { kind, of, value } of readings) {
      const name = `${watched[kind].name}: ${of}`
      const series = all.get(name) ?? { kind, of, points: [] }
      series.points.push({ atMs, value })
      all.set(name, series)
    }
  return all
}

/** Fewer may have met one full batch by chance. */
const CALLS_MIN = 4
/** A statement that reads a table whole reads twice as much in the last third as in the first; a batch may be a little fuller. */
const GROWTH_MAX = 1.5
/** What a full batch has more than an emptier one. */
const ROWS_MORE_MAX = 100

/** Of each shape of statement, the rows that one call examines: the first third of the time against the last. */
export function judgeStatements(samples: readonly Sample[]): StatementVerdict[] {
  const counted = samples.flatMap(({ totals }) => (totals === undefined ? [] : [totals.statements]))
  const third = Math.floor((counted.length - 1) / 3)
  if (third < 1) return []
  const [begin, firstEnd] = [counted[0]!, counted[third]!]
  const [lastBegin, end] = [counted.at(-1 - third)!, counted.at(-1)!]
  return Object.keys(end).flatMap(digest => {
    const first = between(begin[digest], firstEnd[digest])
    const last = between(lastBegin[digest], end[digest])
    if (first.calls < CALLS_MIN || last.calls < CALLS_MIN) return []
    const [before, after] = [first.rowsExamined / first.calls, last.rowsExamined / last.calls]
    const grows = after > before * GROWTH_MAX && after > before + ROWS_MORE_MAX
    return [{ digest, first: before, last: after, calls: first.calls + last.calls, grows }]
  })
}

const none: StatementTotal = { calls: 0, rowsExamined: 0 }

const between = (before = none, after = none): StatementTotal => ({
  calls: after.calls - before.calls,
  rowsExamined: after.rowsExamined - before.rowsExamined,
})

/** A sentence for each leak. */
export const growthsOf = ({ series, statements }: Judgement): string[] => [
  ...series
    .filter(({ grows }) => grows)
    .map(({ kind, of, first, last, perHour, allowedPerHour }) => {
      const { name, digits } = watched[kind]
      const [from, to, gained, allowed] = [first, last, perHour, allowedPerHour].map(value => value.toFixed(digits))
      return `${of}: ${name} grows: ${from} → ${to}, ${gained} an hour where ${allowed} may be`
    }),
  ...statements
    .filter(({ grows }) => grows)
    .map(
      ({ digest, first, last }) =>
        `a statement examines more and more rows: ${first.toFixed(0)} → ${last.toFixed(0)} a call: ${digest}`,
    ),
]

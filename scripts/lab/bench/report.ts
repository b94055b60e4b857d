/** Prints the figures of a run: as aligned columns, or as Markdown for the documentation. */
import { printable } from '../../terminal/printable.ts'
import { tableLines } from '../../terminal/table.ts'
import { frontSection } from './front/front-report.ts'
import type { Origin } from './machine.ts'
import type { BenchResult, CaseMedians } from './run.ts'
import { type CaseSample, unitOf } from './run-case.ts'
import { caseName } from './settings.ts'
import { stageNames } from './stages.ts'

export interface Section {
  title: string
  rows: string[][]
  /** Words in every column; else the first holds names and the others figures. */
  words?: true
}

const oneDigit = (value: number | null | undefined): string => (value == null ? 'n/a' : value.toFixed(1))
const whole = (value: number | null | undefined): string => (value == null ? 'n/a' : value.toFixed(0))
const twoDigits = (value: number | null | undefined): string => (value == null ? 'n/a' : value.toFixed(2))

/** Of figures saved before it was measured there is none. */
const percent = (share: number | undefined): string => (share === undefined ? 'n/a' : `${(share * 100).toFixed(0)} %`)

const processNames = ['api', 'mariadb', 'kafka', 'redis', 'acquirer', 'empty', 'generator', 'tool']

export function sectionsOf(result: BenchResult): Section[] {
  const sections = [
    speed(result),
    everyRound(result),
    stages(result),
    cpu(result),
    cpuPerRequest(result),
    events(result),
    ratios(result),
    frontSection(result),
  ]
  return sections.filter(section => section.rows.length > 1)
}

const speed = ({ cases }: BenchResult): Section => ({
  title: 'Speed (a flow is authorize, capture, refund: three requests)',
  rows: [
    ['case', 'requests/s', 'flows/s', 'p50 ms', 'p95 ms', 'p99 ms', 'max ms', 'machine busy'],
    ...cases.map(each => {
      const { requestsPerSecond, unitsPerSecond, load, machineBusy } = each.figures
      const { p50, p95, p99, max } = load.latencyMs
      const flows = unitOf(each.kind) === 'flow' ? whole(unitsPerSecond) : ''
      const busy = percent(machineBusy)
      return [caseName(each), whole(requestsPerSecond), flows, ...[p50, p95, p99, max].map(oneDigit), busy]
    }),
  ],
})

/** A median hides how far apart its rounds were. */
const everyRound = ({ cases, rounds, settings }: BenchResult): Section => {
  const numbers = Array.from({ length: settings.rounds }, (_, index) => index + 1)
  return {
    title: 'Requests/s of every round',
    rows: [
      ['case', ...numbers.map(String)],
      ...(settings.rounds === 1 ? [] : cases).map(each => [
        caseName(each),
        ...numbers.map(number => {
          const of = rounds.find(sample => sample.round === number && caseName(sample) === caseName(each))
          return whole(of?.figures.requestsPerSecond)
        }),
      ]),
    ],
  }
}

const stages = ({ cases }: BenchResult): Section => ({
  title: 'Where the time of a request goes, mean ms (outside: HTTP, serverless-offline, the queue before the API)',
  rows: [
    ['case', ...stageNames, 'traces'],
    ...cases.flatMap(each => {
      const { stages: found } = each.figures
      if (found === undefined) return []
      return [[caseName(each), ...stageNames.map(name => twoDigits(found.meanMs[name])), whole(found.traces)]]
    }),
  ],
})

const cpu = ({ cases }: BenchResult): Section => ({
  title: 'CPU seconds in the measured time, by process',
  rows: [
    ['case', ...processNames],
    ...cases.map(each => [caseName(each), ...processNames.map(name => twoDigits(each.figures.cpuSeconds[name]))]),
  ],
})

const cpuPerRequest = ({ cases }: BenchResult): Section => ({
  title: 'CPU ms a request, by process; together: of those that do the work (the direct writer is the generator)',
  rows: [
    ['case', ...processNames, 'together'],
    ...cases.map(each => {
      const { cpuMsByProcess, cpuMsPerRequest } = each.figures
      return [caseName(each), ...processNames.map(name => twoDigits(cpuMsByProcess[name])), twoDigits(cpuMsPerRequest)]
    }),
  ],
})

const events = ({ cases }: BenchResult): Section => ({
  title: 'Events: Kafka records, and milliseconds until published (outbox) and until the fee is booked (ledger)',
  rows: [
    [
      'case',
      'records/event',
      'doorbells/event',
      'outbox p50',
      'p95',
      'p99',
      'backlog max',
      'ledger p50',
      'p95',
      'p99',
      'drained after s',
    ],
    ...cases.flatMap(each => {
      const { events: found } = each.figures
      if (found === undefined) return []
      const { outboxLagMs: outbox, ledgerLagMs: ledger } = found
      return [
        [
          caseName(each),
          found.recordsPerEvent.toFixed(3),
          found.doorbellsPerEvent.toFixed(3),
          ...[outbox?.p50, outbox?.p95, outbox?.p99, found.backlogMax].map(whole),
          ...[ledger?.p50, ledger?.p95, ledger?.p99].map(value => (value === undefined ? '' : whole(value))),
          twoDigits(found.drainSeconds),
        ],
      ]
    }),
  ],
})

/** `side` when there is more than one. */
export function sampleLine(sample: CaseSample, side = ''): string {
  const { requestsPerSecond, load } = sample.figures
  const speed = `${requestsPerSecond.toFixed(0).padStart(6)} requests/s  p99 ${load.latencyMs.p99.toFixed(1)} ms`
  const problems = sample.problems.map(problem => `\n  ! ${printable(problem)}`)
  return `round ${sample.round}  ${side && `${side}  `.padStart(8)}${caseName(sample).padEnd(20)} ${speed}${problems.join('')}`
}

/** What is held against what. */
const ceilings = [
  ['authorize', 'empty'],
  ['authorize', 'empty-quick'],
  ['authorize', 'empty-typescript'],
  ['authorize', 'direct-authorize'],
  ['flow', 'empty'],
  ['flow', 'empty-quick'],
  ['flow', 'empty-typescript'],
  ['flow', 'direct-flow'],
] as const

export interface Ratio {
  of: string
  to: string
  concurrency: number
  ratio: number
}

export const ratiosOf = ({ cases, settings }: Pick<BenchResult, 'cases' | 'settings'>): Ratio[] =>
  ceilings.flatMap(([of, to]) =>
    settings.concurrency.flatMap(concurrency => {
      const speedOf = (kind: string) =>
        cases.find(each => each.kind === kind && each.concurrency === concurrency)?.figures.requestsPerSecond
      const [ours, theirs] = [speedOf(of), speedOf(to)]
      return ours === undefined || theirs === undefined ? [] : [{ of, to, concurrency, ratio: ours / theirs }]
    }),
  )

function ratios(result: BenchResult): Section {
  const { concurrency } = result.settings
  const all = ratiosOf(result)
  const rows = ceilings.map(([of, to]) => [
    `${of} ÷ ${to}`,
    ...concurrency.map(each => {
      const found = all.find(ratio => ratio.of === of && ratio.to === to && ratio.concurrency === each)
      return found === undefined ? '' : `${(found.ratio * 100).toFixed(1)} %`
    }),
  ])
  return {
    title: 'Ceilings: requests/s of the product ÷ requests/s of the same machine doing less, at the same concurrency',
    rows: [
      ['ratio', ...concurrency.map(each => `@${each}`)],
      ...rows.filter(row => row.slice(1).some(cell => cell !== '')),
    ],
  }
}

/** Each case's requests/s and p99 beside those of another run. */
export function comparisonOf(result: BenchResult, other: BenchResult): Section {
  const rows = result.cases.flatMap(each => {
    const before = other.cases.find(({ kind, concurrency }) => kind === each.kind && concurrency === each.concurrency)
    return before === undefined ? [] : [comparisonRow(each, before)]
  })
  return {
    title: `Against ${other.versions.commit} of ${other.startedAt}`,
    rows: [['case', 'requests/s then', 'now', 'change', 'p99 ms then', 'now', 'CPU ms/request then', 'now'], ...rows],
  }
}

const comparisonRow = (now: CaseMedians, then: CaseMedians): string[] => [
  caseName(now),
  whole(then.figures.requestsPerSecond),
  whole(now.figures.requestsPerSecond),
  `${((now.figures.requestsPerSecond / then.figures.requestsPerSecond - 1) * 100).toFixed(1)} %`,
  oneDigit(then.figures.load.latencyMs.p99),
  oneDigit(now.figures.load.latencyMs.p99),
  twoDigits(then.figures.cpuMsPerRequest),
  twoDigits(now.figures.cpuMsPerRequest),
]

export function linesOf({ title, rows, words }: Section, markdown: boolean): string[] {
  const right = words ? [] : rows[0]!.map((_, index) => index).slice(1)
  if (!markdown) return ['', title, ...tableLines(rows, right)]
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  const [head, ...body] = rows as [string[], ...string[][]]
  const rule = head.map((_, index) => (right.includes(index) ? '--:' : '---'))
  return ['', `${title}:`, '', line(head), line(rule), ...body.map(line)]
}

export const headerLines = (result: BenchResult): string[] => {
  const { rounds, seconds, warmupSeconds, seed } = result.settings
  return [
    ...originLines(result),
    `${rounds} rounds of ${seconds} s a case after ${warmupSeconds} s of warm-up, interleaved, medians; seed ${seed}`,
  ]
}

export function originLines({ machine, speed, versions, loadAverages, startedAt }: Origin): string[] {
  const dirty = versions.uncommitted.length === 0 ? '' : ` and ${versions.uncommitted.length} uncommitted files`
  return [
    `${startedAt}  commit ${versions.commit}${dirty}`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}; load average ${loadAverages.before.join(' ')} before, ${loadAverages.after.join(' ')} after`,
    ...(speed === undefined
      ? []
      : [
          `this machine then: fdatasync of 4 KiB ${twoDigits(speed.fdatasyncMs)} ms, SHA-256 on one core ${whole(speed.hashMiBPerSecond)} MiB/s`,
        ]),
    `Node ${versions.node}, MariaDB ${versions.mariadb}, serverless-offline ${versions.serverlessOffline}, mysql2 ${versions.mysql2}, kafkajs ${versions.kafkajs}`,
  ]
}

export const problemLines = (problems: readonly string[]): string[] =>
  problems.map(problem => `problem: ${printable(problem)}`)

export const verdictLines = ({ books, problems }: Pick<BenchResult, 'books' | 'problems'>): string[] => [
  '',
  books.ok
    ? `books: all ${books.invariants} invariants hold over ${books.payments} payments`
    : `books: broken: ${books.broken.join(', ') || `${books.pending} findings pending`}`,
  ...problemLines(problems),
]

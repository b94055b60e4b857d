/** The figures of `npm run bench:recon` beside what they should be. */
import type { Section } from '../report.ts'
import type { PartFigures, StepFigures } from './run-part.ts'
import type { ReconResult } from './run-recon.ts'

/** Of a million lines alone. */
export const GOALS = {
  secondsPerMillion: 150,
  doubleFactor: 2.2,
  peakRssMiB: 200,
  transactionMs: 1_000,
  besideFactor: 2,
  besideMs: 50,
}

const MILLION = 1_000_000

export const sectionsOf = (result: ReconResult): Section[] => [
  { title: 'Files', rows: fileRows(result) },
  { title: 'Authorizes', rows: authorizeRows(result) },
  { title: 'Goals', rows: goalRows(result) },
]

const fileRows = ({ alone, double, beside }: ReconResult): string[][] => [
  [
    'file',
    'lines',
    'step',
    'seconds',
    'lines/s',
    'CPU s in Node',
    'in MariaDB',
    'longest transaction, ms',
    'memory at start, MiB',
    'at most',
  ],
  ...[alone, double, beside].flatMap(part => [
    stepRow(part, 'import', part.imported),
    stepRow(part, 'match', part.matched),
  ]),
]

const stepRow = ({ name, lines }: PartFigures, step: string, measured: StepFigures): string[] => [
  ...[name, String(lines), step, measured.seconds.toFixed(1), whole(lines / measured.seconds)],
  ...[oneDigit(measured.cpuSeconds), oneDigit(measured.databaseCpuSeconds), whole(measured.transactionsMs.max)],
  ...[whole(measured.startRssMiB), whole(measured.peakRssMiB)],
]

const authorizeRows = ({ authorizesAlone, authorizesBeside }: ReconResult): string[][] => [
  ['', 'sent', 'p50 ms', 'p95', 'p99', 'max', 'sender late, p99'],
  ...(
    [
      ['alone', authorizesAlone],
      ['beside the file', authorizesBeside],
    ] as const
  ).map(([name, { sent, latencyMs, lateMs }]) => [
    ...[name, String(sent), oneDigit(latencyMs.p50), oneDigit(latencyMs.p95), oneDigit(latencyMs.p99)],
    ...[oneDigit(latencyMs.max), oneDigit(lateMs.p99)],
  ]),
]

interface Goal {
  what: string
  found: number
  goal: number
  unit: string
}

const goalRows = (result: ReconResult): string[][] => [
  ['', 'found', 'goal', 'reached'],
  ...goalsOf(result).map(({ what, found, goal, unit }) => [
    ...[what, `${oneDigit(found)}${unit}`, `≤ ${goal}${unit}`, found <= goal ? 'yes' : 'no'],
  ]),
]

/** What a million lines would take when the file has fewer or more is what a line took. */
export function goalsOf({ alone, double, beside, authorizesAlone, authorizesBeside, settings }: ReconResult): Goal[] {
  const steps = [alone, double, beside].flatMap(({ imported, matched }) => [imported, matched])
  const p99 = authorizesBeside.latencyMs.p99
  return [
    {
      what: 'a million lines alone',
      found: (alone.seconds / settings.lines) * MILLION,
      goal: GOALS.secondsPerMillion,
      unit: ' s',
    },
    { what: 'twice the lines ÷ once', found: double.seconds / alone.seconds, goal: GOALS.doubleFactor, unit: '' },
    {
      what: 'memory of Node',
      found: Math.max(...steps.map(step => step.peakRssMiB)),
      goal: GOALS.peakRssMiB,
      unit: ' MiB',
    },
    {
      what: 'longest transaction',
      found: Math.max(...steps.map(step => step.transactionsMs.max)),
      goal: GOALS.transactionMs,
      unit: ' ms',
    },
    {
      what: 'p99 of authorize beside ÷ alone',
      found: p99 / authorizesAlone.latencyMs.p99,
      goal: GOALS.besideFactor,
      unit: '',
    },
    { what: 'p99 of authorize beside', found: p99, goal: GOALS.besideMs, unit: ' ms' },
  ]
}

const whole = (figure: number): string => String(Math.round(figure))
const oneDigit = (figure: number | null): string => figure?.toFixed(1) ?? 'n/a'

/** The minimal front in place of serverless-offline: requests a second and CPU of the one, as shares of the other's. */
import { median } from '../percentiles.ts'
import type { Section } from '../report.ts'
import type { CaseFigures } from '../run-case.ts'
import type { BenchSettings, CaseKind } from '../settings.ts'

type Figures = Pick<CaseFigures, 'requestsPerSecond' | 'cpuMsPerRequest'>

interface FrontRun {
  rounds: readonly { kind: CaseKind; concurrency: number; round: number; figures: Figures }[]
  settings: Pick<BenchSettings, 'rounds' | 'concurrency'>
}

/** The case through the front, and the one that it is held against. */
const pairs = [
  ['authorize-minimal', 'authorize'],
  ['flow-minimal', 'flow'],
  ['empty-minimal', 'empty-quick'],
  ['authorize-minimal', 'empty-minimal'],
  ['flow-minimal', 'empty-minimal'],
] as const satisfies [CaseKind, CaseKind][]

/** Medians of the rounds' own ratios: what an hour does to the machine, it does to both of a round. */
export function frontSection(run: FrontRun): Section {
  const rows = pairs.flatMap(([of, to]) =>
    run.settings.concurrency.flatMap(concurrency => {
      const speed = ratioOf(run, { of, to, concurrency }, ({ requestsPerSecond }) => requestsPerSecond)
      const cpu = ratioOf(run, { of, to, concurrency }, ({ cpuMsPerRequest }) => cpuMsPerRequest)
      return speed === undefined ? [] : [[`${of} ÷ ${to}`, `@${concurrency}`, percent(speed), percent(cpu)]]
    }),
  )
  return {
    title: 'The minimal front in place of serverless-offline, medians of the ratios of the rounds',
    rows: [['ratio', 'at once', 'requests/s', 'CPU a request'], ...rows],
  }
}

interface Pair {
  of: CaseKind
  to: CaseKind
  concurrency: number
}

function ratioOf(
  { rounds, settings }: FrontRun,
  { of, to, concurrency }: Pair,
  figureOf: (figures: Figures) => number | null,
): number | undefined {
  const figure = (kind: CaseKind, round: number): number | null => {
    const found = rounds.find(each => each.kind === kind && each.concurrency === concurrency && each.round === round)
    return found === undefined ? null : figureOf(found.figures)
  }
  const ratios = Array.from({ length: settings.rounds }, (_, index) => {
    const [ours, theirs] = [figure(of, index + 1), figure(to, index + 1)]
    return ours === null || theirs === null ? [] : [ours / theirs]
  })
  return median(ratios.flat())
}

const percent = (ratio: number | undefined): string => (ratio === undefined ? 'n/a' : `${(ratio * 100).toFixed(0)} %`)

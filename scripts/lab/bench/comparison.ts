/** Two commits measured in turns: in which order, and what their figures say about each other. */

import type { Origin } from './machine.ts'
import { median } from './percentiles.ts'
import { originLines, problemLines, type Section } from './report.ts'
import type { CaseSample } from './run-case.ts'
import { type BenchCase, type BenchSettings, type CaseKind, caseName } from './settings.ts'

export const sides = ['before', 'after'] as const
export type SideName = (typeof sides)[number]

/** One case of one side in one round. */
export interface SideSample extends CaseSample {
  side: SideName
}

export interface Turn {
  round: number
  side: SideName
  cases: BenchCase[]
}

/** One side's `authorize` ÷ `empty` of the same round. */
export interface Share {
  concurrency: number
  before: number
  after: number
  /** 100 × after ÷ before. */
  percent: number
}

/** Its versions are those of this checkout: what is after. */
export interface ComparisonResult extends Origin {
  against: true
  before: { commit: string }
  settings: BenchSettings
  /** Every case of every turn, in the order in which it ran. */
  samples: SideSample[]
  /** Of each round. */
  rounds: (Share & { round: number })[]
  /** Of the medians over the rounds. */
  shares: Share[]
  problems: string[]
}

/**
 * Before and after in turns, and each round the other way round (A B, B A, …): what grows or falls with time falls on both.
 * So do the cases of a turn, in the same order for both sides of a round.
 */
export function turnsOf({ kinds, concurrency, rounds }: BenchSettings): Turn[] {
  const cases = concurrency.flatMap(each => kinds.map(kind => ({ kind, concurrency: each })))
  return Array.from({ length: rounds }, (_, index) => {
    const isTurned = index % 2 === 1
    const order = isTurned ? sides.toReversed() : sides
    return order.map(side => ({ round: index + 1, side, cases: isTurned ? cases.toReversed() : cases }))
  }).flat()
}

type Measured = Pick<SideSample, 'side' | 'round' | 'kind' | 'concurrency'> & {
  figures: Pick<SideSample['figures'], 'requestsPerSecond' | 'cpuMsPerRequest'>
}

/** Undefined where a case of the round is missing. */
function shareIn(samples: readonly Measured[], side: SideName, round: number, concurrency: number): number | undefined {
  const speedOf = (kind: CaseKind) =>
    samples.find(
      each => each.side === side && each.round === round && each.kind === kind && each.concurrency === concurrency,
    )?.figures.requestsPerSecond
  const [authorize, empty] = [speedOf('authorize'), speedOf('empty')]
  return authorize === undefined || !empty ? undefined : authorize / empty
}

/** The rounds that both sides have finished. */
export const sharesByRound = (
  samples: readonly Measured[],
  { rounds, concurrency }: Pick<BenchSettings, 'rounds' | 'concurrency'>,
): ComparisonResult['rounds'] =>
  concurrency.flatMap(each =>
    Array.from({ length: rounds }, (_, index) => index + 1).flatMap(round => {
      const [before, after] = sides.map(side => shareIn(samples, side, round, each))
      return before && after ? [{ round, ...shareOf(each, before, after) }] : []
    }),
  )

/** The median of each side's rounds, and what they are of each other. */
export const sharesOfMedians = (rounds: ComparisonResult['rounds'], concurrency: readonly number[]): Share[] =>
  concurrency.flatMap(each => {
    const mine = rounds.filter(round => round.concurrency === each)
    const [before, after] = sides.map(side => median(mine.map(round => round[side])))
    return before && after ? [shareOf(each, before, after)] : []
  })

const shareOf = (concurrency: number, before: number, after: number): Share => ({
  concurrency,
  before,
  after,
  percent: (100 * after) / before,
})

const percentText = (ratio: number) => `${(ratio * 100).toFixed(1)} %`

export const comparisonHeader = (result: ComparisonResult): string[] => {
  const { rounds, seconds, warmupSeconds, seed } = result.settings
  return [
    ...originLines(result),
    `before: ${result.before.commit}, after: ${result.versions.commit}`,
    `${rounds} rounds of ${seconds} s a case after ${warmupSeconds} s of warm-up, before and after in turns; seed ${seed}`,
  ]
}

export const comparisonSections = (result: ComparisonResult): Section[] => [
  roundsSection(result),
  mediansSection(result),
  sharesSection(result),
]

export const comparisonVerdict = ({ shares, problems }: ComparisonResult): string[] => [
  '',
  ...shares.map(
    ({ concurrency, before, after, percent }) =>
      `authorize @${concurrency} as a share of empty: ${percentText(before)} before, ${percentText(after)} after: ${percent.toFixed(1)} % of before`,
  ),
  ...problemLines(problems),
]

const roundsSection = ({ samples }: ComparisonResult): Section => ({
  title: 'Every round, in the order in which it ran',
  rows: [
    ['round', 'side', 'case', 'requests/s', 'p50 ms', 'p99 ms', 'CPU ms a request'],
    ...samples.map(each => [
      String(each.round),
      each.side,
      caseName(each),
      each.figures.requestsPerSecond.toFixed(0),
      each.figures.load.latencyMs.p50.toFixed(1),
      each.figures.load.latencyMs.p99.toFixed(1),
      each.figures.cpuMsPerRequest?.toFixed(3) ?? 'n/a',
    ]),
  ],
})

const mediansSection = ({ samples, settings }: ComparisonResult): Section => ({
  title: 'Medians',
  rows: [
    ['case', 'requests/s before', 'after', 'after ÷ before', 'CPU ms a request before', 'after', 'after ÷ before'],
    ...settings.concurrency.flatMap(concurrency =>
      settings.kinds.map(kind => mediansRow(samples, { kind, concurrency })),
    ),
  ],
})

function mediansRow(samples: readonly SideSample[], benchCase: BenchCase): string[] {
  const { kind, concurrency } = benchCase
  const mine = samples.filter(each => each.kind === kind && each.concurrency === concurrency)
  const cells = (figure: (sample: SideSample) => number | null, digits: number): string[] => {
    const [before, after] = sides.map(side =>
      median(mine.filter(each => each.side === side).flatMap(each => figure(each) ?? [])),
    )
    if (!before || !after) return ['n/a', 'n/a', 'n/a']
    return [before.toFixed(digits), after.toFixed(digits), percentText(after / before)]
  }
  return [
    caseName(benchCase),
    ...cells(({ figures }) => figures.requestsPerSecond, 0),
    ...cells(({ figures }) => figures.cpuMsPerRequest, 3),
  ]
}

const sharesSection = ({ rounds, shares }: ComparisonResult): Section => ({
  title: 'authorize ÷ empty of the same side and round',
  rows: [
    ['', 'before', 'after', 'after ÷ before'],
    ...shares.flatMap(share => [
      ...rounds
        .filter(each => each.concurrency === share.concurrency)
        .map(each => sharesRow(`round ${each.round}`, each)),
      sharesRow('median', share),
    ]),
  ],
})

const sharesRow = (name: string, { concurrency, before, after, percent }: Share): string[] => [
  `${name} @${concurrency}`,
  percentText(before),
  percentText(after),
  `${percent.toFixed(1)} %`,
]

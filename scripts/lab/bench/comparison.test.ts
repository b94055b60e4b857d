import { describe, expect, test } from '@jest/globals'
import { type SideName, sharesByRound, sharesOfMedians, turnsOf } from './comparison.ts'
import { settingsOf } from './flags.ts'

describe('turnsOf', () => {
  test('alternates: before after, after before, …; both sides of a round have their cases in the same order', () => {
    const turns = turnsOf(settingsOf({ against: 'HEAD', rounds: 3 }))
    expect(turns.map(({ round, side }) => `${round} ${side}`)).toEqual([
      '1 before',
      '1 after',
      '2 after',
      '2 before',
      '3 before',
      '3 after',
    ])
    const orders = turns.map(({ cases }) => cases.map(({ kind }) => kind).join(' '))
    expect(orders).toEqual([
      'authorize empty',
      'authorize empty',
      'empty authorize',
      'empty authorize',
      'authorize empty',
      'authorize empty',
    ])
  })
})

const sampleOf = (side: SideName, round: number, kind: 'authorize' | 'empty', requestsPerSecond: number) => ({
  side,
  round,
  kind,
  concurrency: 32,
  figures: { requestsPerSecond, cpuMsPerRequest: null },
})

describe('the share of authorize in empty', () => {
  const settings = { rounds: 3, concurrency: [32] }
  const samples = [
    // The machine is half as fast in the second round: the shares do not care.
    ...[1, 0.5, 1].flatMap((speed, index) => [
      sampleOf('before', index + 1, 'authorize', 2_000 * speed),
      sampleOf('before', index + 1, 'empty', 5_000 * speed),
      sampleOf('after', index + 1, 'authorize', [1_900, 1_980, 2_040][index]! * speed),
      sampleOf('after', index + 1, 'empty', 5_000 * speed),
    ]),
  ]

  test('is taken of the same side and round, and after is held against before', () => {
    const rounds = sharesByRound(samples, settings)
    expect(rounds.map(({ round, before, after }) => [round, before, after])).toEqual([
      [1, 0.4, 0.38],
      [2, 0.4, 0.396],
      [3, 0.4, 0.408],
    ])
    expect(rounds.map(({ percent }) => Number(percent.toFixed(6)))).toEqual([95, 99, 102])
  })

  test('the medians are those of each side by itself', () => {
    const [share] = sharesOfMedians(sharesByRound(samples, settings), settings.concurrency)
    expect(share).toMatchObject({ before: 0.4, after: 0.396 })
    expect(share?.percent).toBeCloseTo(99)
  })

  test('a round that one side has not finished counts for neither', () => {
    const unfinished = samples.filter(({ side, round, kind }) => !(side === 'after' && round === 2 && kind === 'empty'))
    expect(sharesByRound(unfinished, settings).map(({ round }) => round)).toEqual([1, 3])
    expect(sharesOfMedians([], settings.concurrency)).toEqual([])
  })
})

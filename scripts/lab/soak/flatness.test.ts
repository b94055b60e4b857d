/** A leak that was planted into a noisy series is found; the noise alone is not taken for one. */
import { describe, expect, test } from '@jest/globals'
import { createRandom } from '../random.ts'
import { flatnessOf, type Point } from './flatness.ts'
import { type WatchedKind, watched } from './watched.ts'

const MINUTE_MS = 60_000
const JUDGED_MS = 15 * MINUTE_MS
const EVERY_MS = 15_000

/** Fifteen minutes as a run of twenty leaves them. `noise`: of the level, to both sides. */
function seriesOf(seed: number, { level, noise, perHour }: { level: number; noise: number; perHour: number }): Point[] {
  const random = createRandom(seed)
  return Array.from({ length: JUDGED_MS / EVERY_MS + 1 }, (_, index) => {
    const atMs = 5 * MINUTE_MS + index * EVERY_MS
    const grown = (perHour * index * EVERY_MS) / (60 * MINUTE_MS)
    return { atMs, value: level * (1 + noise * (2 * random.fraction() - 1)) + grown }
  })
}

/** How each figure looks when nothing leaks, and the smallest leak that must not be missed. */
const cases: Record<WatchedKind, { level: number; noise: number; leakPerHour: number }> = {
  heap: { level: 90, noise: 0.05, leakPerHour: 40 },
  memory: { level: 300, noise: 0.08, leakPerHour: 250 },
  serviceMemory: { level: 470, noise: 0.05, leakPerHour: 1_000 },
  files: { level: 60, noise: 0.05, leakPerHour: 60 },
  sockets: { level: 50, noise: 0.05, leakPerHour: 60 },
  handles: { level: 50, noise: 0.05, leakPerHour: 60 },
  connections: { level: 20, noise: 0.1, leakPerHour: 60 },
  loopLag: { level: 20, noise: 0.5, leakPerHour: 200 },
  answerTime: { level: 15, noise: 0.5, leakPerHour: 120 },
  cpu: { level: 1.4, noise: 0.2, leakPerHour: 4 },
  rowsExamined: { level: 2.5, noise: 0.3, leakPerHour: 6 },
  waiting: { level: 10, noise: 1, leakPerHour: 500 },
  lasting: { level: 3, noise: 0, leakPerHour: 60 },
  keySize: { level: 1_200, noise: 0.1, leakPerHour: 1_500 },
  rows: { level: 40, noise: 0, leakPerHour: 60 },
}
const kinds = Object.keys(cases) as WatchedKind[]
const seeds = Array.from({ length: 40 }, (_, index) => index + 1)

describe('flatnessOf', () => {
  test.each(kinds)('%s: noise alone does not grow', kind => {
    const { level, noise } = cases[kind]
    for (const seed of seeds)
      expect({ seed, ...flatnessOf(seriesOf(seed, { level, noise, perHour: 0 }), watched[kind].bound) }).toMatchObject({
        seed,
        grows: false,
      })
  })

  test.each(kinds)('%s: a planted leak is found in the same noise', kind => {
    const { level, noise, leakPerHour } = cases[kind]
    for (const seed of seeds)
      expect({
        seed,
        ...flatnessOf(seriesOf(seed, { level, noise, perHour: leakPerHour }), watched[kind].bound),
      }).toMatchObject({ seed, grows: true })
  })

  test('outliers do not make a series grow, however late they come', () => {
    const series = seriesOf(1, { level: 90, noise: 0.02, perHour: 0 })
    for (const index of [40, 45, 50, 55, 58]) series[index]!.value *= 4

    expect(flatnessOf(series, watched.heap.bound)).toMatchObject({ grows: false })
  })

  test('what becomes less does not grow', () => {
    const series = seriesOf(2, { level: 300, noise: 0.02, perHour: -400 })

    expect(flatnessOf(series, watched.memory.bound)).toMatchObject({ grows: false })
  })

  test('says how fast it grows, and from where to where', () => {
    const flatness = flatnessOf(seriesOf(3, { level: 100, noise: 0, perHour: 60 }), watched.heap.bound)!

    expect(flatness.perHour).toBeCloseTo(60)
    expect(flatness.first).toBeCloseTo(102.4, 0)
    expect(flatness.last).toBeCloseTo(112.6, 0)
    expect(flatness.allowedPerHour).toBeCloseTo(20.5, 0)
  })

  test('in a short run the noise of the figure decides, not its bound of an hour', () => {
    const brief = seriesOf(4, { level: 100, noise: 0.02, perHour: 0 }).map(({ atMs, value }) => ({
      atMs: atMs / 60,
      value,
    }))

    expect(flatnessOf(brief, watched.heap.bound)).toMatchObject({ grows: false })
  })

  test('a few points tell nothing', () => {
    expect(flatnessOf(seriesOf(5, { level: 1, noise: 0, perHour: 0 }).slice(0, 8), watched.heap.bound)).toBeUndefined()
  })
})

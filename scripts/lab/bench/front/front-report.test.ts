import { describe, expect, test } from '@jest/globals'
import type { CaseKind } from '../settings.ts'
import { frontSection } from './front-report.ts'

const sampleOf = (round: number, kind: CaseKind, requestsPerSecond: number, cpuMsPerRequest: number | null) => ({
  ...{ round, kind, concurrency: 32 },
  figures: { requestsPerSecond, cpuMsPerRequest },
})

describe('frontSection', () => {
  test('compares within each round, so that an hour in which the machine is slower counts for nothing', () => {
    const rounds = [1, 0.5, 1].flatMap((speed, index) => [
      sampleOf(index + 1, 'authorize', 500 * speed, 2 / speed),
      sampleOf(index + 1, 'authorize-minimal', 600 * speed, 1.5 / speed),
      sampleOf(index + 1, 'empty-minimal', 6_000 * speed, 0.1 / speed),
    ])

    expect(frontSection({ rounds, settings: { rounds: 3, concurrency: [32] } }).rows).toEqual([
      ['ratio', 'at once', 'requests/s', 'CPU a request'],
      ['authorize-minimal ÷ authorize', '@32', '120 %', '75 %'],
      ['authorize-minimal ÷ empty-minimal', '@32', '10 %', '1500 %'],
    ])
  })

  test('where CPU cannot be seen it says so, and without the front there is nothing to say', () => {
    const rounds = [sampleOf(1, 'authorize', 500, null), sampleOf(1, 'authorize-minimal', 600, null)]
    const settings = { rounds: 1, concurrency: [32] }

    expect(frontSection({ rounds, settings }).rows[1]).toEqual(['authorize-minimal ÷ authorize', '@32', '120 %', 'n/a'])
    expect(frontSection({ rounds: rounds.slice(0, 1), settings }).rows).toHaveLength(1)
  })
})

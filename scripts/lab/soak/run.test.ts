/** What a run must not pass over: wrong answers, a machine that did not keep up, samples that failed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import type { Sample } from './judge-series.ts'
import { LEFT_OUT, REFUSED, RIGHT } from './outcomes.ts'
import { loadProblems } from './run.ts'
import { sampleDuring } from './sampling.ts'

const latencyMs = { p50: 1, p95: 1, p99: 1, max: 1 }
const counted = (outcomes: Record<string, number>) => ({
  sent: Object.values(outcomes).reduce((sum, count) => sum + count, 0),
  outcomes: Object.fromEntries(Object.entries(outcomes).map(([name, count]) => [name, { count, latencyMs }])),
})

describe('loadProblems', () => {
  test('right answers are none, and a few flows may be left out or refused', () => {
    expect(loadProblems(counted({ [RIGHT]: 1_000, [LEFT_OUT]: 5, [REFUSED]: 5 }))).toEqual([])
  })

  test('each kind of wrong answer is named with its number', () => {
    const answers = { [RIGHT]: 1_000, 'in parts: 500 INTERNAL_ERROR instead of 200': 2 }

    expect(loadProblems(counted(answers))).toEqual(['2 × in parts: 500 INTERNAL_ERROR instead of 200'])
  })

  test('a machine that does not keep up was not at half load', () => {
    expect(loadProblems(counted({ [RIGHT]: 900, [LEFT_OUT]: 60, [REFUSED]: 40 }))).toEqual([
      '100 of 1000 flows were left out or refused: the machine did not keep up',
    ])
  })

  test('a run in which nothing was answered says so', () => {
    expect(loadProblems(counted({}))).toEqual(['nothing was answered as it should be'])
  })
})

describe('sampleDuring', () => {
  test('takes samples until the work has ended, and resolves with what it resolves with', async () => {
    const samples: Sample[] = []
    const work = Promise.withResolvers<string>()

    const sampled = sampleDuring(work.promise, {
      everyMs: 5,
      take: async () => ({ readings: [] }),
      taken: sample => {
        samples.push(sample)
        if (samples.length === 3) work.resolve('done')
      },
      missed: () => {},
    })

    expect(await sampled).toBe('done')
    expect(samples).toHaveLength(3)
    expect(samples.map(({ atMs }) => atMs)).toEqual(samples.map(({ atMs }) => atMs).toSorted((a, b) => a - b))
  })

  test('one that fails is told, and the next one is taken', async () => {
    const samples: Sample[] = []
    const missed: string[] = []
    const work = Promise.withResolvers<void>()
    let count = 0

    await sampleDuring(work.promise, {
      everyMs: 5,
      take: async () => {
        if (++count === 1) throw new Error('no answer')
        return { readings: [] }
      },
      taken: sample => {
        samples.push(sample)
        work.resolve()
      },
      missed: error => missed.push(error.message),
    })

    expect(missed).toEqual(['no answer'])
    expect(samples).toHaveLength(1)
  })

  test('rejects when the work does', async () => {
    const work = sleep(20).then(() => {
      throw new Error('the callers ended')
    })

    await expect(
      sampleDuring(work, { everyMs: 5, take: async () => ({ readings: [] }), taken: () => {}, missed: () => {} }),
    ).rejects.toThrow('the callers ended')
  })
})

/** What the samples of a run say: rates from what was counted, and statements that read more from minute to minute. */
import { describe, expect, test } from '@jest/globals'
import { growthsOf, judge, judgeStatements, type Sample } from './judge-series.ts'

const EVERY_MS = 15_000
const COUNT = 81

/** Twenty minutes of a healthy system: 100 requests a second, 1 ms of CPU each, two statements of two rows each, and a job each minute. */
function samplesOf(change: (sample: Sample, minutes: number) => void = () => {}): Sample[] {
  return Array.from({ length: COUNT }, (_, index) => {
    const atMs = index * EVERY_MS
    const seconds = atMs / 1_000
    const requests = 100 * seconds
    const sample: Sample = {
      atMs,
      readings: [{ kind: 'heap', of: 'api', value: 90 + (index % 3) }],
      totals: {
        requests,
        handlerMs: requests * 12,
        cpuMs: { api: requests, mariadb: requests / 2 },
        statements: {
          'SELECT payment': { calls: 2 * requests, rowsExamined: 4 * requests },
          'SELECT job': { calls: Math.floor(seconds / 60), rowsExamined: 500 * Math.floor(seconds / 60) },
        },
      },
    }
    change(sample, seconds / 60)
    return sample
  })
}

const OPTIONS = { warmupMs: 300_000, rateMs: 60_000 }
const growthsIn = (samples: Sample[]): string[] => growthsOf(judge(samples, OPTIONS))

describe('judge', () => {
  test('a healthy run has no growth, and each figure is judged', () => {
    const judgement = judge(samplesOf(), OPTIONS)

    expect(growthsOf(judgement)).toEqual([])
    expect(judgement.untold).toEqual([])
    expect(judgement.series.map(({ kind, of }) => `${kind} ${of}`)).toEqual([
      'heap api',
      'cpu api',
      'cpu mariadb',
      'answerTime api',
      'rowsExamined mariadb',
    ])
    expect(judgement.series[1]).toMatchObject({ first: 1, last: 1, perHour: 0 })
  })

  test('a heap that keeps something of every request is named', () => {
    const growths = growthsIn(samplesOf((sample, minutes) => (sample.readings[0]!.value += minutes)))

    expect(growths).toEqual([expect.stringMatching(/^api: heap after GC, MB grows: \d+\.\d → \d+\.\d, 60\.\d an hour/)])
  })

  test('what is gained in the warm-up counts for nothing', () => {
    expect(growthsIn(samplesOf((sample, minutes) => (sample.readings[0]!.value += 10 * Math.min(minutes, 5))))).toEqual(
      [],
    )
  })

  test('a request that costs more and more CPU is named, though each request is still quick', () => {
    const growths = growthsIn(
      samplesOf((sample, minutes) => (sample.totals!.cpuMs.mariadb! += sample.totals!.requests * minutes * 0.02)),
    )

    expect(growths).toEqual([expect.stringMatching(/^mariadb: CPU a request, ms grows/)])
  })

  test('a statement without an index is named with what it reads', () => {
    const samples = samplesOf()
    let examined = 0
    for (const [index, { totals }] of samples.entries()) {
      // Each call reads a table that gets 6,000 rows a minute.
      examined += 10 * index * 1_500
      totals!.statements['SELECT whole table'] = { calls: 10 * index, rowsExamined: examined }
    }
    const growths = growthsIn(samples)

    expect(growths).toContainEqual(
      expect.stringMatching(/^a statement examines more and more rows: \d+ → \d+ a call: SELECT whole table$/),
    )
  })

  test('a figure that was seen too seldom is not called flat', () => {
    const samples = samplesOf((sample, minutes) => {
      if (minutes > 19) sample.readings.push({ kind: 'files', of: 'api', value: 50 })
    })

    expect(judge(samples, OPTIONS).untold).toEqual(['open files: api'])
  })
})

describe('judgeStatements', () => {
  test('a job that meets fuller batches at the end is not a leak', () => {
    const samples = samplesOf((sample, minutes) => {
      sample.totals!.statements['SELECT job']!.rowsExamined += minutes * minutes
    })

    expect(judgeStatements(samples).filter(({ grows }) => grows)).toEqual([])
  })

  test('a statement that ran twice tells nothing', () => {
    const samples = samplesOf((sample, minutes) => {
      sample.totals!.statements.rare = { calls: minutes < 10 ? 1 : 2, rowsExamined: minutes < 10 ? 1 : 1e6 }
    })

    expect(judgeStatements(samples).map(({ digest }) => digest)).toEqual(['SELECT payment', 'SELECT job'])
  })
})

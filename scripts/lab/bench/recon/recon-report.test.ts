/** What the report makes of figures: the tables, and which goals were reached. */
import { describe, expect, test } from '@jest/globals'
import type { AuthorizeFigures } from './authorizes.ts'
import { goalsOf, sectionsOf } from './recon-report.ts'
import type { PartFigures, StepFigures } from './run-part.ts'
import type { ReconResult } from './run-recon.ts'

const measured = (seconds: number, given: Partial<StepFigures> = {}): StepFigures => ({
  ...{ seconds, cpuSeconds: 1, startRssMiB: 90, peakRssMiB: 150, transactionsMs: { count: 10, max: 300 } },
  databaseCpuSeconds: 3,
  ...given,
})

const part = (name: string, lines: number, imported: StepFigures, matched: StepFigures): PartFigures => ({
  ...{ name, lines, workPercent: 100, imported, matched, seconds: imported.seconds + matched.seconds },
  problems: [],
})

const authorizes = (p99: number): AuthorizeFigures => ({
  ...{ sent: 100, latencyMs: { p50: 4, p95: 8, p99, max: 99 }, lateMs: { p50: 0, p95: 1, p99: 2, max: 3 } },
  problems: [],
})

/** Half a million lines in 40 + 30 s, and twice as many in 80 + 70. */
const result = {
  settings: { lines: 500_000, perSecond: 100, workPercent: 50, seconds: 60, seed: 1 },
  alone: part('alone', 500_000, measured(40), measured(30, { peakRssMiB: 180 })),
  double: part('double', 1_000_000, measured(80), measured(70, { transactionsMs: { count: 9, max: 1_200 } })),
  beside: part('beside', 500_000, measured(90), measured(60)),
  authorizesAlone: authorizes(20),
  authorizesBeside: authorizes(45),
  problems: [],
} as unknown as ReconResult

describe('the goals', () => {
  test('are held against a million lines, the worst process and the authorizes', () => {
    const found = Object.fromEntries(goalsOf(result).map(({ what, found }) => [what, found]))
    expect(found).toEqual({
      'a million lines alone': 140,
      'twice the lines ÷ once': 150 / 70,
      'memory of Node': 180,
      'longest transaction': 1_200,
      'p99 of authorize beside ÷ alone': 2.25,
      'p99 of authorize beside': 45,
    })
  })

  test('that are missed are named', () => {
    const [, , goals] = sectionsOf(result)
    expect(goals!.rows.slice(1).map(([, , , reached]) => reached)).toEqual(['yes', 'yes', 'yes', 'no', 'no', 'yes'])
  })
})

test('the table of files has a row for each step', () => {
  const [files] = sectionsOf(result)
  expect(files!.rows.slice(1, 3)).toEqual([
    ['alone', '500000', 'import', '40.0', '12500', '1.0', '3.0', '300', '90', '150'],
    ['alone', '500000', 'match', '30.0', '16667', '1.0', '3.0', '300', '90', '180'],
  ])
})

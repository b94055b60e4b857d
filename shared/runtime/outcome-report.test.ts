/** When outcomes that stay unknown are a problem, and what the metrics say of them. */
import { expect, test } from '@jest/globals'
import { createMetrics } from './metrics.ts'
import { reportUnknown, unknownProblems } from './outcome-report.ts'

const CREATED_AT_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 6)
const unknown = { count: 3, oldestCreatedAtMs: CREATED_AT_MS }

test('unknown outcomes are a problem when the oldest is five minutes old', () => {
  expect(unknownProblems(unknown, CREATED_AT_MS + 299_999)).toEqual([])
  expect(unknownProblems(unknown, CREATED_AT_MS + 300_000)).toEqual([
    {
      kind: 'outcomes_unknown',
      message: 'the acquirer has not said what became of 3 operations; see npm run unknown',
      since: '2026-01-02T03:04:05.006Z',
    },
  ])
  expect(unknownProblems({ count: 0, oldestCreatedAtMs: null }, CREATED_AT_MS)).toEqual([])
})

test('their number and the age of the oldest are gauges, which go back to 0', async () => {
  const metrics = createMetrics()

  reportUnknown(metrics, unknown, CREATED_AT_MS + 1_500)
  expect(await metrics.registry.metrics()).toContain('\noperations_unknown 3\n')
  expect(await metrics.registry.metrics()).toContain('\noperations_unknown_oldest_seconds 1.5\n')

  reportUnknown(metrics, { count: 0, oldestCreatedAtMs: null }, CREATED_AT_MS)
  expect(await metrics.registry.metrics()).toContain('\noperations_unknown 0\n')
  expect(await metrics.registry.metrics()).toContain('\noperations_unknown_oldest_seconds 0\n')
})

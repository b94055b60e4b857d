/** ISO 8601 durations: how long each is, and which are refused. */
import { describe, expect, test } from '@jest/globals'
import { duration, durationMs } from './duration.ts'

const SECOND_MS = 1_000
const HOUR_MS = 3_600 * SECOND_MS
const DAY_MS = 24 * HOUR_MS

const problemsOf = (value: unknown) =>
  duration(400)
    .safeParse(value)
    .error?.issues.map(issue => issue.message)

describe('a duration', () => {
  test.each([
    ['P8D', 8 * DAY_MS],
    ['P2W', 14 * DAY_MS],
    ['P400D', 400 * DAY_MS],
    ['PT0S', 0],
    ['PT1M', 60 * SECOND_MS],
    ['P1DT2H3M4.5S', DAY_MS + 2 * HOUR_MS + 184.5 * SECOND_MS],
    ['PT0,0019S', 1],
  ])('%s is so long in milliseconds', (text, ms) => {
    expect(problemsOf(text)).toBeUndefined()
    expect(durationMs(text)).toBe(ms)
  })

  test.each(['P1M', 'P1Y', 'P1Y2M3DT4H', 'P9999Y'])('%s is refused: its length depends on the date', text => {
    expect(problemsOf(text)).toEqual([expect.stringContaining('years or months')])
  })

  test.each(['P401D', 'P400DT1S', 'P58W', 'PT99999999999999999999H'])('%s is refused: it is too long', text => {
    expect(problemsOf(text)).toEqual(['must be at most 400 days'])
  })

  test.each(['', 'P', 'PT', 'P8', '8D', 'p8d', '-P8D', 'P-8D', 'P1.5D', 'P1DT', ' P8D', 'P8D\n', 8, null])(
    '%j is none',
    value => {
      expect(problemsOf(value)).toEqual([expect.stringContaining('must be an ISO 8601 duration')])
    },
  )

  test('that is missing is required', () => {
    expect(problemsOf(undefined)).toEqual(['is required'])
  })
})

import { expect, test } from '@jest/globals'
import { lengthOf } from './length-of.ts'

test.each([
  [-5_000, 'seconds', 0],
  [999, 'seconds', 0],
  [59_999, 'seconds', 59],
  [60_000, 'minutes', 1],
  [3_599_999, 'minutes', 59],
  [3_600_000, 'hours', 1],
  [86_399_999, 'hours', 23],
  [86_400_000, 'days', 1],
])('%i ms are %s %i', (durationMs, unit, count) => {
  expect(lengthOf(durationMs)).toEqual({ unit, count })
})

import { expect, test } from '@jest/globals'
import { timeLeftOf } from './times.ts'

const HOUR_MS = 3_600_000

test.each([
  [7 * 24 * HOUR_MS, '7 days 0 hours'],
  [25 * HOUR_MS, '1 day 1 hour'],
  [HOUR_MS + 59_999, '1 hour 0 minutes'],
  [90_000, '1 minute 30 seconds'],
  [1_500, '1 second'],
  [1, '0 seconds'],
  [0, undefined],
  [-1, undefined],
])('%p ms left are %p', (leftMs, text) => {
  expect(timeLeftOf(leftMs, 'en')).toBe(text)
})

test('in Korean', () => {
  expect(timeLeftOf(25 * HOUR_MS, 'ko')).toBe('1일 1시간')
})

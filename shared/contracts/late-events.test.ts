import { expect, test } from '@jest/globals'
import { EVENT_LATE_MS, isEventLate } from './late-events.ts'

test.each([
  [null, false],
  ['2026-11-22T06:10:00.000Z', false],
  ['2026-11-22T06:09:58.001Z', false],
  ['2026-11-22T06:09:58.000Z', true],
  ['2026-11-22T06:09:49.000Z', true],
  // Another clock's future.
  ['2026-11-22T06:11:00.000Z', false],
])('an oldest event of %s is late: %s', (oldest, late) => {
  expect(EVENT_LATE_MS).toBe(2_000)
  expect(isEventLate(oldest, '2026-11-22T06:10:00.000Z')).toBe(late)
})

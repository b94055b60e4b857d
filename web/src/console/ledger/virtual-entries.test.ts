import { expect, test } from '@jest/globals'
import { aheadOf } from './virtual-entries.ts'

test.each([
  ['moved before it was recorded', '2026-11-30T00:00:00.000Z', 0],
  ['moved in the same millisecond', '2026-11-30T00:00:01.000Z', 0],
  ['moved a day later, by a clock that is ahead', '2026-12-01T00:00:01.000Z', 86_400_000],
])('an entry whose money %s', (_, occurredAt, virtualAheadMs) => {
  expect(aheadOf({ occurredAt, recordedAt: '2026-11-30T00:00:01.000Z' })).toEqual({ virtualAheadMs })
})

import { expect, test } from '@jest/globals'
import { formatDuration } from './durations.ts'

test.each([
  [-5_000, '0 ms', '0 ms'],
  [0, '0 ms', '0 ms'],
  [999, '999 ms', '999 ms'],
  [1_000, '1.0 s', '1.0초'],
  [59_999, '59.9 s', '59.9초'],
  [60_000, '1 min 00 s', '1분 00초'],
  [185_400, '3 min 05 s', '3분 05초'],
  [3_599_999, '59 min 59 s', '59분 59초'],
  [7_200_000, '2 h 00 min', '2시간 00분'],
  [86_399_999, '23 h 59 min', '23시간 59분'],
  [273_600_000, '3 d 04 h', '3일 04시간'],
])('%d ms are %s, in Korean %s', (durationMs, en, ko) => {
  expect([formatDuration(durationMs, 'en'), formatDuration(durationMs, 'ko')]).toEqual([en, ko])
})

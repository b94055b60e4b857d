import { expect, test } from '@jest/globals'
import { timeOfDay, upTimeOf } from './near-times.ts'

test.each(['ko', 'en'] as const)('%s: the time of day in hours, minutes and seconds', language => {
  expect(timeOfDay('2026-11-30T09:01:02.345Z', language)).toMatch(/^\d{2}:\d{2}:02$/)
})

test.each([
  [-5_000, '0:00:00'],
  [999, '0:00:00'],
  [69_000, '0:01:09'],
  [3_600_000, '1:00:00'],
  [93_669_000, '26:01:09'],
])('%d ms are %s', (ms, text) => {
  expect(upTimeOf(1_000, 1_000 + ms)).toBe(text)
})

/** Days are those of Seoul. */
import { expect, test } from '@jest/globals'
import { dayOf, daysBetween, nextDay, startOf } from './days.ts'

test('a day is that of Seoul', () => {
  expect(dayOf(Date.parse('2026-12-31T14:59:59.999Z'))).toBe('2026-12-31')
  expect(dayOf(Date.parse('2026-12-31T15:00:00.000Z'))).toBe('2027-01-01')
  expect(new Date(startOf('2027-01-01')).toISOString()).toBe('2026-12-31T15:00:00.000Z')
  expect(nextDay('2028-02-28')).toBe('2028-02-29')
  expect(daysBetween('2026-11-29', '2027-01-02')).toBe(34)
})

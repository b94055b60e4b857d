import { expect, test } from '@jest/globals'
import { ageOf, formatFullTime, formatShortTime, yearOf } from './times.ts'

const ISO = '2026-11-03T09:02:07.045Z'

test.each(['ko', 'en'] as const)(
  '%s: the short form has one width, the whole one year, milliseconds and zone',
  language => {
    expect(formatShortTime(ISO, language)).toMatch(/^1[01]-0[234] \d\d:\d\d:07$/)
    const full = formatFullTime(ISO, language)
    expect(full).toContain('2026')
    expect(full).toMatch(/7\.045\S* GMT[+-]\d\d:\d\d$/)
  },
)

test('the year is that of the browser’s time zone, as the rest of the short form', () => {
  const newYear = new Date(2027, 0, 1).getTime()
  expect([yearOf(new Date(newYear - 1).toISOString()), yearOf(new Date(newYear).toISOString())]).toEqual([
    '2026',
    '2027',
  ])
})

test.each([
  [0, { unit: 'now', count: 0 }],
  [12_400, { unit: 'seconds', count: 12 }],
  [59_999, { unit: 'seconds', count: 59 }],
  [60_000, { unit: 'minutes', count: 1 }],
  [-5_000, { unit: 'now', count: 0 }],
])('%i ms old: %p', (ageMs, age) => expect(ageOf(1_000_000, 1_000_000 + ageMs)).toEqual(age))

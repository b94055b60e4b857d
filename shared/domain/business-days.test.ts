/** Days of sale at their edges, periods, and business days over Korea's holidays. */

import { getHolidayPreset } from '@hyunbinseo/holidays-kr'
import { describe, expect, test } from '@jest/globals'
import {
  addBusinessDays,
  addDays,
  type BusinessCalendar,
  businessDaysBetween,
  dayEndsAtMs,
  isBusinessDay,
  periodEndOf,
  soldOn,
  subtractBusinessDays,
} from './business-days.ts'

const at = (text: string): number => Date.parse(text)

const seoul = { timezone: 'Asia/Seoul', cutoff: '24:00' }
const newYork = { timezone: 'America/New_York', cutoff: '24:00' }

const years = await Promise.all(['2025', '2026', '2027'].map(getHolidayPreset))
const korea: BusinessCalendar = {
  version: 1,
  closed: new Map(years.flatMap(year => Object.keys(year).map(day => [day, true] as const))),
}

/** The calendar after an operator has changed a day. */
const changed = (day: string, closed: boolean): BusinessCalendar => ({
  version: 2,
  closed: new Map([...korea.closed, [day, closed]]),
})

describe('the day of a sale', () => {
  test.each([
    ['the last millisecond in Seoul', '2026-11-29T14:59:59.999Z', seoul, '2026-11-29'],
    ['midnight in Seoul', '2026-11-29T15:00:00.000Z', seoul, '2026-11-30'],
    ['the last millisecond of a year', '2026-12-31T14:59:59.999Z', seoul, '2026-12-31'],
    ['the first of a year', '2026-12-31T15:00:00.000Z', seoul, '2027-01-01'],
    ['the day before a leap day', '2028-02-28T14:59:59.999Z', seoul, '2028-02-28'],
    ['a leap day', '2028-02-28T15:00:00.000Z', seoul, '2028-02-29'],
    ['the day after it', '2028-02-29T15:00:00.000Z', seoul, '2028-03-01'],
    ['just before the cut-off', '2026-11-29T08:29:59.999Z', { ...seoul, cutoff: '17:30' }, '2026-11-29'],
    ['at the cut-off', '2026-11-29T08:30:00.000Z', { ...seoul, cutoff: '17:30' }, '2026-11-30'],
    ['all day, when the cut-off is 00:00', '2026-11-28T15:00:00.000Z', { ...seoul, cutoff: '00:00' }, '2026-11-30'],
    ['before 1970', '1969-12-31T14:59:59.999Z', seoul, '1969-12-31'],
    ['the last millisecond in New York in winter', '2026-01-16T04:59:59.999Z', newYork, '2026-01-15'],
    ['midnight in New York in winter', '2026-01-16T05:00:00.000Z', newYork, '2026-01-16'],
    ['midnight in New York in summer', '2026-07-16T04:00:00.000Z', newYork, '2026-07-16'],
  ])('%s', (_, moment, rule, day) => {
    expect(soldOn(at(moment), rule)).toBe(day)
  })
})

describe('the end of a day', () => {
  test.each([
    ['in Seoul', '2026-11-29', seoul, '2026-11-29T15:00:00.000Z'],
    ['in Seoul at its cut-off', '2026-11-29', { ...seoul, cutoff: '17:30' }, '2026-11-29T08:30:00.000Z'],
    ['of the short day', '2026-03-08', newYork, '2026-03-09T04:00:00.000Z'],
    ['of the day before it', '2026-03-07', newYork, '2026-03-08T05:00:00.000Z'],
    ['of the long day', '2026-11-01', newYork, '2026-11-02T05:00:00.000Z'],
    // 02:00 becomes 03:00.
    ['at a time that is left out', '2026-03-08', { ...newYork, cutoff: '02:30' }, '2026-03-08T07:00:00.000Z'],
    ['before the clocks go forward', '2026-03-08', { ...newYork, cutoff: '01:30' }, '2026-03-08T06:30:00.000Z'],
    ['after they have', '2026-03-08', { ...newYork, cutoff: '03:30' }, '2026-03-08T07:30:00.000Z'],
    // 02:00 becomes 01:00.
    ['at a time that comes twice', '2026-11-01', { ...newYork, cutoff: '01:30' }, '2026-11-01T05:30:00.000Z'],
    ['after the clocks went back', '2026-11-01', { ...newYork, cutoff: '02:30' }, '2026-11-01T07:30:00.000Z'],
  ])('%s', (_, day, rule, moment) => {
    expect(new Date(dayEndsAtMs(day, rule)).toISOString()).toBe(moment)
  })

  const zones = ['Asia/Seoul', 'America/New_York', 'Europe/London', 'Australia/Lord_Howe', 'America/Santiago']
  const cutoffs = ['00:00', '01:30', '02:30', '17:30', '24:00']

  test.each(zones)('is where the day of a sale changes, all year and at every cut-off: %s', timezone => {
    for (const cutoff of cutoffs)
      for (let day = '2026-01-01'; day < '2027-01-01'; day = addDays(day, 1)) {
        const endsAtMs = dayEndsAtMs(day, { timezone, cutoff })
        const around = [endsAtMs - 1, endsAtMs].map(atMs => soldOn(atMs, { timezone, cutoff }))
        expect([cutoff, ...around]).toEqual([cutoff, day, addDays(day, 1)])
      }
  })
})

describe('the end of a period', () => {
  test.each([
    ['2026-11-29', 'D', '2026-11-29'],
    ['2026-11-29', 'W', '2026-11-29'],
    ['2026-11-30', 'W', '2026-12-06'],
    ['2026-12-28', 'W', '2027-01-03'],
    ['2026-11-29', 'M', '2026-11-30'],
    ['2026-12-01', 'M', '2026-12-31'],
    ['2026-02-01', 'M', '2026-02-28'],
    ['2028-02-29', 'M', '2028-02-29'],
  ] as const)('%s, %s', (day, cycle, end) => {
    expect(periodEndOf(day, cycle)).toBe(end)
  })
})

describe('business days in Korea', () => {
  test('are neither weekends nor holidays', () => {
    const open = ['2026-09-23', '2026-09-24', '2026-09-26', '2026-09-27', '2026-09-28']
    expect(open.map(day => isBusinessDay(korea, day))).toEqual([true, false, false, false, true])
  })

  test.each([
    ['over a weekend', '2026-11-27', 1, '2026-11-30'],
    ['from a Saturday', '2026-11-28', 1, '2026-11-30'],
    ['over Chuseok, Thursday to Saturday', '2026-09-22', 2, '2026-09-28'],
    ['on the day before Chuseok', '2026-09-22', 1, '2026-09-23'],
    ['over Seollal, Monday to Wednesday', '2026-02-13', 1, '2026-02-19'],
    ['over Seollal and its substitute', '2027-02-05', 1, '2027-02-10'],
    ['over a substitute Monday', '2026-10-02', 1, '2026-10-06'],
    ['over a holiday that is new in 2026', '2026-07-16', 1, '2026-07-20'],
    ["over the year's end", '2026-12-31', 2, '2027-01-05'],
    ['none from an open day', '2026-11-27', 0, '2026-11-27'],
    ['none from a closed day', '2026-09-24', 0, '2026-09-28'],
    ['ninety', '2026-01-02', 90, '2026-05-18'],
  ])('%s', (_, day, count, due) => {
    expect(addBusinessDays(korea, day, count)).toBe(due)
  })

  test.each([
    ['over a weekend', '2026-11-30', 1, '2026-11-27'],
    ['from a Sunday', '2026-11-29', 1, '2026-11-27'],
    ['over Chuseok', '2026-09-28', 2, '2026-09-22'],
    ['none', '2026-09-24', 0, '2026-09-24'],
  ])('are counted back %s', (_, day, count, before) => {
    expect(subtractBusinessDays(korea, day, count)).toBe(before)
  })

  test.each([
    ['2026-11-27', '2026-11-30', 1],
    ['2026-09-23', '2026-09-29', 2],
    ['2026-11-27', '2026-11-27', 0],
    ['2026-11-30', '2026-11-27', 0],
  ])('after %s, up to %s, are %d', (after, upTo, count) => {
    expect(businessDaysBetween(korea, after, upTo)).toBe(count)
  })

  test('follow what an operator has said of a day', () => {
    expect(addBusinessDays(changed('2026-11-30', true), '2026-11-27', 1)).toBe('2026-12-01')
    expect(addBusinessDays(changed('2026-11-28', false), '2026-11-27', 1)).toBe('2026-11-28')
  })

  test('are not guessed in a year that is not loaded', () => {
    expect(addBusinessDays(korea, '2027-12-30', 1)).toBe('2027-12-31')
    expect(addBusinessDays(korea, '2027-12-30', 2)).toBeUndefined()
    expect(addBusinessDays(korea, '2028-01-03', 0)).toBeUndefined()
    expect(isBusinessDay(korea, '2028-01-04')).toBe(false)
    expect(addBusinessDays(korea, '2024-12-31', 1)).toBe('2025-01-02')
    expect(subtractBusinessDays(korea, '2025-01-01', 1)).toBeUndefined()
  })
})

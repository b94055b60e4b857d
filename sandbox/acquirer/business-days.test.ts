/** Batches are paid two business days later, and other things happen so many later. */
import { expect, test } from '@jest/globals'
import { businessDaysAfter, paymentDayOf } from './business-days.ts'

test.each([
  ['2026-11-25', '2026-11-27', 'Wednesday: Friday'],
  ['2026-11-26', '2026-11-30', 'Thursday: Monday'],
  ['2026-11-28', '2026-12-01', 'Saturday: Tuesday'],
  ['2026-09-22', '2026-09-28', 'the Tuesday before Chuseok: the Monday after it'],
  ['2026-12-30', '2027-01-04', "over New Year's Day"],
  ['2027-02-04', '2027-02-10', 'over Seollal and its substitute'],
  ['2029-12-31', '2030-01-02', 'a year that nobody knows: weekends alone'],
])('the sales of %s on %s (%s)', (day, paidOn) => {
  expect(paymentDayOf(day)).toBe(paidOn)
})

test('a number of business days goes over weekends and holidays', () => {
  expect([1, 3, 4].map(count => businessDaysAfter('2026-12-22', count))).toEqual([
    '2026-12-23',
    '2026-12-28',
    '2026-12-29',
  ])
})

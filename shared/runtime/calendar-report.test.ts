/** When a calendar that ends is a problem. */
import { expect, test } from '@jest/globals'
import { calendarProblems } from './calendar-report.ts'

test('a year that is not loaded is a problem 45 days before it begins', () => {
  const calendar = { version: 1, closed: new Map([['2027-01-01', true]]) }
  const beginsAtMs = Date.UTC(2028, 0, 1) - 45 * 86_400_000

  expect(calendarProblems('KR', calendar, beginsAtMs - 1)).toEqual([])
  expect(calendarProblems('KR', calendar, beginsAtMs)).toEqual([
    {
      kind: 'calendar_ends',
      message:
        'the business calendar KR does not know 2028: what is sold has no due date there; see npm run settle -- calendar',
      since: '2027-11-17T00:00:00.000Z',
    },
  ])
})

/** The age of a break in business days. */
import { expect, test } from '@jest/globals'
import { bucketOf, businessDaysSince } from './break-age.ts'

/** Thursday, 2026-01-01, is closed. */
const calendar = { version: 1, closed: new Map([['2026-01-01', true]]) }

test.each([
  ['2026-01-02', '2026-01-02', 0],
  ['2026-01-05', '2026-01-02', 0],
  ['2026-01-02', '2026-01-04', 0],
  ['2026-01-02', '2026-01-05', 1],
  ['2026-01-02', '2026-01-12', 6],
  // Nothing is known of 2025.
  ['2025-12-30', '2026-01-02', 1],
])('from %s to %s there are %i', (from, to, days) => {
  expect(businessDaysSince(calendar, from, to)).toBe(days)
})

test.each([
  [0, '0-1', 'none'],
  [1, '0-1', 'none'],
  [2, '2-5', 'operator'],
  [5, '2-5', 'operator'],
  [6, '6-20', 'lead'],
  [20, '6-20', 'lead'],
  [21, '>20', 'finance'],
])('%i days are %s, for %s', (days, name, escalation) => {
  expect(bucketOf(days)).toMatchObject({ name, escalation })
})

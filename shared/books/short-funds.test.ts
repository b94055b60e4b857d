/** For how many business days something has been missing. */
import { expect, test } from '@jest/globals'
import { dayOfFunds } from './fake-books.ts'
import { shortFunds } from './short-funds.ts'

const calendar = { version: 1, closed: new Map([['2026-01-01', true]]) }
const whole = { safeguardedMinor: 10_000n }

test('counts the business days since the last one on which nothing was missing', () => {
  // The 28th and 29th are a weekend.
  const days = ['2026-11-30', '2026-11-29', '2026-11-28', '2026-11-27'].map(day => dayOfFunds(day))
  const before = [dayOfFunds('2026-11-26', whole), dayOfFunds('2026-11-25')]
  expect(shortFunds([...days, ...before], calendar)).toEqual([
    { currency: 'KRW', missingMinor: 10_000n, businessDays: 2 },
  ])
  expect(shortFunds(days.slice(1, 3), calendar)).toMatchObject([{ businessDays: 0 }])
})

test('is 0 when the newest day has enough, by each currency', () => {
  const usd = { currency: 'USD' }
  const days = [
    ...[dayOfFunds('2026-11-27', whole), dayOfFunds('2026-11-27', usd)],
    ...[dayOfFunds('2026-11-26'), dayOfFunds('2026-11-26', { ...usd, ...whole })],
  ]
  expect(shortFunds(days, calendar)).toEqual([
    { currency: 'KRW', missingMinor: 0n, businessDays: 0 },
    { currency: 'USD', missingMinor: 10_000n, businessDays: 1 },
  ])
  expect(shortFunds([], calendar)).toEqual([])
})

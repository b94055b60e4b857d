/** What `npm run settle -- funds` prints, and what it advises. */
import { expect, test } from '@jest/globals'
import { dayOfFunds } from '../../../shared/books/fake-books.ts'
import { transferOf } from '../../../shared/books/move-funds.ts'
import { adviceLines, fundsLines, verdictLine } from './funds.ts'

const days = [
  dayOfFunds('2026-11-30', { safeguardedMinor: 7_000n, statementDay: '2026-11-30' }),
  dayOfFunds('2026-11-30', {
    currency: 'USD',
    requiredMinor: 100n,
    safeguardedMinor: 250n,
    statementDay: '2026-11-30',
  }),
  dayOfFunds('2026-11-29', { safeguardedMinor: 7_000n, statementDay: '2026-11-28' }),
  dayOfFunds('2026-11-28'),
]

test('the days have what was required, what was there and what was missing', () => {
  expect(fundsLines(days)).toEqual([
    'day         currency  required  safeguarded  missing',
    '2026-11-30  KRW          10000         7000     3000',
    '2026-11-30  USD           1.00         2.50     0.00',
    '2026-11-29  KRW          10000         7000     3000  by the statement of 2026-11-28',
    '2026-11-28  KRW          10000            0    10000  no statement so far',
  ])
  expect(fundsLines([])).toEqual(['No day has been calculated yet: daily-funds does it after midnight in Seoul.'])
})

test('the newest day of each currency says what to do', () => {
  expect(adviceLines(days)).toEqual(['3000 KRW is missing: npm run settle -- safeguard --currency KRW --reason TEXT'])
  expect(adviceLines(days.slice(1, 2))).toEqual([])
})

// A transfer of the day before is not in an older statement, and would be made again under another name.
test('before its statement has come, the newest day says so, and only an amount that somebody names is moved', () => {
  expect(adviceLines(days.slice(2))).toEqual([
    "The safeguarded account's statement of 2026-11-29 has not come, so that what was moved since the one before is not seen.",
    '3000 KRW is missing: npm run settle -- safeguard --currency KRW --amount 3000 --reason TEXT',
  ])
})

test('what the bank answered is said', () => {
  const transfer = transferOf('2026-11-30', { currency: 'KRW', amountMinor: 3_000, isBack: false })
  expect(verdictLine({ kind: 'made' }, transfer)).toMatch(/^The bank has made SFG-20261130-KRW-3000\./)
  expect(verdictLine({ kind: 'refused', detail: '409' }, transfer)).toMatch(/has not made .*: 409$/)
  expect(verdictLine({ kind: 'unknown', detail: 'no answer' }, transfer)).toMatch(/no clear answer \(no answer\)/)
})

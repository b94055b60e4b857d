/** What each token does to a payout. */
import { expect, test } from '@jest/globals'
import { accountTokens } from '../../shared/contracts/bank.ts'
import { DAY_MS } from '../service/days.ts'
import { stepsOf } from './rules.ts'

const told = (account: string) =>
  stepsOf(account).map(({ afterMs, state, reason, moves }) => [afterMs / DAY_MS, state, moves, reason])

test.each([
  ['acct_pay', [[0, 'CONFIRMED', 'out', null]]],
  ['acct_fail', [[0, 'FAILED', 'nothing', 'account closed']]],
  ['acct_late', [[1, 'CONFIRMED', 'out', null]]],
  [
    'acct_return',
    [
      [0, 'CONFIRMED', 'out', null],
      [1, 'RETURNED', 'back', 'sent back by the receiving bank'],
    ],
  ],
  ['acct_lost', [[0, 'CONFIRMED', 'out', null]]],
  ['acct_silent', [[0, 'CONFIRMED', 'out', null]]],
  ['110-234-567890', [[0, 'FAILED', 'nothing', 'unknown account']]],
])('%s', (account, steps) => {
  expect(told(account)).toEqual(steps)
})

test('money leaves at most once, and comes back only after it left', () => {
  for (const account of accountTokens) {
    const moves = stepsOf(account).map(step => step.moves)
    expect([['out'], ['out', 'back'], ['nothing']]).toContainEqual(moves)
    expect(stepsOf(account).map(step => step.afterMs)).toEqual(
      stepsOf(account)
        .map(step => step.afterMs)
        .toSorted((one, other) => one - other),
    )
  }
})

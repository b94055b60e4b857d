import { expect, test } from '@jest/globals'
import { sampleExplainedBreak } from '../../../../shared/contracts/break-views.ts'
import { missedFrom, missedMinor } from './missed.ts'

const missed = { class: 'MISSING_THERE', booked: 0, differences: { amount: { expected: -52_300, found: 0 } } } as const

test('what did not come is the amount that was expected, until it is given up and booked', () => {
  expect(missedMinor(missed)).toBe(-52_300)
  expect(missedMinor({ ...missed, booked: -52_300 })).toBeUndefined()
  expect(missedMinor({ ...missed, differences: {} })).toBeUndefined()
})

test('of any other break it is what remains, also where that is nothing', () => {
  expect(missedMinor({ ...missed, class: 'DATE' })).toBeUndefined()
})

test('the side that lacks the line is the acquirer for an expectation, and the bank for a batch or a payout', () => {
  const { expectation } = sampleExplainedBreak()
  expect(missedFrom({ expectation, closedAt: null })).toBe('acquirer')
  expect(missedFrom({ expectation: null, closedAt: null })).toBe('bank')
  expect(missedFrom({ expectation, closedAt: '2026-11-30T00:00:00.000Z' })).toBe('closed')
})

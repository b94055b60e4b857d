/** A month that lacks something says what. */
import { expect, test } from '@jest/globals'
import { breakClasses, disputeStates, itemTypes } from '../../../shared/contracts/lists.ts'
import type { MonthFacts } from './auditor/facts.ts'
import { lackingIn, partsOf } from './completeness.ts'

type Counted = Pick<MonthFacts, 'items' | 'breaks' | 'disputes' | 'payouts'>

const whole = (): Counted =>
  ({
    items: itemTypes.map(type => ({ type })),
    breaks: breakClasses.map(name => ({ class: name })),
    disputes: disputeStates.map(state => ({ state })),
    payouts: ['PAID', 'FAILED', 'RETURNED'].map(state => ({ state })),
  }) as unknown as Counted

test('one of each is enough', () => {
  const parts = partsOf(whole(), ['2026-12-25 기독탄신일'])

  expect(lackingIn(parts)).toEqual([])
  expect(parts.items.reserve_use).toBe(1)
})

test('each list lacks its last, and there was no holiday', () => {
  const { items, breaks, disputes, payouts } = whole()
  const facts = { items: items.slice(0, -1), breaks: breaks.slice(0, -1), disputes: disputes.slice(0, -1) }

  expect(lackingIn(partsOf({ ...facts, payouts: payouts.slice(0, -1) }, []))).toEqual([
    ...['item dispute_fee', 'break OVER_DISPUTED', 'dispute LOST', 'payout RETURNED', 'holiday on a weekday'],
  ])
})

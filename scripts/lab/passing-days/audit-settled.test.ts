/** What a fault made late is judged by what is left of it; what nobody knows stays as it was booked. */
import { expect, test } from '@jest/globals'
import type { BreakFact, EventFact, MonthFacts } from '../month/auditor/facts.ts'
import { withoutLate } from './audit-settled.ts'

const event: EventFact = {
  ...{ eventType: 'payment.captured', operationId: 'op_1', occurredAt: '2026-11-30T00:00:00.000Z', sequence: 2 },
  ...{ amount: 1_000, payment: { paymentId: 'pay_1', merchantId: 'shop', currency: 'KRW' } },
}

const facts: MonthFacts = {
  ...{ decisions: [], settled: [], movements: [], payments: [], events: [event], terms: [], entries: [], items: [] },
  ...{ payouts: [], breaks: [], disputes: [], refusedRefunds: [] },
}

const found = (given: Partial<BreakFact>): BreakFact => ({
  ...{ breakId: 'brk_1', class: 'MISSING_HERE', matchKey: 'op_1', batchRef: null, payoutId: null },
  ...{ booked: -980, remaining: 0, currency: 'KRW', state: 'RESOLVED' },
  ...given,
})

const bookedOf = (given: Partial<BreakFact>) => withoutLate({ ...facts, breaks: [found(given)] }).breaks[0]!.booked

test('a line that came before its event counts by what is left of its break', () => {
  expect(bookedOf({})).toBe(0)
  expect(bookedOf({ class: 'STATUS', remaining: -20, state: 'OPEN' })).toBe(-20)
})

test('a line of nothing that anybody knows, and a difference, count as they were booked', () => {
  expect(bookedOf({ matchKey: 'op_2', remaining: -980, state: 'OPEN' })).toBe(-980)
  expect(bookedOf({ class: 'AMOUNT_UNDER', remaining: 0 })).toBe(-980)
})

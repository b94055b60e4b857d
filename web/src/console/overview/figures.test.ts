import { describe, expect, test } from '@jest/globals'
import type { OverviewView } from '../../../../shared/contracts/routes/get-overview.ts'
import { approvedOfThousand, barShapes, oldestEventMs, slotEnd, tonesOf } from './figures.ts'

const NOW = '2026-11-22T06:10:00.000Z'

const overviewOf = (given: Partial<OverviewView>): OverviewView => ({
  asOf: NOW,
  virtualAheadMs: 0,
  invariants: { rules: 60, failed: 0, checkedAt: NOW, passEndedAt: null },
  outbox: { waiting: 0, oldestCreatedAt: null, parked: 0 },
  consumers: { lag: 0, standingStill: 0, observedAt: NOW },
  deadLetters: { waiting: 0 },
  unknown: { operations: 0, oldest: [] },
  payments: null,
  acquirer: null,
  missing: [],
  ...given,
})

describe('the share of approved payments', () => {
  test.each([
    [{ approved: 0, refused: 0 }, null],
    [{ approved: 1, refused: 0 }, 1_000],
    [{ approved: 0, refused: 3 }, 0],
    [{ approved: 2, refused: 1 }, 666],
    // One that was refused must be seen.
    [{ approved: 99_999, refused: 1 }, 999],
  ])('of %j is %s of a thousand', (outcomes, share) => {
    expect(approvedOfThousand(outcomes)).toBe(share)
  })
})

describe('tones', () => {
  test('are good where nothing is wrong, and none where nothing is known', () => {
    const good = { invariants: 'good', outbox: 'good', consumers: 'good', deadLetters: 'good', unknown: 'good' }
    expect(tonesOf(overviewOf({}))).toEqual(good)
    expect(tonesOf(overviewOf({ deadLetters: null, consumers: null }))).toEqual({
      ...good,
      ...{ deadLetters: null, consumers: null },
    })
  })

  test('are bad for what a person has to do, and amber for what may still come right', () => {
    const wrong = overviewOf({
      invariants: { rules: 60, failed: 1, checkedAt: NOW, passEndedAt: null },
      outbox: { waiting: 1, oldestCreatedAt: '2026-11-22T06:09:58.000Z', parked: 0 },
      consumers: { lag: 9, standingStill: 1, observedAt: NOW },
      deadLetters: { waiting: 1 },
      unknown: { operations: 1, oldest: [] },
    })
    expect(tonesOf(wrong)).toEqual({
      ...{ invariants: 'bad', outbox: 'undecided', consumers: 'bad', deadLetters: 'bad', unknown: 'undecided' },
    })
    expect(oldestEventMs(wrong)).toBe(2_000)
    const parked = { waiting: 0, oldestCreatedAt: null, parked: 1 }
    expect(tonesOf(overviewOf({ outbox: parked })).outbox).toBe('bad')
    const young = { waiting: 1, oldestCreatedAt: '2026-11-22T06:09:58.001Z', parked: 0 }
    expect(tonesOf(overviewOf({ outbox: young })).outbox).toBe('good')
    const old = { lag: 0, standingStill: 0, observedAt: '2026-11-22T06:06:59.999Z' }
    expect(tonesOf(overviewOf({ consumers: old })).consumers).toBe('undecided')
  })
})

describe('bars', () => {
  test('stand on the ground, their parts above each other, the highest as high as the chart', () => {
    const good = (value: number) => ({ tone: 'good' as const, value })
    const bad = (value: number) => ({ tone: 'bad' as const, value })
    expect(barShapes([[good(2), bad(2)], [good(1), bad(0)], []], 40, 10, 2)).toEqual([
      { tone: 'good', x: 1, y: 20, width: 8, height: 20 },
      { tone: 'bad', x: 1, y: 0, width: 8, height: 20 },
      { tone: 'good', x: 11, y: 30, width: 8, height: 10 },
    ])
    expect(barShapes([[], []], 40, 10, 2)).toEqual([])
  })

  test('a slot ends where the next begins', () => {
    const slots = [{ from: 'a' }, { from: 'b' }]
    expect([slotEnd(slots, 0, 'end'), slotEnd(slots, 1, 'end')]).toEqual(['b', 'end'])
  })
})

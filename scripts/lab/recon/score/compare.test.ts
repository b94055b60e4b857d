/** What counts as found, missed and found for nothing. */
import { describe, expect, test } from '@jest/globals'
import type { TruthRow } from '../generate/truth.ts'
import { compare } from './compare.ts'
import type { FoundBreak } from './found.ts'

const planted = (changes: Partial<TruthRow> = {}): TruthRow => ({
  ...{ subject: 'op:1:capture', class: 'FEE', currency: 'KRW', amount: '5', booked: '5', closed: false },
  ...{ mutation: 'fee-high', keyed: true },
  ...changes,
})

const found = (changes: Partial<FoundBreak> = {}): FoundBreak => ({
  ...{ breakId: 'brk_1', class: 'FEE', currency: 'KRW', booked: '5', remaining: '5', closed: false },
  ...{ subjects: ['op:1:capture'], keyed: true, differences: '{}' },
  ...changes,
})

describe('a keyed line', () => {
  test('that was found is right', () => {
    expect(compare([planted()], [found()], [])).toMatchObject({
      all: { planted: 1, found: 1, right: 1, recall: 1, precision: 1 },
      ...{ missed: [], wrong: [], otherAmounts: [] },
    })
  })

  test('of another class is missed, and found for nothing', () => {
    const { all, missed, wrong } = compare([planted()], [found({ class: 'DATE' })], [])
    expect(all).toMatchObject({ recall: 0, precision: 0 })
    expect([missed.length, wrong.length]).toEqual([1, 1])
  })

  test('of another subject is missed', () => {
    expect(compare([planted()], [found({ subjects: ['op:2:capture'] })], []).all).toMatchObject({ recall: 0 })
  })

  test('that was found twice is found for nothing once', () => {
    expect(compare([planted()], [found(), found({ breakId: 'brk_2' })], []).all).toMatchObject({
      recall: 1,
      precision: 0.5,
    })
  })

  test.each([{ remaining: '4' }, { booked: '4' }, { currency: 'USD' }, { closed: true }])(
    'with %j has another amount',
    changes => {
      const { all, otherAmounts } = compare([planted()], [found(changes)], [])
      expect(all).toMatchObject({ recall: 1, precision: 1 })
      expect(otherAmounts).toHaveLength(1)
    },
  )

  test('two of one subject and class are told apart by their amounts', () => {
    const rows = [planted({ amount: '1', booked: '1' }), planted({ amount: '2', booked: '2' })]
    const breaks = [found({ booked: '2', remaining: '2' }), found({ booked: '1', remaining: '1' })]
    expect(compare(rows, breaks, []).otherAmounts).toEqual([])
  })

  test('may go by the name of what it is for', () => {
    expect(compare([planted({ orSubject: 'payout:1' })], [found({ subjects: ['payout:1'] })], []).all).toMatchObject({
      recall: 1,
    })
  })
})

describe('a line without a reference', () => {
  const meant = planted({
    subject: 'bank:a',
    class: 'MATCHED',
    keyed: false,
    amount: '0',
    booked: '0',
    targets: ['out_1'],
  })
  const open = found({ class: 'MISSING_HERE', subjects: ['bank:a'], keyed: false })

  test('that was taken for the right thing is right', () => {
    const { unkeyed } = compare([meant], [], [{ subject: 'bank:a', target: 'out_1' }])
    expect(unkeyed).toMatchObject({ planted: 1, right: 1, recall: 1, precision: 1 })
  })

  test('that was taken for something else is wrong, and missed', () => {
    const { unkeyed } = compare([meant], [], [{ subject: 'bank:a', target: 'out_2' }])
    expect(unkeyed).toMatchObject({ recall: 0, precision: 0 })
  })

  test('that was left with the right suggestion is found', () => {
    const { unkeyed, all } = compare([meant], [{ ...open, differences: '{"suggestions":["out_1","out_2"]}' }], [])
    expect(unkeyed).toMatchObject({ recall: 1, precision: 1 })
    expect(all).toMatchObject({ found: 0, precision: 1 })
  })

  test('that was left without one is missed', () => {
    expect(compare([meant], [open], []).unkeyed).toMatchObject({ recall: 0 })
  })

  test('that may be for several must not be taken for one', () => {
    const several = { ...meant, class: 'MISSING_HERE' as const, targets: ['out_1', 'out_2'] }
    expect(compare([several], [], [{ subject: 'bank:a', target: 'out_1' }]).unkeyed).toMatchObject({ precision: 0 })
  })
})

import { describe, expect, test } from '@jest/globals'
import { backlogMaxOf } from './books.ts'
import { settingsOf } from './flags.ts'
import { restMs, rowProblems } from './run-case.ts'

describe('rowProblems', () => {
  const before = { payments: 10, operations: 20, events: 20 }
  const load = { all: { units: 5, requests: 15 }, errors: {} }

  test('as many rows as answers are none', () => {
    expect(rowProblems(load, before, { payments: 15, operations: 35, events: 35 })).toEqual([])
  })

  test('a payment, an operation or an event too many or too few is one', () => {
    expect(rowProblems(load, before, { payments: 14, operations: 36, events: 35 })).toEqual([
      '5 payments were answered, 4 are in the database',
      '15 operations were answered, 16 are in the database',
    ])
  })

  test('says nothing beside unexpected answers, which are a problem of their own', () => {
    expect(rowProblems({ ...load, errors: { 'authorize 503': 1 } }, before, before)).toEqual([])
  })
})

describe('restMs', () => {
  test('leaves no tail of the last load for the measured time', () => {
    expect(restMs(settingsOf({ warmup: 2 }), 500)).toBe(8_000)
    expect(restMs(settingsOf({ warmup: 2 }), 9_000)).toBe(0)
  })

  test('is nothing where the warm-up is longer than the tail, before the first load, and when nothing is measured', () => {
    expect(restMs(settingsOf({}), 0)).toBe(0)
    expect(restMs(settingsOf({ warmup: 2 }), Number.POSITIVE_INFINITY)).toBe(0)
    expect(restMs(settingsOf({ quick: true }), 0)).toBe(0)
  })
})

describe('backlogMaxOf', () => {
  test('is the most that waited at one time', () => {
    const times = [
      { created: 0, published: 10 },
      { created: 1, published: 5 },
      { created: 5, published: 6 },
      { created: 7, published: 8 },
    ]
    expect(backlogMaxOf(times)).toBe(3)
    expect(backlogMaxOf([])).toBe(0)
  })
})

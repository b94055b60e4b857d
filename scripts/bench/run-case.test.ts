import { describe, expect, test } from '@jest/globals'
import { backlogMaxOf } from './books.ts'
import { rowProblems } from './run-case.ts'

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

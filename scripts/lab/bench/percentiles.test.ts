import { describe, expect, test } from '@jest/globals'
import { median, medianOf, percentilesOf } from './percentiles.ts'

describe('median', () => {
  test.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[10, 9], 9.5],
    [[], undefined],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected)
  })
})

describe('percentilesOf', () => {
  test('takes the nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect(percentilesOf(values)).toEqual({ count: 100, p50: 50, p95: 95, p99: 99, max: 100 })
  })

  test('of one value is that value, of none nothing', () => {
    expect(percentilesOf([7])).toEqual({ count: 1, p50: 7, p95: 7, p99: 7, max: 7 })
    expect(percentilesOf([])).toBeUndefined()
  })
})

describe('medianOf', () => {
  test('goes into parts, takes numbers one by one, and leaves out what could not be seen', () => {
    const samples = [
      { speed: 1, cpu: { api: 5, kafka: null as number | null }, lag: { p50: 3 } },
      { speed: 3, cpu: { api: 9, kafka: null as number | null }, lag: { p50: 1 } },
      { speed: 2, cpu: { api: 7, kafka: null as number | null } },
    ]
    expect(medianOf<object>(samples)).toEqual({ speed: 2, cpu: { api: 7, kafka: null }, lag: { p50: 2 } })
  })
})

/** Decimal numbers without floating point. */
import { expect, test } from '@jest/globals'
import { decimalOf, wholeOf } from './decimals.ts'

test.each([
  [0n, 0, '0'],
  [10_000n, 0, '10000'],
  [5n, 2, '0.05'],
  [123_456n, 3, '123.456'],
])('%s units with %s places are %s', (units, places, text) => {
  expect(decimalOf(units, places)).toBe(text)
  expect(wholeOf(text, places)).toBe(units)
})

test('a sign stands in front', () => {
  expect(decimalOf(-5n, 2)).toBe('-0.05')
  expect(decimalOf(-10_000n, 0)).toBe('-10000')
})

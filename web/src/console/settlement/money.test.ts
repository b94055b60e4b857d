import { expect, test } from '@jest/globals'
import { addUp, formatSum } from './money.ts'

test.each([
  ['1511250', 'KRW', '₩1,511,250'],
  ['-5', 'USD', '-$0.05'],
  ['123456789012345678901', 'KRW', '₩123,456,789,012,345,678,901'],
  ['-123456789012345678901', 'USD', '-$1,234,567,890,123,456,789.01'],
])('%s %s is %s, to the last figure', (minor, currency, text) => {
  expect(formatSum(minor, currency, 'en')).toBe(text)
})

test('sums are added exactly', () => {
  expect(addUp([])).toBe('0')
  expect(addUp(['9007199254740993', '-2', '0'])).toBe('9007199254740991')
})

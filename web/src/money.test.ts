import { describe, expect, test } from '@jest/globals'
import { amountMinorOf, amountTextOf, formatMoney } from './money.ts'

describe('formatMoney', () => {
  test('won have no decimals and read alike in both languages', () => {
    expect(formatMoney(1_550_000, 'KRW', 'ko')).toBe('₩1,550,000')
    expect(formatMoney(1_550_000, 'KRW', 'en')).toBe('₩1,550,000')
    expect(formatMoney(0, 'KRW', 'ko')).toBe('₩0')
    expect(formatMoney(-38_750, 'KRW', 'ko')).toBe('-₩38,750')
  })

  test('the minor unit is divided by the currency’s own exponent', () => {
    expect(formatMoney(1_999, 'USD', 'en')).toBe('$19.99')
    expect(formatMoney(1_999, 'KWD', 'en')).toMatch(/1\.999$/)
  })

  test('an unknown currency is not guessed at', () => {
    expect(formatMoney(1_999, 'ZZZ', 'en')).toBe('1999 ZZZ')
  })
})

describe('an amount as typed', () => {
  test.each([
    ['1550000', 'KRW', 1_550_000],
    [' 1,550,000 ', 'KRW', 1_550_000],
    ['0', 'KRW', 0],
    ['12.3', 'USD', 1_230],
    ['12.34', 'USD', 1_234],
    ['12', 'USD', 1_200],
    ['2.5', 'KRW', undefined],
    ['12.345', 'USD', undefined],
    ['-1', 'KRW', undefined],
    ['1e3', 'KRW', undefined],
    ['', 'KRW', undefined],
    ['.5', 'USD', undefined],
  ])('%p in %s is %p', (text, currency, amountMinor) => {
    expect(amountMinorOf(text, currency)).toBe(amountMinor)
  })

  test('is what was shown', () => {
    expect([amountTextOf(1_550_000, 'KRW'), amountTextOf(1_234, 'USD')]).toEqual(['1,550,000', '12.34'])
    expect(amountMinorOf(amountTextOf(123_456, 'USD'), 'USD')).toBe(123_456)
  })
})

import { describe, expect, test } from '@jest/globals'
import { formatMoney } from './money.ts'

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

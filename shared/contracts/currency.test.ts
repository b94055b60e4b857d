/** Our ISO 4217 table against dinero.js's. */
import { describe, expect, test } from '@jest/globals'
import * as dineroCurrencies from 'dinero.js/currencies'
import { currencyCodes, currencyExponent, isWithdrawn } from './currency.ts'

interface DineroCurrency {
  code: string
  base: number | readonly number[]
  exponent: number
}

const theirs = new Map(
  Object.values(dineroCurrencies as unknown as Record<string, DineroCurrency>).map(currency => [
    currency.code,
    currency,
  ]),
)

// The ariary and the ouguiya have fifths, not hundredths, which dinero.js says as base 5, exponent 1.
// ISO 4217 gives both two decimal places, and so do we: 1 is a hundredth of them, as it is in card networks.
const NOT_DECIMAL = ['MGA', 'MRU']

describe('currencies', () => {
  test('both tables are there and hold the same codes', () => {
    expect(theirs.size).toBeGreaterThan(150)
    expect([...currencyCodes].sort()).toEqual([...theirs.keys()].sort())
  })

  test('no code is written twice', () => {
    expect(new Set(currencyCodes).size).toBe(currencyCodes.length)
  })

  test('every decimal currency has the same exponent in both tables', () => {
    const decimal = currencyCodes.filter(code => !NOT_DECIMAL.includes(code))
    const ours = decimal.map(code => [code, 10, currencyExponent(code)])

    expect(ours).toEqual(decimal.map(code => [code, theirs.get(code)?.base, theirs.get(code)?.exponent]))
  })

  test.each(NOT_DECIMAL)('%s is counted in hundredths by ISO 4217 and in fifths by dinero.js', code => {
    expect(currencyExponent(code)).toBe(2)
    expect(theirs.get(code)).toMatchObject({ base: 5, exponent: 1 })
  })

  test.each([
    ['KRW', 0],
    ['JPY', 0],
    ['USD', 2],
    ['HUF', 2],
    ['IDR', 2],
    ['KWD', 3],
    ['CLF', 4],
  ])('%s has %i decimal places', (code, exponent) => {
    expect(currencyExponent(code)).toBe(exponent)
  })

  test.each(['XXX', 'XTS', 'XAU', 'DEM', 'krw', 'KR', 'KRWW', '', 'toString', '__proto__', 'BTC'])(
    '%p is not a currency',
    code => {
      expect(currencyExponent(code)).toBeUndefined()
    },
  )
})

describe('a withdrawn currency', () => {
  const lastMs = Date.UTC(2025, 11, 31, 23, 59, 59, 999)

  test('is the lev from 2026-01-01, and it keeps its exponent', () => {
    expect(isWithdrawn('BGN', lastMs)).toBe(false)
    expect(isWithdrawn('BGN', lastMs + 1)).toBe(true)
    expect(currencyExponent('BGN')).toBe(2)
  })

  test('is no other one', () => {
    const years2100 = Date.UTC(2100, 0, 1)

    expect(currencyCodes.filter(code => isWithdrawn(code, years2100))).toEqual(['BGN'])
    expect(isWithdrawn('toString', years2100)).toBe(false)
  })

  test('that was replaced before this table was made is not in it, its successor is', () => {
    for (const [old, current] of [
      ['HRK', 'EUR'],
      ['ANG', 'XCG'],
      ['ZWL', 'ZWG'],
      ['SLL', 'SLE'],
      ['CUC', 'CUP'],
    ])
      expect([currencyExponent(old!), currencyExponent(current!)]).toEqual([undefined, 2])
  })
})

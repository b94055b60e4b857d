/** Fees: half-even rounding, the fixed part, the bounds, and an oracle that works on decimal digits. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { SEED, seeded } from '../../test/unit/seed.ts'
import { type FeeSchedule, feeMinor } from './fee.ts'

const schedule = (basisPoints: number, fixedMinor: Record<string, number> = {}): FeeSchedule => ({
  basisPoints,
  fixedMinor,
})
const captureOf = (amountMinor: number, first = true, currency = 'KRW') => ({ amountMinor, currency, first })

describe('feeMinor', () => {
  test('the default of 250 basis points takes 2.5 %', () => {
    expect(feeMinor(schedule(250), captureOf(1_550_000))).toBe(38_750)
  })

  // 250 bp of 20, 60, 100 and 140 are 0.5, 1.5, 2.5 and 3.5.
  test.each([
    { amountMinor: 20, fee: 0 },
    { amountMinor: 60, fee: 2 },
    { amountMinor: 100, fee: 2 },
    { amountMinor: 140, fee: 4 },
  ])('a half is rounded to even: 2.5 % of $amountMinor is $fee', ({ amountMinor, fee }) => {
    expect(feeMinor(schedule(250), captureOf(amountMinor))).toBe(fee)
  })

  test('just below a tie goes down, just above goes up', () => {
    expect(feeMinor(schedule(250), captureOf(59))).toBe(1)
    expect(feeMinor(schedule(250), captureOf(61))).toBe(2)
    expect(feeMinor(schedule(250), captureOf(99))).toBe(2)
    expect(feeMinor(schedule(250), captureOf(101))).toBe(3)
  })

  test('the fixed part is taken at the first capture only, in its own currency only', () => {
    const withFixed = schedule(100, { KRW: 100 })

    expect(feeMinor(withFixed, captureOf(10_000, true))).toBe(200)
    expect(feeMinor(withFixed, captureOf(10_000, false))).toBe(100)
    expect(feeMinor(withFixed, captureOf(10_000, true, 'USD'))).toBe(100)
  })

  test('the fee is never more than what was captured', () => {
    expect(feeMinor(schedule(250, { KRW: 500 }), captureOf(300))).toBe(300)
    expect(feeMinor(schedule(20_000), captureOf(300))).toBe(300)
  })

  test('without a schedule there is no fee', () => {
    expect(feeMinor(schedule(0), captureOf(999_999_999_999))).toBe(0)
  })

  test('the largest amount is exact: its product with basis points is beyond what a double holds', () => {
    expect(feeMinor(schedule(9_999), captureOf(999_999_999_999))).toBe(999_899_999_999)
  })

  test(`agrees with rounding by decimal digits, and stays within 0 and the captured amount (seed ${SEED})`, () => {
    const cases = fc.record({
      amountMinor: fc.oneof(fc.integer({ min: 1, max: 999_999_999_999 }), fc.integer({ min: 1, max: 400 })),
      basisPoints: fc.oneof(fc.integer({ min: 0, max: 10_000 }), fc.constantFrom(1, 25, 50, 250, 5_000)),
      fixed: fc.integer({ min: 0, max: 1_000 }),
      first: fc.boolean(),
    })

    fc.assert(
      fc.property(cases, ({ amountMinor, basisPoints, fixed, first }) => {
        const fee = feeMinor(schedule(basisPoints, { KRW: fixed }), captureOf(amountMinor, first))

        const exact = roundedByDigits(BigInt(amountMinor) * BigInt(basisPoints)) + BigInt(first ? fixed : 0)
        expect(BigInt(fee)).toBe(exact > BigInt(amountMinor) ? BigInt(amountMinor) : exact)
        expect(fee).toBeGreaterThanOrEqual(0)
        expect(fee).toBeLessThanOrEqual(amountMinor)
      }),
      seeded(1_000),
    )
  })
})

/** A ten-thousandth of `product`, half to even, by looking at the four digits after the point. */
function roundedByDigits(product: bigint): bigint {
  const digits = product.toString().padStart(5, '0')
  const whole = digits.slice(0, -4)
  const rest = digits.slice(-4)
  const isOdd = '13579'.includes(whole.at(-1)!)
  const up = rest > '5000' || (rest === '5000' && isOdd)
  return BigInt(whole) + (up ? 1n : 0n)
}

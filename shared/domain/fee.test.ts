/** Fees: half-even rounding, the fixed part, the bounds, parts that agree with the whole, and an oracle that works on decimal digits. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { SEED, seeded } from '../../test/unit/seed.ts'
import { type FeeSchedule, feeMinor, feeOfAllMinor, scheduleFor } from './fee.ts'

const AMOUNT_MAX = 999_999_999_999

const schedule = (basisPoints: number, fixedMinor = 0): FeeSchedule => ({ basisPoints, fixedMinor })

/** The fee of a capture before which nothing was captured. */
const feeOfFirst = (of: FeeSchedule, amountMinor: number): number => feeMinor(of, 0, amountMinor)

/** The fees of captures one after the other. */
function feesOf(of: FeeSchedule, captures: readonly number[]): number[] {
  let capturedMinor = 0
  return captures.map(amountMinor => {
    const fee = feeMinor(of, capturedMinor, amountMinor)
    capturedMinor += amountMinor
    return fee
  })
}

const sumOf = (amounts: readonly number[]): number => amounts.reduce((sum, amount) => sum + amount, 0)

describe('feeMinor', () => {
  test('the default of 250 basis points takes 2.5 %', () => {
    expect(feeOfFirst(schedule(250), 1_550_000)).toBe(38_750)
  })

  // 250 bp of 20, 60, 100 and 140 are 0.5, 1.5, 2.5 and 3.5.
  test.each([
    { amountMinor: 20, fee: 0 },
    { amountMinor: 60, fee: 2 },
    { amountMinor: 100, fee: 2 },
    { amountMinor: 140, fee: 4 },
  ])('a half is rounded to even: 2.5 % of $amountMinor is $fee', ({ amountMinor, fee }) => {
    expect(feeOfFirst(schedule(250), amountMinor)).toBe(fee)
  })

  test('just below a tie goes down, just above goes up', () => {
    expect(feeOfFirst(schedule(250), 59)).toBe(1)
    expect(feeOfFirst(schedule(250), 61)).toBe(2)
    expect(feeOfFirst(schedule(250), 99)).toBe(2)
    expect(feeOfFirst(schedule(250), 101)).toBe(3)
  })

  test('the fixed part is taken once: with the first capture', () => {
    expect(feesOf(schedule(100, 100), [10_000, 10_000, 10_000])).toEqual([200, 100, 100])
  })

  test('what the first capture was too small for, the next one pays', () => {
    expect(feesOf(schedule(0, 100), [30, 30, 1_000])).toEqual([30, 30, 40])
  })

  // Rounded one by one, ten captures of 20 at 2.5 % would cost nothing.
  test('parts that are free one by one pay together what the whole pays', () => {
    expect(feesOf(schedule(250), Array<number>(10).fill(20))).toEqual([0, 1, 1, 0, 0, 1, 1, 0, 0, 1])
    expect(feeOfFirst(schedule(250), 200)).toBe(5)
  })

  test('the fee is never more than what was captured', () => {
    expect(feeOfFirst(schedule(250, 500), 300)).toBe(300)
    expect(feeOfFirst(schedule(20_000), 300)).toBe(300)
  })

  test('without a schedule there is no fee', () => {
    expect(feeOfFirst(schedule(0), AMOUNT_MAX)).toBe(0)
  })

  test('the largest amount is exact: its product with basis points is beyond what a double holds', () => {
    expect(feeOfFirst(schedule(9_999), AMOUNT_MAX)).toBe(999_899_999_999)
  })

  const schedules = fc.record({
    basisPoints: fc.oneof(fc.integer({ min: 0, max: 10_000 }), fc.constantFrom(1, 25, 50, 250, 5_000, 10_000)),
    fixedMinor: fc.oneof(fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: 0, max: AMOUNT_MAX })),
  })
  const amounts = fc.oneof(fc.integer({ min: 1, max: AMOUNT_MAX }), fc.integer({ min: 1, max: 400 }))

  test(`the fee of a whole agrees with rounding by decimal digits, and never exceeds it (seed ${SEED})`, () => {
    fc.assert(
      fc.property(amounts, schedules, (amountMinor, of) => {
        const exact = roundedByDigits(BigInt(amountMinor) * BigInt(of.basisPoints)) + BigInt(of.fixedMinor)

        expect(BigInt(feeOfFirst(of, amountMinor))).toBe(exact > BigInt(amountMinor) ? BigInt(amountMinor) : exact)
        expect(feeOfAllMinor(of, amountMinor)).toBe(feeOfFirst(of, amountMinor))
      }),
      seeded(1_000),
    )
  })

  test(`however an amount is captured, no part pays below 0 or above itself, and all pay the fee of the whole (seed ${SEED})`, () => {
    const cuts = fc.array(fc.nat(1_000_000), { maxLength: 12, size: 'max' })
    let partsSeen = 0

    fc.assert(
      fc.property(amounts, cuts, schedules, (amountMinor, shares, of) => {
        const captures = splitOf(amountMinor, shares)
        const fees = feesOf(of, captures)
        partsSeen += captures.length - 1

        expect(sumOf(captures)).toBe(amountMinor)
        for (const [index, fee] of fees.entries()) {
          expect(fee).toBeGreaterThanOrEqual(0)
          expect(fee).toBeLessThanOrEqual(captures[index]!)
        }
        expect(sumOf(fees)).toBe(feeOfFirst(of, amountMinor))
      }),
      seeded(1_000),
    )

    expect(partsSeen).toBeGreaterThan(1_000)
  })

  test(`capturing more never costs less (seed ${SEED})`, () => {
    fc.assert(
      fc.property(amounts, fc.nat(1_000), schedules, (amountMinor, moreMinor, of) => {
        expect(feeOfAllMinor(of, amountMinor + moreMinor)).toBeGreaterThanOrEqual(feeOfAllMinor(of, amountMinor))
      }),
      seeded(1_000),
    )
  })
})

describe('scheduleFor', () => {
  test('takes the fixed part of the currency, none of another', () => {
    const policy = { basisPoints: 250, fixedMinor: { KRW: 100 } }

    expect(scheduleFor(policy, 'KRW')).toEqual({ basisPoints: 250, fixedMinor: 100 })
    expect(scheduleFor(policy, 'USD')).toEqual({ basisPoints: 250, fixedMinor: 0 })
  })
})

/** The amount in parts of at least 1, cut at these shares of it. */
function splitOf(amountMinor: number, shares: readonly number[]): number[] {
  const cuts = [...new Set(shares.map(share => Math.floor((share * amountMinor) / 1_000_000)))]
    .filter(cut => cut > 0 && cut < amountMinor)
    .sort((a, b) => a - b)
  return [...cuts, amountMinor].map((cut, index) => cut - (cuts[index - 1] ?? 0))
}

/** A ten-thousandth of `product`, half to even, by looking at the four digits after the point. */
function roundedByDigits(product: bigint): bigint {
  const digits = product.toString().padStart(5, '0')
  const whole = digits.slice(0, -4)
  const rest = digits.slice(-4)
  const isOdd = '13579'.includes(whole.at(-1)!)
  const up = rest > '5000' || (rest === '5000' && isOdd)
  return BigInt(whole) + (up ? 1n : 0n)
}

/** VAT on fees and what refunds return: the worked numbers of the model, half-even rounding, and parts that agree with the whole. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { SEED, seeded } from '../../test/unit/seed.ts'
import { vatModes } from '../contracts/lists.ts'
import { type Charge, chargeOf, type RefundStep, returnedBy } from './fee-vat.ts'

const AMOUNT_MAX = 999_999_999_999

const returning = (...amountsMinor: number[]): RefundStep[] =>
  amountsMinor.map(amountMinor => ({ amountMinor, refundFee: 'return' }))

/** What each of these refunds gives back, one after the other. */
const allReturned = (charges: readonly Charge[], capturedMinor: number, refunds: readonly RefundStep[]): Charge[] =>
  refunds.map((_, index) => returnedBy(charges, capturedMinor, refunds.slice(0, index + 1)))

const sumOf = (charges: readonly Charge[]): Charge => ({
  feeMinor: charges.reduce((sum, { feeMinor }) => sum + feeMinor, 0),
  vatMinor: charges.reduce((sum, { vatMinor }) => sum + vatMinor, 0),
})

describe('chargeOf', () => {
  test.each([
    { feeMinor: 150, vatMode: 'exclusive', charge: { feeMinor: 150, vatMinor: 15 } },
    { feeMinor: 250, vatMode: 'inclusive', charge: { feeMinor: 227, vatMinor: 23 } },
    { feeMinor: 860, vatMode: 'inclusive', charge: { feeMinor: 782, vatMinor: 78 } },
    { feeMinor: 2_250, vatMode: 'inclusive', charge: { feeMinor: 2_045, vatMinor: 205 } },
    { feeMinor: 250, vatMode: 'none', charge: { feeMinor: 250, vatMinor: 0 } },
    { feeMinor: 0, vatMode: 'exclusive', charge: { feeMinor: 0, vatMinor: 0 } },
  ] as const)('a fee of $feeMinor, $vatMode, is $charge', ({ feeMinor, vatMode, charge }) => {
    expect(chargeOf(feeMinor, vatMode)).toEqual(charge)
  })

  // A tenth of 5, 15, 25 and 35 is 0.5, 1.5, 2.5 and 3.5. An eleventh is never a half.
  test.each([
    { feeMinor: 5, vatMinor: 0 },
    { feeMinor: 15, vatMinor: 2 },
    { feeMinor: 25, vatMinor: 2 },
    { feeMinor: 35, vatMinor: 4 },
  ])('a half is rounded to even: $vatMinor on top of $feeMinor', ({ feeMinor, vatMinor }) => {
    expect(chargeOf(feeMinor, 'exclusive').vatMinor).toBe(vatMinor)
  })

  test(`inclusive VAT leaves the fee whole, and is within a half of its eleventh (seed ${SEED})`, () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: AMOUNT_MAX }), fee => {
        const { feeMinor, vatMinor } = chargeOf(fee, 'inclusive')

        expect(feeMinor + vatMinor).toBe(fee)
        expect(Math.abs(22 * vatMinor - 2 * fee)).toBeLessThanOrEqual(11)
      }),
      seeded(1_000),
    )
  })
})

describe('returnedBy', () => {
  const charged = { feeMinor: 150, vatMinor: 15 }

  test('gives back the part of the charge that the refund is of what was captured', () => {
    expect(returnedBy([charged], 10_000, returning(4_000))).toEqual({ feeMinor: 60, vatMinor: 6 })
    expect(returnedBy([charged], 10_000, returning(10_000))).toEqual(charged)
  })

  test('gives back nothing without a refund, or when the last one keeps the fee', () => {
    const nothing = { feeMinor: 0, vatMinor: 0 }

    expect(returnedBy([charged], 10_000, [])).toEqual(nothing)
    expect(returnedBy([charged], 10_000, [...returning(4_000), { amountMinor: 6_000, refundFee: 'keep' }])).toEqual(
      nothing,
    )
  })

  // Thirds of 100 are 33.3…: rounded one by one, three would give back 99.
  test('counts from the first refund on, so that parts give back together what the whole does', () => {
    expect(allReturned([{ feeMinor: 100, vatMinor: 10 }], 3_000, returning(1_000, 1_000, 1_000))).toEqual([
      { feeMinor: 33, vatMinor: 3 },
      { feeMinor: 34, vatMinor: 4 },
      { feeMinor: 33, vatMinor: 3 },
    ])
  })

  test('a half is rounded to even', () => {
    // Halves of 1, 3 and 5.
    expect([1, 3, 5].map(feeMinor => returnedBy([{ feeMinor, vatMinor: 0 }], 2, returning(1)).feeMinor)).toEqual([
      0, 2, 2,
    ])
  })

  test(`fee and VAT each: never below 0, together at most what was charged, and all of it for all that was captured (seed ${SEED})`, () => {
    const captures = fc.array(
      fc.record({
        amountMinor: fc.integer({ min: 1, max: AMOUNT_MAX }),
        feePart: fc.nat(1_000).map(perMille => perMille / 1_000),
      }),
      { minLength: 1, maxLength: 4 },
    )
    const cuts = fc.array(
      fc.nat(1_000).map(perMille => perMille / 1_000),
      { maxLength: 8 },
    )

    fc.assert(
      fc.property(captures, cuts, fc.constantFrom(...vatModes), fc.boolean(), (given, places, vatMode, isWhole) => {
        const charges = given.map(({ amountMinor, feePart }) => chargeOf(Math.floor(amountMinor * feePart), vatMode))
        const capturedMinor = given.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
        const ends = [...places.map(place => Math.floor(place * capturedMinor)), ...(isWhole ? [capturedMinor] : [])]
        const refunds = returning(...partsTo(ends))
        const [back, all] = [allReturned(charges, capturedMinor, refunds), sumOf(charges)]

        for (const part of ['feeMinor', 'vatMinor'] as const) {
          expect(back.every(each => each[part] >= 0)).toBe(true)
          expect(sumOf(back)[part]).toBeLessThanOrEqual(all[part])
        }
        if (isWhole) expect(sumOf(back)).toEqual(all)
        const together = returning(refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0))
        if (refunds.length > 0) expect(sumOf(back)).toEqual(returnedBy(charges, capturedMinor, together))
      }),
      seeded(500),
    )
  })
})

/** The steps by which one comes to these places, in their order. */
function partsTo(places: readonly number[]): number[] {
  const ends = [...new Set(places)].filter(place => place > 0).sort((a, b) => a - b)
  return ends.map((end, index) => end - (ends[index - 1] ?? 0))
}

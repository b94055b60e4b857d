/** What the acquirer takes, and what refunds give back of it. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type ChargedMove, chargeOfLast } from './fees.ts'

const capture = (amount: number): ChargedMove => ({ kind: 'capture', amountMinor: BigInt(amount) })
const refund = (amount: number): ChargedMove => ({ kind: 'refund', amountMinor: BigInt(amount) })
const numbers = (moves: ChargedMove[]) => Object.values(chargeOfLast(moves)).map(Number)

describe('a capture is charged', () => {
  test.each([
    [10_000, 150, 15],
    [100, 2, 0],
    [300, 4, 0],
    [3_333, 50, 5],
    [1, 0, 0],
    [999_999_999_999, 15_000_000_000, 1_500_000_000],
  ])('%s: %s and VAT of %s, half to even', (amount, fee, vat) => {
    expect(numbers([capture(amount)])).toEqual([fee, vat])
  })

  test('by itself, whatever was captured before', () => {
    expect(numbers([capture(100), capture(100)])).toEqual([2, 0])
  })
})

describe('a refund', () => {
  test('gives its part back', () => {
    expect(numbers([capture(10_000), refund(4_000)])).toEqual([-60, -6])
  })

  test('of several captures gives back of what all were charged', () => {
    expect(numbers([capture(6_000), capture(4_000), refund(5_000)])).toEqual([-75, -8])
  })

  test('in parts gives back what the whole does', () => {
    const parts = [capture(10_000), refund(3_333), refund(3_333), refund(3_334)]
    const given = [2, 3, 4].map(end => numbers(parts.slice(0, end)))
    expect(given).toEqual([
      [-50, -5],
      [-50, -5],
      [-50, -5],
    ])
  })

  test('never charges again when a capture comes after it', () => {
    expect(numbers([capture(34), refund(34), capture(33), capture(33), refund(1)])).toEqual([0, 0])
  })
})

test('whatever is captured and refunded: when all has gone back, so have fee and VAT', () => {
  const amounts = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(amounts, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }), (captures, cuts) => {
      const captured = captures.reduce((sum, amount) => sum + amount, 0)
      const ends = [...cuts.map(cut => Math.floor(cut * captured)).toSorted((one, other) => one - other), captured]
      const refunds = ends.map((end, index) => end - (ends[index - 1] ?? 0)).filter(amount => amount > 0)
      const moves = [...captures.map(capture), ...refunds.map(refund)]
      const charges = moves.map((_, index) => chargeOfLast(moves.slice(0, index + 1)))
      expect(charges.reduce((sum, { feeMinor }) => sum + feeMinor, 0n)).toBe(0n)
      expect(charges.reduce((sum, { vatMinor }) => sum + vatMinor, 0n)).toBe(0n)
      for (const { feeMinor } of charges.slice(captures.length)) expect(feeMinor <= 0n).toBe(true)
    }),
  )
})

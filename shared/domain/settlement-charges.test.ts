/** The charges of a payment's events: worked numbers, terms that change between events, and parts that agree with the whole. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { SEED, seeded } from '../../test/unit/seed.ts'
import { refundFees, vatModes } from '../contracts/lists.ts'
import { type ChargedStep, chargedStepOf, chargesOf, type TermsAt } from './settlement-charges.ts'

const captured = (eventId: string, amountMinor: number, feeMinor: number, occurredAtMs = 0): ChargedStep => ({
  eventId,
  type: 'payment.captured',
  amountMinor,
  feeMinor,
  occurredAtMs,
})

const refunded = (eventId: string, amountMinor: number, occurredAtMs = 0): ChargedStep => ({
  eventId,
  type: 'payment.refunded',
  amountMinor,
  occurredAtMs,
})

const always =
  (terms: ReturnType<TermsAt>): TermsAt =>
  () =>
    terms

const asObject = (steps: readonly ChargedStep[], termsAt: TermsAt) => Object.fromEntries(chargesOf(steps, termsAt))

test('an event is told as its step', () => {
  const told = { eventId: 'evt_1', occurredAt: '1970-01-01T00:00:00.005Z', amount: 900 }

  expect(chargedStepOf({ ...told, eventType: 'payment.captured', feeAmount: 9 })).toEqual(captured('evt_1', 900, 9, 5))
  expect(chargedStepOf({ ...told, eventType: 'payment.refunded' })).toEqual(refunded('evt_1', 900, 5))
})

describe('chargesOf', () => {
  test('a capture is charged its fee and the VAT on it, by the terms of its own time', () => {
    const steps = [captured('first', 10_000, 250, 1), captured('second', 10_000, 250, 2)]
    const termsAt: TermsAt = atMs => ({ vatMode: atMs < 2 ? 'exclusive' : 'inclusive', refundFee: 'keep' })

    expect(asObject(steps, termsAt)).toEqual({
      first: { feeMinor: 250, vatMinor: 25 },
      second: { feeMinor: 227, vatMinor: 23 },
    })
  })

  test('a refund whose terms keep the fee gives back nothing', () => {
    const steps = [captured('capture', 10_000, 250), refunded('refund', 10_000)]

    expect(asObject(steps, always({ vatMode: 'exclusive', refundFee: 'keep' })).refund).toEqual({
      feeMinor: 0,
      vatMinor: 0,
    })
  })

  test('a refund whose terms return the fee gives back its part of what all captures were charged', () => {
    const steps = [captured('one', 6_000, 90), captured('two', 4_000, 60), refunded('refund', 4_000)]

    expect(asObject(steps, always({ vatMode: 'exclusive', refundFee: 'return' })).refund).toEqual({
      feeMinor: -60,
      vatMinor: -6,
    })
  })

  test('a refund by terms that keep counts for none of the later ones', () => {
    const steps = [captured('capture', 900, 90, 1), refunded('kept', 300, 2), refunded('returned', 600, 3)]
    const termsAt: TermsAt = atMs => ({ vatMode: 'exclusive', refundFee: atMs === 2 ? 'keep' : 'return' })

    expect(asObject(steps, termsAt)).toMatchObject({
      kept: { feeMinor: 0, vatMinor: 0 },
      returned: { feeMinor: -60, vatMinor: -6 },
    })
  })

  test('the VAT that goes back is that of the captures, whatever the terms of the refund say of VAT', () => {
    const steps = [captured('capture', 10_000, 250, 1), refunded('refund', 10_000, 2)]
    const termsAt: TermsAt = atMs => ({ vatMode: atMs === 1 ? 'inclusive' : 'none', refundFee: 'return' })

    expect(asObject(steps, termsAt).refund).toEqual({ feeMinor: -227, vatMinor: -23 })
  })

  const amounts = fc.integer({ min: 1, max: 999_999_999_999 })
  const histories = fc.record({
    captures: fc.array(fc.record({ amountMinor: amounts, feePart: fc.nat(1_000).map(perMille => perMille / 1_000) }), {
      minLength: 1,
      maxLength: 4,
    }),
    cuts: fc.array(
      fc.nat(1_000).map(perMille => perMille / 1_000),
      { maxLength: 6 },
    ),
    terms: fc.array(fc.record({ vatMode: fc.constantFrom(...vatModes), refundFee: fc.constantFrom(...refundFees) }), {
      minLength: 11,
      maxLength: 11,
    }),
  })

  test(`nothing that goes back is negative or more than was charged; all that is refunded under return gives back all (seed ${SEED})`, () => {
    fc.assert(
      fc.property(histories, ({ captures, cuts, terms }) => {
        const steps = stepsOf(captures, cuts)
        const charges = chargesOf(steps, atMs => terms[atMs]!)
        const isReturned = (step: ChargedStep) => terms[step.occurredAtMs]!.refundFee === 'return'
        const refunds = steps.filter(({ type }) => type === 'payment.refunded')

        for (const part of ['feeMinor', 'vatMinor'] as const) {
          const of = (chosen: readonly ChargedStep[]) => chosen.map(step => charges.get(step.eventId)![part])
          const charged = sumOf(of(steps.slice(0, captures.length)))
          expect(of(refunds).every(amount => amount <= 0 && !Object.is(amount, -0))).toBe(true)
          expect(-sumOf(of(refunds))).toBeLessThanOrEqual(charged)
          if (refunds.every(isReturned)) expect(sumOf(of(refunds)) + charged).toBe(0)
          if (!refunds.some(isReturned)) expect(of(refunds).every(amount => amount === 0)).toBe(true)
        }
      }),
      seeded(500),
    )
  })

  test(`a later event changes nothing about an earlier one (seed ${SEED})`, () => {
    fc.assert(
      fc.property(histories, fc.nat(11), ({ captures, cuts, terms }, kept) => {
        const steps = stepsOf(captures, cuts)
        const all = chargesOf(steps, atMs => terms[atMs]!)
        const some = chargesOf(steps.slice(0, kept), atMs => terms[atMs]!)

        for (const [eventId, charge] of some) expect(all.get(eventId)).toEqual(charge)
      }),
      seeded(300),
    )
  })
})

const sumOf = (amounts: readonly number[]): number => amounts.reduce((sum, amount) => sum + amount, 0)

/** The captures, then refunds of all that they took, cut at these parts of it; each at the time of its place. */
function stepsOf(
  captures: readonly { amountMinor: number; feePart: number }[],
  cuts: readonly number[],
): ChargedStep[] {
  const capturedMinor = sumOf(captures.map(({ amountMinor }) => amountMinor))
  const ends = [...new Set([...cuts.map(cut => Math.floor(cut * capturedMinor)), capturedMinor])]
    .filter(end => end > 0)
    .sort((a, b) => a - b)
  return [
    ...captures.map(({ amountMinor, feePart }, place) =>
      captured(`event ${place}`, amountMinor, Math.floor(amountMinor * feePart), place),
    ),
    ...ends.map((end, index) =>
      refunded(`event ${captures.length + index}`, end - (ends[index - 1] ?? 0), captures.length + index),
    ),
  ]
}

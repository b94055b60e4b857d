/** VAT on our fee, and what of both goes back to the merchant with a refund. Minor units; every rounding is half to even. */
import type { RefundFee, VatMode } from '../contracts/lists.ts'
import { divideHalfEven } from './fee.ts'

/** A fee and its VAT, apart. */
export interface Charge {
  /** Without VAT. */
  feeMinor: number
  vatMinor: number
}

/** What a merchant is charged for a capture with this fee: inclusive VAT is part of the fee, exclusive VAT comes on top of it. */
export function chargeOf(feeMinor: number, vatMode: VatMode): Charge {
  switch (vatMode) {
    case 'none':
      return { feeMinor, vatMinor: 0 }
    case 'exclusive':
      return { feeMinor, vatMinor: part(feeMinor, 1, 10) }
    case 'inclusive': {
      const vatMinor = part(feeMinor, 1, 11)
      return { feeMinor: feeMinor - vatMinor, vatMinor }
    }
  }
}

/** A refund of a payment, in the order of its events. */
export interface RefundStep {
  amountMinor: number
  /** By the terms in force when it happened. */
  refundFee: RefundFee
}

/**
 * What the last of these refunds gives back of the charges of all captures, fee and VAT each by itself: the part of the captured sum
 * that was refunded while fees were returned, less what went back before. So the parts are together the whole. Every capture of a
 * payment comes before its first refund.
 */
export function returnedBy(charges: readonly Charge[], capturedMinor: number, refunds: readonly RefundStep[]): Charge {
  const nothing: Charge = { feeMinor: 0, vatMinor: 0 }
  if (refunds.at(-1)?.refundFee !== 'return') return nothing
  const charged = charges.reduce(add, nothing)
  const upTo = (steps: readonly RefundStep[]): Charge => {
    const refundedMinor = steps.reduce((sum, step) => sum + (step.refundFee === 'return' ? step.amountMinor : 0), 0)
    return {
      feeMinor: part(charged.feeMinor, refundedMinor, capturedMinor),
      vatMinor: part(charged.vatMinor, refundedMinor, capturedMinor),
    }
  }
  const [before, after] = [upTo(refunds.slice(0, -1)), upTo(refunds)]
  return { feeMinor: after.feeMinor - before.feeMinor, vatMinor: after.vatMinor - before.vatMinor }
}

const add = (one: Charge, other: Charge): Charge => ({
  feeMinor: one.feeMinor + other.feeMinor,
  vatMinor: one.vatMinor + other.vatMinor,
})

const part = (wholeMinor: number, numerator: number, denominator: number): number =>
  Number(divideHalfEven(BigInt(wholeMinor) * BigInt(numerator), BigInt(denominator)))

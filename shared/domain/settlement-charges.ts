/** What the events of one payment charge its merchant, and give back: a function of the events and the terms, so that whoever asks finds the same. */
import { type Charge, chargeOf, type RefundStep, returnedBy } from './fee-vat.ts'
import type { SettlementTerms } from './settlement-terms.ts'

interface MoneyStep {
  eventId: string
  amountMinor: number
  /** Virtual time. */
  occurredAtMs: number
}

/** An event that moved the payment's money, as far as its charge depends on it. */
export type ChargedStep =
  | (MoneyStep & { type: 'payment.captured'; feeMinor: number })
  | (MoneyStep & { type: 'payment.refunded' })

/** An event as it is told: amounts in minor units. */
interface ToldEvent {
  eventId: string
  eventType: string
  /** RFC 3339. */
  occurredAt: string
  amount: number
  /** Of a capture. */
  feeAmount?: number
}

/** A captured or refunded event as a step. */
export function chargedStepOf({ eventId, eventType, occurredAt, amount, feeAmount = 0 }: ToldEvent): ChargedStep {
  const moved = { eventId, amountMinor: amount, occurredAtMs: Date.parse(occurredAt) }
  return eventType === 'payment.captured'
    ? { ...moved, type: eventType, feeMinor: feeAmount }
    : { ...moved, type: 'payment.refunded' }
}

/** The terms of the payment's merchant and currency that were in force at this time (virtual). */
export type TermsAt = (atMs: number) => Pick<SettlementTerms, 'vatMode' | 'refundFee'>

/**
 * The charge of each event of a payment, by its id: of a capture what is taken, of a refund what goes back, negative or 0.
 * `steps` are all of its captured and refunded events, in the order of their sequence, at least up to those that are asked for.
 */
export function chargesOf(steps: readonly ChargedStep[], termsAt: TermsAt): Map<string, Charge> {
  const charges = new Map<string, Charge>()
  const captured: Charge[] = []
  const refunds: RefundStep[] = []
  let capturedMinor = 0
  for (const step of steps) {
    const terms = termsAt(step.occurredAtMs)
    if (step.type === 'payment.captured') {
      capturedMinor += step.amountMinor
      captured.push(chargeOf(step.feeMinor, terms.vatMode))
      charges.set(step.eventId, captured.at(-1)!)
    } else {
      refunds.push({ amountMinor: step.amountMinor, refundFee: terms.refundFee })
      charges.set(step.eventId, negated(returnedBy(captured, capturedMinor, refunds)))
    }
  }
  return charges
}

// 0 − 0 is 0; its sign would be another.
const negated = ({ feeMinor, vatMinor }: Charge): Charge => ({ feeMinor: 0 - feeMinor, vatMinor: 0 - vatMinor })

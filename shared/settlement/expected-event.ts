/** What one captured or refunded event comes to: the item that its merchant is owed, and what the acquirer is expected to pay for it. */
import type { PaymentEvent } from '../contracts/events.ts'
import { addBusinessDays, type BusinessCalendar, periodEndOf, soldOn } from '../domain/business-days.ts'
import { feeOfAllMinor } from '../domain/fee.ts'
import type { Charge } from '../domain/fee-vat.ts'
import { type ChargedStep, chargedStepOf, chargesOf } from '../domain/settlement-charges.ts'
import { type AcquirerTerms, inForce, type TermsOfAccount } from '../domain/settlement-terms.ts'
import type { Expectation, SettlementItem } from './ports.ts'

/** The one source of settlements so far. */
export const ACQUIRER = 'acquirer'

/** By what an event is judged. */
export interface Rules {
  termsAt: TermsOfAccount
  acquirerTerms: readonly AcquirerTerms[]
  calendar(name: string): BusinessCalendar
}

/** An acquirer without terms is expected to take nothing; its calendar knows no year. */
const noTerms: Omit<AcquirerTerms, 'validFromMs'> = {
  ...{ feeBasisPoints: 0, vatMode: 'none', refundFee: 'keep' },
  ...{ delayDays: 0, timezone: 'UTC', calendar: '', disputeFeeMinor: 0 },
}

export const acquirerTermsAt = (rows: readonly AcquirerTerms[], atMs: number): Omit<AcquirerTerms, 'validFromMs'> =>
  inForce(rows, atMs) ?? noTerms

/** `history`: the captured and refunded events of its payment, in their order. */
export function itemOf(
  event: PaymentEvent,
  history: readonly PaymentEvent[],
  rules: Rules,
): Omit<SettlementItem, 'itemId'> {
  const { eventId, occurredAt, payment } = event
  const terms = rules.termsAt(payment, Date.parse(occurredAt))
  const calendar = rules.calendar(terms.calendar)
  const charges = chargesOf(history.map(chargedStepOf), atMs => rules.termsAt(payment, atMs))
  const { feeMinor, vatMinor } = charges.get(eventId)!
  const grossMinor = signedMinor(event)
  const soldOnDay = soldOn(Date.parse(occurredAt), terms)
  const periodEnd = periodEndOf(soldOnDay, terms.cycle)
  return {
    ...{ merchantId: payment.merchantId, currency: payment.currency, paymentId: payment.paymentId, eventId },
    ...{ type: kindOf(event), grossMinor, feeMinor, vatMinor, netMinor: grossMinor - feeMinor - vatMinor },
    ...{ soldOn: soldOnDay, periodEnd, dueOn: addBusinessDays(calendar, periodEnd, terms.delayDays) ?? null },
    calendarVersion: calendar.version,
  }
}

/** As `itemOf`, by the acquirer's own terms. */
export function expectationOf(
  event: PaymentEvent,
  history: readonly PaymentEvent[],
  rules: Rules,
): Omit<Expectation, 'expectationId'> {
  const { eventId, operationId, occurredAt, payment } = event
  const { feeMinor, vatMinor } = takenBy(rules.acquirerTerms, history).get(eventId)!
  return {
    ...{ sourceId: ACQUIRER, matchKey: operationId, kind: kindOf(event), eventId, paymentId: payment.paymentId },
    ...{ amountMinor: signedMinor(event), feeMinor, vatMinor, currency: payment.currency },
    dueOn: acquirerDueOn(rules, Date.parse(occurredAt)) ?? null,
  }
}

/** When the acquirer pays for what happened at this time (virtual); undefined: the calendar does not say. */
export function acquirerDueOn(
  { acquirerTerms, calendar }: Pick<Rules, 'acquirerTerms' | 'calendar'>,
  atMs: number,
): string | undefined {
  const terms = acquirerTermsAt(acquirerTerms, atMs)
  const day = soldOn(atMs, { timezone: terms.timezone, cutoff: '24:00' })
  return addBusinessDays(calendar(terms.calendar), day, terms.delayDays)
}

/** What the acquirer takes for each event, or gives back: its own part of each capture, whatever we charge. */
function takenBy(rows: readonly AcquirerTerms[], history: readonly PaymentEvent[]): Map<string, Charge> {
  const steps = history.map(chargedStepOf).map((step): ChargedStep => {
    if (step.type === 'payment.refunded') return step
    const { feeBasisPoints: basisPoints } = acquirerTermsAt(rows, step.occurredAtMs)
    return { ...step, feeMinor: feeOfAllMinor({ basisPoints, fixedMinor: 0 }, step.amountMinor) }
  })
  return chargesOf(steps, atMs => acquirerTermsAt(rows, atMs))
}

const kindOf = ({ eventType }: PaymentEvent): 'capture' | 'refund' =>
  eventType === 'payment.captured' ? 'capture' : 'refund'

const signedMinor = (event: PaymentEvent): number => (kindOf(event) === 'capture' ? event.amount : -event.amount)

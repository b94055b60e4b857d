/** Makes the events that tell other systems about batches, payouts, reserves and invoices. */
import type { InvoiceReduction } from '../contracts/lists.ts'
import type { ReconEvent } from '../contracts/recon-events.ts'
import type {
  DisputeEvent,
  InvoiceEvent,
  PayoutEvent,
  ReserveEvent,
  SettlementClosed,
} from '../contracts/settlement-events.ts'
import { shardOf } from '../contracts/topics.ts'
import type { OutboxEvent } from '../payments/ports.ts'
import type { Dispute, Invoice, Payout, ReserveHold, SettlementBatch } from './ports.ts'

/** `batch` is the batch after its closing; `carriedMinor` is what moved to the next one. */
export function batchClosedEvent(eventId: string, batch: SettlementBatch, carriedMinor: number): OutboxEvent {
  const { batchId, merchantId, currency, periodEnd, dueOn, state, itemCount, netMinor, closedAtMs } = batch
  const told = { batchId, merchantId, currency, periodEnd, dueOn, itemCount, net: netMinor, carried: carriedMinor }
  const event: SettlementClosed = {
    eventId,
    eventType: 'settlement.closed',
    occurredAt: new Date(closedAtMs!).toISOString(),
    sequence: 1,
    batch: { ...told, state: state === 'CARRIED' ? 'CARRIED' : 'CLOSED' },
  }
  return outboxEvent(batchId, event)
}

/** `payout` is the payout after the step, its `eventCount` already this event's sequence. */
export function payoutToldEvent(
  eventId: string,
  payout: Payout,
  step:
    | { eventType: 'payout.created' | 'payout.sent' }
    | { eventType: 'payout.paid' | 'payout.returned'; bankRef: string; bookedOn: string; moved: number }
    | { eventType: 'payout.failed'; reason: string },
): OutboxEvent {
  const { payoutId, batchId, attempt, merchantId, amountMinor, currency, state, fileId, eventCount } = payout
  const told = { payoutId, batchId, attempt, merchantId, amount: amountMinor, currency, state }
  const event: PayoutEvent = {
    eventId,
    occurredAt: new Date(payout.updatedAtMs).toISOString(),
    sequence: eventCount,
    ...step,
    payout: { ...told, ...(fileId === null ? {} : { fileId }) },
  }
  return outboxEvent(payoutId, event)
}

/** `hold` is the reserve after the step, its `eventCount` already this event's sequence. */
export function reserveEvent(
  eventId: string,
  hold: ReserveHold,
  atMs: number,
  step:
    | { eventType: 'reserve.held' | 'reserve.released'; moved: number }
    | { eventType: 'reserve.used'; moved: number; usedBy: string },
): OutboxEvent {
  const { holdId, batchId, merchantId, currency, amountMinor, releasedMinor, usedMinor, releaseOn, eventCount } = hold
  const sums = { amount: amountMinor, released: releasedMinor, used: usedMinor }
  const event: ReserveEvent = {
    ...{ eventId, occurredAt: new Date(atMs).toISOString(), sequence: eventCount },
    ...step,
    hold: { holdId, batchId, merchantId, currency, ...sums, releaseOn },
  }
  return outboxEvent(holdId, event)
}

/** `invoice` is the invoice after the step, its `eventCount` already this event's sequence. */
export function invoiceEvent(
  eventId: string,
  invoice: Invoice,
  atMs: number,
  step:
    | { eventType: 'merchant.invoiced' }
    | { eventType: 'merchant.invoice-reduced'; by: InvoiceReduction; moved: number; from: string | null },
): OutboxEvent {
  const { invoiceId, merchantId, currency, amountMinor, remainingMinor, state, negativeSince, eventCount } = invoice
  const sums = { amount: amountMinor, remaining: remainingMinor }
  const event: InvoiceEvent = {
    ...{ eventId, occurredAt: new Date(atMs).toISOString(), sequence: eventCount },
    ...step,
    invoice: { invoiceId, merchantId, currency, ...sums, state, negativeSince },
  }
  return outboxEvent(invoiceId, event)
}

/** `dispute` is the dispute after the step, its `eventCount` already this event's sequence. */
export function disputeToldEvent(
  eventId: string,
  eventType: DisputeEvent['eventType'],
  dispute: Dispute,
  atMs: number,
): OutboxEvent {
  const { disputeId, paymentId, merchantId, currency, amountMinor, feeMinor, state, externalRef, eventCount } = dispute
  const event: DisputeEvent = {
    ...{ eventId, occurredAt: new Date(atMs).toISOString(), sequence: eventCount, eventType },
    dispute: { disputeId, paymentId, merchantId, currency, amount: amountMinor, fee: feeMinor, state, externalRef },
  }
  return outboxEvent(disputeId, event)
}

type TopicEvent = SettlementClosed | PayoutEvent | ReserveEvent | InvoiceEvent | DisputeEvent | ReconEvent

/** What the outbox keeps of an event: its topic is its type, its key what it is about. */
export const outboxEvent = (subjectId: string, event: TopicEvent): OutboxEvent => ({
  eventId: event.eventId,
  topic: event.eventType,
  messageKey: subjectId,
  sequence: event.sequence,
  payload: JSON.stringify(event),
  shard: shardOf(subjectId),
  traceparent: null,
})

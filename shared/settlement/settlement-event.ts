/** Makes the events that tell other systems about batches and payouts. */
import type { PayoutEvent, SettlementClosed } from '../contracts/settlement-events.ts'
import { shardOf } from '../contracts/topics.ts'
import type { OutboxEvent } from '../payments/ports.ts'
import type { Payout, SettlementBatch } from './ports.ts'

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

const outboxEvent = (subjectId: string, event: SettlementClosed | PayoutEvent): OutboxEvent => ({
  eventId: event.eventId,
  topic: event.eventType,
  messageKey: subjectId,
  sequence: event.sequence,
  payload: JSON.stringify(event),
  shard: shardOf(subjectId),
  traceparent: null,
})

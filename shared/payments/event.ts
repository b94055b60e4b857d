/** Makes the event that tells other systems about one step of a payment. */
import type { PaymentEvent } from '../contracts/events.ts'
import type { EventType, OperationKind } from '../contracts/lists.ts'
import type { Payment } from '../domain/payment.ts'
import type { Operation, OutboxEvent } from './ports.ts'

/** The event type of an outcome. Null: nothing changed that other systems should know. */
interface ToldEvents {
  approved: EventType
  declined: EventType | null
  canceled: EventType | null
}

const told: Record<OperationKind, ToldEvents> = {
  authorize: { approved: 'payment.authorized', declined: 'payment.declined', canceled: null },
  capture: { approved: 'payment.captured', declined: null, canceled: null },
  refund: { approved: 'payment.refunded', declined: null, canceled: null },
  void: { approved: 'payment.voided', declined: null, canceled: null },
  expire: { approved: 'payment.expired', declined: null, canceled: null },
}

/** The event of an operation's success, or of an authorization's decline; undefined when nothing changed that others should know. */
export const eventTypeOf = (kind: OperationKind, verdict: keyof ToldEvents): EventType | undefined =>
  told[kind][verdict] ?? undefined

/** The outbox row of an event. `payment` is the payment after the step, its `eventCount` already this event's sequence. */
export function outboxEvent(
  type: EventType,
  eventId: string,
  payment: Payment,
  operation: Operation,
  step: { feeMinor?: number; releasedMinor: number; traceparent?: string; nowMs: number },
): OutboxEvent {
  const event: PaymentEvent = {
    eventId,
    eventType: type,
    occurredAt: new Date(step.nowMs).toISOString(),
    sequence: payment.eventCount,
    operationId: operation.operationId,
    amount: operation.amountMinor,
    ...(step.feeMinor === undefined ? {} : { feeAmount: step.feeMinor }),
    ...(step.releasedMinor === 0 ? {} : { releasedAmount: step.releasedMinor }),
    payment: {
      paymentId: payment.paymentId,
      merchantId: payment.merchantId,
      ...(payment.orderId === null ? {} : { orderId: payment.orderId }),
      status: payment.status,
      amount: payment.amountMinor,
      currency: payment.currency,
      capturedAmount: payment.capturedMinor,
      refundedAmount: payment.refundedMinor,
      disputedAmount: payment.disputedMinor,
    },
  }
  return {
    eventId,
    topic: type,
    messageKey: payment.paymentId,
    sequence: payment.eventCount,
    payload: JSON.stringify(event),
    shard: payment.shard,
    traceparent: step.traceparent ?? null,
  }
}

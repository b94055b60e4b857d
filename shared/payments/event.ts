/** Makes the event that tells the world about one step of a payment. */
import type { EventType, PaymentEvent } from '../contracts/events.ts'
import type { OperationKind } from '../contracts/payment.ts'
import type { Payment } from '../domain/payment.ts'
import type { Operation, OutboxEvent } from './ports.ts'

const successEvents: Record<OperationKind, EventType> = {
  authorize: 'payment.authorized',
  capture: 'payment.captured',
  refund: 'payment.refunded',
  void: 'payment.voided',
  expire: 'payment.expired',
}

/** The event of an operation's success, or of an authorization's decline; undefined when nothing changed that others should know. */
export function eventTypeOf(kind: OperationKind, verdict: 'approved' | 'declined' | 'canceled'): EventType | undefined {
  if (verdict === 'approved') return successEvents[kind]
  return kind === 'authorize' && verdict === 'declined' ? 'payment.declined' : undefined
}

/** The outbox row of an event. `payment` is the payment after the step, its `eventCount` already this event's sequence. */
export function outboxEvent(
  type: EventType,
  eventId: string,
  payment: Payment,
  operation: Operation,
  step: { feeMinor?: number; traceparent?: string; nowMs: number },
): OutboxEvent {
  const event: PaymentEvent = {
    eventId,
    eventType: type,
    occurredAt: new Date(step.nowMs).toISOString(),
    sequence: payment.eventCount,
    operationId: operation.operationId,
    amount: operation.amountMinor,
    ...(step.feeMinor === undefined ? {} : { feeAmount: step.feeMinor }),
    payment: {
      paymentId: payment.paymentId,
      merchantId: payment.merchantId,
      status: payment.status,
      amount: payment.amountMinor,
      currency: payment.currency,
      capturedAmount: payment.capturedMinor,
      refundedAmount: payment.refundedMinor,
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

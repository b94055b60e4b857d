/** The events that other systems consume. Key = payment id; the topic is the event type. Consumers ignore fields they do not know. */
import * as z from 'zod'
import { amountMinor, currency, eventId, merchantId, operationId, orderId, paymentId } from './identifiers.ts'
import { entriesByEvent, eventTypes, ledgerEventTypes } from './lists.ts'
import { paymentStatus } from './payment.ts'

export const eventType = z.enum(eventTypes)

/**
 * `amount` is what this step moved, in minor units: of a void and an expiry, what it released. `feeAmount` stands on captures only,
 * `releasedAmount` on a final capture of less than all that was held.
 */
export const paymentEvent = z.object({
  eventId,
  eventType,
  occurredAt: z.iso.datetime({ precision: 3 }),
  sequence: z.int().min(1),
  operationId,
  amount: amountMinor,
  feeAmount: z.int().min(0).optional(),
  releasedAmount: amountMinor.optional(),
  payment: z.object({
    paymentId,
    merchantId,
    orderId: orderId.optional(),
    status: paymentStatus,
    amount: amountMinor,
    currency,
    capturedAmount: z.int().min(0),
    refundedAmount: z.int().min(0),
    /** Of disputes that are open or lost. Events from before disputes do not say it. */
    disputedAmount: z.int().min(0).optional(),
  }),
})
export type PaymentEvent = z.infer<typeof paymentEvent>

/** What `record-ledger` accepts: a capture always says its fee. */
export const ledgerEvent = paymentEvent
  .extend({ eventType: z.enum(ledgerEventTypes) })
  .refine(event => entriesByEvent[event.eventType].includes('fee') === (event.feeAmount !== undefined), {
    path: ['feeAmount'],
    message: 'a capture carries its fee, a refund carries none',
  })
  .refine(event => (event.feeAmount ?? 0) <= event.amount, {
    path: ['feeAmount'],
    message: 'the fee is at most the captured amount',
  })

/** The events of settlement. Key = the batch or the payout; the topic is the event type. Consumers ignore fields they do not know. */
import * as z from 'zod'
import { amountMinor, batchId, currency, eventId, merchantId, payoutFileId, payoutId } from './identifiers.ts'
import { batchStates, payoutStates } from './lists.ts'

const common = {
  eventId,
  occurredAt: z.iso.datetime({ precision: 3 }),
  /** 1, 2, 3 … over all events of one batch or payout, whatever their topic. */
  sequence: z.int().min(1),
}

/** The batch after its closing: CLOSED with what it pays, or CARRIED at 0 with what moved to the next one. */
export const settlementClosed = z.object({
  ...common,
  eventType: z.literal('settlement.closed'),
  batch: z.object({
    batchId,
    merchantId,
    currency,
    periodEnd: z.iso.date(),
    dueOn: z.iso.date(),
    state: z.enum(batchStates).extract(['CLOSED', 'CARRIED']),
    itemCount: z.int().min(0),
    /** Minor units. */
    net: z.int().min(0),
    /** Minor units, signed. */
    carried: z.int(),
  }),
})
export type SettlementClosed = z.infer<typeof settlementClosed>

/** The payout after the step. */
const payout = z.object({
  payoutId,
  batchId,
  attempt: z.int().min(1),
  merchantId,
  amount: amountMinor,
  currency,
  state: z.enum(payoutStates),
  fileId: payoutFileId.optional(),
})

export const payoutCreated = z.object({ ...common, eventType: z.literal('payout.created'), payout })
export const payoutSent = z.object({ ...common, eventType: z.literal('payout.sent'), payout })
/** A line of the bank's statement says so. Minor units, positive: what the line moved. */
const onStatement = { bankRef: z.string(), bookedOn: z.iso.date(), moved: z.int().min(1) }
export const payoutPaid = z.object({ ...common, eventType: z.literal('payout.paid'), payout, ...onStatement })
/** The money came back after it was paid. */
export const payoutReturned = z.object({ ...common, eventType: z.literal('payout.returned'), payout, ...onStatement })
/** The money did not move: the bank refused it, or an operator canceled it before it was sent. */
export const payoutFailed = z.object({ ...common, eventType: z.literal('payout.failed'), payout, reason: z.string() })

export const payoutEvent = z.discriminatedUnion('eventType', [
  payoutCreated,
  payoutSent,
  payoutPaid,
  payoutReturned,
  payoutFailed,
])
export type PayoutEvent = z.infer<typeof payoutEvent>

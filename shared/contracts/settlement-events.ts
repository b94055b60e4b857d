/** The events of settlement. Key = the batch, the payout, the reserve that is held, the invoice or the dispute; the topic is the event type. Consumers ignore fields they do not know. */
import * as z from 'zod'
import {
  amountMinor,
  batchId,
  currency,
  disputeId,
  eventId,
  holdId,
  invoiceId,
  merchantId,
  paymentId,
  payoutFileId,
  payoutId,
} from './identifiers.ts'
import { batchStates, disputeStates, invoiceReductions, invoiceStates, payoutStates } from './lists.ts'

const common = {
  eventId,
  occurredAt: z.iso.datetime({ precision: 3 }),
  /** 1, 2, 3 … over all events of one key, whatever their topic. */
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

/** What a batch held back, after the step. Minor units. */
const hold = z.object({
  holdId,
  batchId,
  merchantId,
  currency,
  amount: z.int().min(1),
  released: z.int().min(0),
  used: z.int().min(0),
  /** Null: the calendar of its year is not loaded. */
  releaseOn: z.iso.date().nullable(),
})
const moved = z.int().min(1)

export const reserveHeld = z.object({ ...common, eventType: z.literal('reserve.held'), hold, moved })
/** What was left of it goes back to the merchant. */
export const reserveReleased = z.object({ ...common, eventType: z.literal('reserve.released'), hold, moved })
/** A batch that would be negative took it; `hold.batchId` is the one that held it. */
export const reserveUsed = z.object({ ...common, eventType: z.literal('reserve.used'), hold, moved, usedBy: batchId })

export const reserveEvent = z.discriminatedUnion('eventType', [reserveHeld, reserveReleased, reserveUsed])
export type ReserveEvent = z.infer<typeof reserveEvent>

/** What a merchant owes us, after the step. Minor units. */
const invoice = z.object({
  invoiceId,
  merchantId,
  currency,
  amount: z.int().min(1),
  remaining: z.int().min(0),
  state: z.enum(invoiceStates),
  /** The day of the batch that was the first to be negative. */
  negativeSince: z.iso.date(),
})

export const merchantInvoiced = z.object({ ...common, eventType: z.literal('merchant.invoiced'), invoice })
export const invoiceReduced = z.object({
  ...common,
  eventType: z.literal('merchant.invoice-reduced'),
  invoice,
  moved,
  by: z.enum(invoiceReductions),
  /** The batch that it was deducted from, or the break of the bank's line. */
  from: z.string().nullable(),
})

export const invoiceEvent = z.discriminatedUnion('eventType', [merchantInvoiced, invoiceReduced])
export type InvoiceEvent = z.infer<typeof invoiceEvent>

/** The dispute after the step. */
const dispute = z.object({
  disputeId,
  paymentId,
  merchantId,
  currency,
  amount: amountMinor,
  /** What the merchant was charged for it, in minor units. */
  fee: z.int().min(0),
  state: z.enum(disputeStates),
  /** As the acquirer names it: the operation of the capture. */
  externalRef: z.string(),
})

export const disputeOpened = z.object({ ...common, eventType: z.literal('dispute.opened'), dispute })
export const disputeWon = z.object({ ...common, eventType: z.literal('dispute.won'), dispute })
export const disputeLost = z.object({ ...common, eventType: z.literal('dispute.lost'), dispute })

export const disputeEvent = z.discriminatedUnion('eventType', [disputeOpened, disputeWon, disputeLost])
export type DisputeEvent = z.infer<typeof disputeEvent>

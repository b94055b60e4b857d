/**
 * The acquirer's protocol: JSON over HTTP, but for settlement files, which are CSV. The sandbox acquirer serves it, and the payment functions call it.
 *
 * PUT  /operations/{operationId}         an order; executed once. 200 the decision · 409 the same id with another order · 400
 * GET  /operations/{operationId}         200 the decision · 404 not known
 * POST /operations/{operationId}/cancel  never execute it. 200 the decision: CANCELED, or what was decided before
 * GET  /journal?after=&limit=            200 a page of the journal, in the order of writing
 * GET  /settlements?after=&limit=        200 a page of the settlement files, in the order of making
 * GET  /settlements/{name}               200 a settlement file, CSV · 404 not known
 * PUT  /clock                            how far its virtual clock is ahead. 200 · 409 it would go back
 * GET  /health                           200 it can write its journal · 503
 */
import * as z from 'zod'
import { amountMinor, currency, operationId, paymentMethod } from './identifiers.ts'
import { operationKinds } from './lists.ts'

/** RFC 3339, UTC, milliseconds. */
const time = z.iso.datetime({ precision: 3 })

/** What is asked. Everything that a resumed operation needs to ask again is in it. */
export const acquirerOrder = z.strictObject({
  kind: z.enum(operationKinds),
  /** Minor units. Of a void and an expiry: what is released. */
  amount: amountMinor,
  currency,
  method: paymentMethod,
  /** The authorize operation that made the hold; null on an authorize. */
  authorizationId: operationId.nullable(),
  /** Whether a capture ends the hold; null on the other kinds. */
  finalCapture: z.boolean().nullable(),
})
export type AcquirerOrderBody = z.infer<typeof acquirerOrder>

export const decisionStates = ['APPROVED', 'DECLINED', 'CANCELED'] as const
export type DecisionState = (typeof decisionStates)[number]

/** What became of an order. It never changes. */
export const acquirerDecision = z.object({
  operationId,
  state: z.enum(decisionStates),
  /** Why it was declined; null otherwise. */
  reason: z.string().nullable(),
  /** In the acquirer's virtual time. */
  decidedAt: time,
})
export type AcquirerDecision = z.infer<typeof acquirerDecision>

/** One line of the journal, which only grows. */
export const journalEntry = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('decision'),
    /** Counts from 1, without gaps. */
    sequence: z.int().min(1),
    operationId,
    /** Null when a cancellation came for an operation that was never asked for. */
    order: acquirerOrder.nullable(),
    state: z.enum(decisionStates),
    reason: z.string().nullable(),
    decidedAt: time,
    /** Real time. */
    recordedAt: time,
  }),
  z.object({
    type: z.literal('clock'),
    sequence: z.int().min(1),
    offsetMs: z.int().min(0),
    recordedAt: time,
  }),
])
export type JournalEntry = z.infer<typeof journalEntry>

export const journalPage = z.object({
  entries: z.array(journalEntry),
  /** Send it as `after` for the next page; null when this page reached the end. */
  next: z.int().nullable(),
})

/** Of a settlement file. The last row is the `total`: it has the number of rows before it, the batch, its day, and the sums. */
export const settlementColumns = [
  /** Counts from 1. */
  'line',
  'kind',
  /** The operation; of a carry the batch that it comes from. */
  'reference',
  /** The day of the sale or the refund. */
  'sold_on',
  'currency',
  /** In major units with the currency's decimals, as the next three. Signed: a refund, and what it gives back, and a chargeback are negative. */
  'amount',
  /** Without VAT. */
  'fee',
  'vat',
  /** amount − fee − vat: what is paid for this line. */
  'net',
] as const

/**
 * `carry`: a batch that came to less than 0 is not paid; its net is a line of the currency's next one. `chargeback`: a card holder took
 * back a capture, or a part of it; `chargeback_won`: we have it again. Both name the operation of the capture.
 */
export const settlementLineKinds = ['capture', 'refund', 'carry', 'chargeback', 'chargeback_won'] as const
export type SettlementLineKind = (typeof settlementLineKinds)[number]

/** A settlement file. It never changes: another `revision` is another file. */
export const settlementFile = z.object({
  /** Counts from 1, without gaps. */
  sequence: z.int().min(1),
  name: z.string(),
  batch: z.string(),
  /** The day in Seoul that it settles. */
  day: z.iso.date(),
  currency,
  revision: z.int().min(1),
  /** How many lines it has, without the header and the total. */
  lineCount: z.int().min(1),
  /** The sum of the lines, signed minor units as text: it may be more than a JSON number holds. */
  net: z.string().regex(/^-?\d+$/),
  /** SHA-256 of its bytes, in hexadecimal. */
  sha256: z.string(),
})
export type SettlementFile = z.infer<typeof settlementFile>

export const settlementPage = z.object({
  files: z.array(settlementFile),
  /** Send it as `after` for the next page; null when this page reached the end. */
  next: z.int().nullable(),
})

/** How far the virtual clock is ahead of the real one, in milliseconds. It only grows. */
export const acquirerClock = z.strictObject({ offsetMs: z.int().min(0) })

/** Reasons of its own for a decline, beside those of the test tokens. */
export const acquirerReasons = [
  'unknown_payment_method',
  'no_such_hold',
  'hold_expired',
  'hold_closed',
  'amount_exceeds_hold',
  'amount_exceeds_captured',
] as const

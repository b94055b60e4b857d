/** The events of reconciliation. Key = the file or the break; the topic is the event type. Consumers ignore fields they do not know. */
import * as z from 'zod'
import { breakId, currency, eventId, reconFileId } from './identifiers.ts'
import { breakActions, breakClasses, breakStates } from './lists.ts'

const common = {
  eventId,
  occurredAt: z.iso.datetime({ precision: 3 }),
  /** 1, 2, 3 … over all events of one file or break, whatever their topic. */
  sequence: z.int().min(1),
}

const file = z.object({ fileId: reconFileId, sourceId: z.string(), name: z.string(), sha256: z.string() })

/** A file was taken whole: all its lines are there, and its totals are right. */
export const reconFileImported = z.object({
  ...common,
  eventType: z.literal('recon.file-imported'),
  file: file.extend({ externalId: z.string(), revision: z.int(), day: z.iso.date(), lineCount: z.int().min(0) }),
})

/** Lines of a file were matched and booked together, in one currency. Minor units, signed. */
export const reconChunkBooked = z.object({
  ...common,
  eventType: z.literal('recon.chunk-booked'),
  chunk: z.object({
    fileId: reconFileId,
    sourceId: z.string(),
    fromLine: z.int().min(1),
    toLine: z.int().min(1),
    currency,
    /** What was booked to cash_in_transit, acquirer_fee and vat_receivable; of a bank what was allocated to batches and transfers. */
    net: z.int(),
    fee: z.int(),
    vat: z.int(),
    allocated: z.int(),
  }),
})

/** The break after the step. Minor units, debit positive. */
const reconBreak = z.object({
  breakId,
  subject: z.string(),
  class: z.enum(breakClasses),
  sourceId: z.string(),
  booked: z.int(),
  remaining: z.int(),
  currency,
  state: z.enum(breakStates),
})

export const reconBreakOpened = z.object({
  ...common,
  eventType: z.literal('recon.break-opened'),
  break: reconBreak,
  differences: z.record(z.string(), z.unknown()),
})

/** A part of a break was resolved, or all of it. */
export const reconBreakResolved = z.object({
  ...common,
  eventType: z.literal('recon.break-resolved'),
  break: reconBreak,
  action: z.object({
    sequence: z.int().min(1),
    actor: z.string(),
    action: z.enum(breakActions),
    account: z.string().nullable(),
    target: z.string().nullable(),
    amount: z.int().nullable(),
    reason: z.string(),
  }),
})

export const reconEvent = z.discriminatedUnion('eventType', [
  reconFileImported,
  reconChunkBooked,
  reconBreakOpened,
  reconBreakResolved,
])
export type ReconFileImported = z.infer<typeof reconFileImported>
export type ReconChunkBooked = z.infer<typeof reconChunkBooked>
export type ReconBreakOpened = z.infer<typeof reconBreakOpened>
export type ReconBreakResolved = z.infer<typeof reconBreakResolved>
export type ReconEvent = z.infer<typeof reconEvent>

/** What the use cases of the books need from outside. Times are epoch milliseconds, amounts minor units, days `YYYY-MM-DD`. */
import type { EntryType, ReconEntryType, SettlementEntryType } from '../contracts/lists.ts'
import type { SettlementItem } from '../settlement/ports.ts'

/** An entry as it stands in the books. */
export interface JournalEntry {
  entryId: string
  type: EntryType | SettlementEntryType | ReconEntryType
  debitAccount: string
  creditAccount: string
  amountMinor: number
  currency: string
  /** Null: it is of no payment, but of a subject. */
  paymentId: string | null
  subjectId: string | null
  eventId: string
  /** When the money moved: virtual time. */
  occurredAtMs: number
  /** When it was written: real time. */
  recordedAtMs: number
}

/** From `fromMs` up to, and without, `toMs`. */
export interface Span {
  fromMs: number
  toMs: number
}

/** Where a list of entries goes on. */
export type JournalPosition = Pick<JournalEntry, 'occurredAtMs' | 'entryId'>

export interface Journal {
  /** What happened then, in the order of happening, then of the ids. */
  listEntries(span: Span, limit: number, after?: JournalPosition): Promise<JournalEntry[]>
  /** Of these, at least one, in any order. */
  listByEvents(eventIds: readonly string[]): Promise<JournalEntry[]>
  /** When each of these payments, at least one, was captured first, as far as it was: virtual time. */
  firstCapturesMs(paymentIds: readonly string[]): Promise<ReadonlyMap<string, number>>
}

/** An item of a sale or a refund, as far as its fee goes. */
export type FeeItem = Pick<
  SettlementItem,
  'itemId' | 'merchantId' | 'currency' | 'eventId' | 'grossMinor' | 'feeMinor' | 'vatMinor' | 'soldOn'
> & { type: 'capture' | 'refund' }

/** Where a list of such items goes on. */
export type FeePosition = Pick<FeeItem, 'soldOn' | 'itemId'>

export interface FeeItems {
  /** Those of these days, both in, in the order of days, then of ids. */
  listSold(days: { from: string; to: string }, limit: number, after?: FeePosition): Promise<FeeItem[]>
  /** Those of these events, at least one, that have a sale's or a refund's item. */
  eventsWithItem(eventIds: readonly string[]): Promise<ReadonlySet<string>>
}

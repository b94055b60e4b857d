/** What the use cases of the books need from outside. Times are epoch milliseconds, amounts minor units, days `YYYY-MM-DD`. */
import type { EntryType, ReconEntryType, SettlementEntryType } from '../contracts/lists.ts'

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
}

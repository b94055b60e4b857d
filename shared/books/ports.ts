/** What the use cases of the books need from outside. Times are epoch milliseconds, amounts minor units, days `YYYY-MM-DD`. */
import type { InvariantRun } from '../contracts/invariant-runs.ts'
import type { EntryType, ReconEntryType, SettlementEntryType } from '../contracts/lists.ts'
import type { Transaction } from '../payments/ports.ts'
import type { Account, SettlementItem } from '../settlement/ports.ts'

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
  /** What was recorded then (real time) and had happened before (virtual time), in the order of the ids. */
  lateEntries(recorded: Span, happenedBeforeMs: number): AsyncIterable<JournalEntry>
  /** Of these, at least one, in any order. */
  listByEvents(eventIds: readonly string[]): Promise<JournalEntry[]>
  /** When each of these payments, at least one, was captured first, as far as it was: virtual time. */
  firstCapturesMs(paymentIds: readonly string[]): Promise<ReadonlyMap<string, number>>
}

/** What an account was debited and credited, in one currency. */
export interface AccountTotal {
  account: string
  currency: string
  debitsMinor: bigint
  creditsMinor: bigint
}

/** A month of the books that takes no entry any more. */
export interface ClosedMonth {
  /** `YYYY-MM`, of days in Seoul. */
  month: string
  /** Entries that were recorded from this on (real time) are of a later month. */
  knownUntilMs: number
  entryCount: number
  /** Breaks that were open when it was closed. */
  openBreaks: number
  closedBy: string
  reason: string
  /** Real time. */
  closedAtMs: number
}

export interface ClosedMonths {
  /** In their order. */
  list(): Promise<ClosedMonth[]>
  /** By currency, then by account. */
  figures(month: string): Promise<AccountTotal[]>
  /** Throws DuplicateKeyError when the month is closed; one that is being closed is waited for. */
  insert(tx: Transaction, closed: ClosedMonth, figures: readonly AccountTotal[]): Promise<void>
}

/** What has to be done before a month is closed, and what has to be known of it. */
export interface ClosingFacts {
  /** When the first entry of all happened: virtual time. */
  firstEntryMs(): Promise<number | undefined>
  /** Events that Kafka has not taken, parked ones too, in the order of writing. */
  listWaitingEvents(limit: number): Promise<{ eventId: string; occurredAtMs: number }[]>
  /** Of these captured and refunded events, those that a consumer has not read: without their item, or without their fee. */
  unreadOf(eventIds: readonly string[]): Promise<string[]>
  /** Files of acquirers and banks that are not matched yet, of this day and before, or of a day that is not known yet. */
  listWaitingFiles(upToDay: string): Promise<string[]>
  countOpenBreaks(): Promise<number>
}

/** The runs of `check-invariants`, each of which covers some payments. */
export interface CheckedPayments {
  last(): Promise<InvariantRun | undefined>
  /** The last one that came to the last payment. */
  lastComplete(): Promise<InvariantRun | undefined>
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

/** What a merchant was owed at the end of a day. */
export interface OwedFunds extends Account {
  /** The balance of its account in the ledger; negative: the merchant owes. */
  payableMinor: bigint
  /** The part of it that is in closed batches which no payout pays so far. */
  closedMinor: bigint
}

/** An amount of one currency. */
export interface Funds {
  currency: string
  amountMinor: bigint
}

/** What a bank's statement says that the safeguarded account holds when its day ends. */
export interface SafeguardedFunds {
  day: string
  /** A currency that is not among them has never been there. */
  balances: readonly Funds[]
}

/** Of one day and currency. */
export interface DayOfFunds {
  day: string
  currency: string
  /** What has to be kept apart for merchants. */
  requiredMinor: bigint
  safeguardedMinor: bigint
  /** Of the newest statement up to that day. Null: there was none. */
  statementDay: string | null
  /** Real time. */
  calculatedAtMs: number
}

export interface FundsAtClose {
  owed: OwedFunds[]
  /** What is held back from merchants in case that they owe. */
  reserved: Funds[]
  /** Payouts that are on their way. */
  inTransit: Funds[]
}

export interface FundsBooks {
  /** As it was before `closeMs` (virtual time), all of it read as of one moment. */
  readAt(closeMs: number): Promise<FundsAtClose>
  /** The newest statement of that day or before. */
  statementUpTo(day: string): Promise<SafeguardedFunds | undefined>
}

export interface FundsDays {
  /** The newest day that was calculated. */
  lastDay(): Promise<string | undefined>
  /** Throws DuplicateKeyError when the day has its row. */
  insert(tx: Transaction, rows: readonly DayOfFunds[]): Promise<void>
  /** Newest first; of a day by currency. */
  listNewest(limit: number): Promise<DayOfFunds[]>
  /** From this day on, those whose own day's statement was not there. */
  listWithoutStatement(fromDay: string): Promise<DayOfFunds[]>
  /** Writes what is safeguarded, and the day of the statement that says so. */
  correct(row: DayOfFunds): Promise<void>
}

/** A transfer between our own accounts at the bank. */
export interface OwnTransfer {
  /** Its reference: the bank makes it once, however often it is asked. */
  reference: string
  from: 'operating' | 'safeguarded'
  to: 'operating' | 'safeguarded'
  amountMinor: number
  currency: string
}

/** `refused`: the bank has another transfer of this name, or does not take this one. */
export type TransferVerdict =
  | { kind: 'made' }
  | { kind: 'refused'; detail: string }
  | { kind: 'unknown'; detail: string }

export interface OwnTransfers {
  /** Never throws. */
  transfer(transfer: OwnTransfer): Promise<TransferVerdict>
}

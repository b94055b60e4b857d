/** What the settlement use cases need from outside. Times are epoch milliseconds, amounts minor units, days `YYYY-MM-DD`. */
import type { ExpectationKind, ItemType } from '../contracts/lists.ts'
import type { DatedTerms } from '../domain/settlement-terms.ts'
import type { Transaction } from '../payments/ports.ts'

export interface TermsReader {
  /** Every row of these merchants, at least one, in any order. */
  listTerms(tx: Transaction | undefined, merchantIds: readonly string[]): Promise<DatedTerms[]>
}

/** What a merchant is owed for one event, or owes. */
export interface SettlementItem {
  itemId: string
  merchantId: string
  currency: string
  /** Null when it is not of one payment. */
  paymentId: string | null
  /** The outbox event that it follows from. */
  eventId: string
  type: ItemType
  /** Signed: a refund is negative. */
  grossMinor: number
  /** Without VAT. A fee that is returned is negative. */
  feeMinor: number
  vatMinor: number
  /** `gross − fee − vat`. */
  netMinor: number
  soldOn: string
  /** The last day of the period that `soldOn` lies in. */
  periodEnd: string
  /** Null: the calendar of its year is not loaded. */
  dueOn: string | null
  /** Of the calendar by which `dueOn` was counted. */
  calendarVersion: number
}

export interface Items {
  /** Throws DuplicateKeyError when an item of this event and type exists. */
  insert(tx: Transaction, items: readonly SettlementItem[], nowMs: number): Promise<void>
  /** The events of these, at least one, that have an item. */
  eventsWithItems(tx: Transaction, eventIds: readonly string[]): Promise<Set<string>>
}

/** What we expect of the acquirer for one event. */
export interface Expectation {
  expectationId: string
  sourceId: string
  /** The operation, as the acquirer names it. */
  matchKey: string
  kind: ExpectationKind
  eventId: string
  paymentId: string
  /** Signed, as `feeMinor` (without VAT) and `vatMinor`. */
  amountMinor: number
  feeMinor: number
  vatMinor: number
  currency: string
  dueOn: string | null
}

export interface Expectations {
  /** Throws DuplicateKeyError when the source has one with this key and kind. */
  insert(tx: Transaction, expectations: readonly Expectation[], nowMs: number): Promise<void>
}

/** An account in one currency. */
export interface AccountKey {
  account: string
  currency: string
}

/** What an account was debited and credited. */
export interface AccountSums extends AccountKey {
  /** May be more than a number holds exactly. */
  debitsMinor: bigint
  creditsMinor: bigint
  entryCount: number
}

export interface AccountSnapshot extends AccountSums {
  /** Of all entries that were recorded before this; real time. */
  recordedBeforeMs: number
}

/** How far the job that writes snapshots is. */
export interface SnapshotPass {
  /** It looks at accounts with an entry since then. */
  activeSinceMs: number
  /** It makes no snapshot of a later time. */
  doneBeforeMs: number
  /** It has done all up to this one; undefined: no pass is under way. */
  after: AccountKey | undefined
}

/** Accounts exist by their entries. All times are those at which entries were recorded: real time. */
export interface AccountBalances {
  /** Those whose name begins like this, after this one, in the order of bytes; at most `limit`. */
  listAccounts(prefix: string, after: AccountKey | undefined, limit: number): Promise<AccountKey[]>
  /** In order; none when the account never had an entry. */
  listCurrencies(account: string): Promise<string[]>
  /** Of these, at least one, by all that was recorded up to then; in their order. */
  sumsAt(keys: readonly AccountKey[], atMs: number): Promise<AccountSums[]>
}

export interface AccountSnapshots {
  readPass(): Promise<SnapshotPass>
  writePass(pass: SnapshotPass): Promise<void>
  /** As `listAccounts`, with the time of the newest entry. */
  listActivity(after: AccountKey | undefined, limit: number): Promise<Array<AccountKey & { newestMs: number }>>
  /** The newest of each of these, at least one, and one of nothing where there is none; in their order. */
  newestSnapshots(keys: readonly AccountKey[]): Promise<AccountSnapshot[]>
  /**
   * The one after it: of `entries` more debits or credits, whichever come first, and of all of the same millisecond. Undefined while
   * fewer than that were recorded before `beforeMs`.
   */
  nextSnapshot(last: AccountSnapshot, entries: number, beforeMs: number): Promise<AccountSnapshot | undefined>
  /** Throws DuplicateKeyError when there is one of this time. */
  insert(tx: Transaction, snapshots: readonly AccountSnapshot[]): Promise<void>
}

/** New ids. */
export interface SettlementIds {
  item(): string
  expectation(): string
  batch(): string
  payout(): string
  payoutFile(): string
  event(): string
}

/** What the settlement use cases need from outside. Times are epoch milliseconds, amounts minor units, days `YYYY-MM-DD`. */
import type { AuditAction, ExpectationKind, ItemType, OperatorRole } from '../contracts/lists.ts'
import type { BusinessCalendar } from '../domain/business-days.ts'
import type { AcquirerTerms, DatedTerms } from '../domain/settlement-terms.ts'
import type { IncomingRecord, Transaction } from '../payments/ports.ts'

export interface TermsReader {
  /** Every row of these merchants, at least one, in any order. */
  listTerms(tx: Transaction | undefined, merchantIds: readonly string[]): Promise<DatedTerms[]>
}

export interface TermsWriter {
  /** Lets one at a time change terms, until the transaction ends: new terms go on from those before them. */
  lockTerms(tx: Transaction): Promise<void>
  /** Throws DuplicateKeyError when the merchant has terms from this very moment. `nowMs` is real time. */
  insertTerms(tx: Transaction, terms: DatedTerms, addedBy: string, nowMs: number): Promise<void>
}

export interface Calendars {
  /** As it stands now. One that nobody has loaded knows no year. */
  calendar(name: string, tx?: Transaction): Promise<BusinessCalendar>
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

export interface AcquirerTermsReader {
  /** Every row of this source, in any order. */
  listAcquirerTerms(tx: Transaction, sourceId: string): Promise<AcquirerTerms[]>
}

export interface SettlementStart {
  /** Payments whose first capture happened before this (virtual time) are left out. */
  settledFromMs(tx: Transaction): Promise<number>
}

/** Is told what became of records, after the commit. Neither throws. */
export interface SettlementObserver {
  expected(done: {
    /** The records that an item and an expectation were written for. */
    written: readonly IncomingRecord[]
    /** Those that had them before. */
    unchanged: readonly IncomingRecord[]
    /** Those of payments that are left out. */
    skipped: readonly IncomingRecord[]
  }): void
  deadLettered(records: readonly IncomingRecord[]): void
}

/** What somebody should look at. Each is logged and counted. None throws. */
export interface SettlementAlarms {
  /** The calendar does not know the year in which this falls due. */
  withoutDueDate(item: Pick<SettlementItem, 'eventId' | 'merchantId' | 'periodEnd'>, calendar: string): void
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

/** A person who may act. `name` is never given to another, also after it was disabled: the audit log names people by it. */
export interface Operator {
  operatorId: string
  name: string
  role: OperatorRole
  /** SHA-256 of the token. The token itself is kept nowhere. */
  tokenHash: string
  /** Real time, as `disabledAtMs`. */
  createdAtMs: number
  /** Not null: the token is refused. */
  disabledAtMs: number | null
}

export interface Operators {
  /** Every one, disabled ones too, by name. In a transaction: others who change operators wait until it ends. */
  list(tx?: Transaction): Promise<Operator[]>
  /** Of the token with this hash. */
  ofToken(tokenHash: string): Promise<Operator | undefined>
  /** Throws DuplicateKeyError when one has this name. */
  insert(tx: Transaction, operator: Operator): Promise<void>
  /** Writes token hash and time of disabling. They must have been listed in the transaction. */
  update(tx: Transaction, operator: Operator): Promise<void>
}

/** Makes tokens of 256 random bits, and says by what they are known. */
export interface OperatorTokens {
  next(): string
  hashOf(token: string): string
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** Who did what to what, and why. No tokens and no personal data but the operator's name. */
export interface AuditEntry {
  /** The operator's name; `system` and what follows it are not people. At most 64 characters, as `subject`. */
  actor: string
  action: AuditAction
  /** The id or name of what was acted on. */
  subject: string
  /** At most 500 characters. */
  reason: string
  /** What else has to be known of it; at most 64 KB as JSON. */
  details: { readonly [name: string]: Json }
}

export interface AuditLog {
  /**
   * Appends to the chain with the caller's transaction, which is a separate one. Others that append wait until it ends, so append late.
   * Throws RowRefusedError for what is too long.
   */
  append(tx: Transaction, entry: AuditEntry): Promise<void>
}

/** An entry that is in the log. */
export interface AuditRecord extends AuditEntry {
  /** Counts from 1, without gaps. */
  id: number
  /** Real time. */
  atMs: number
  hash: string
}

/** The newest entry: how many there are, and the hash that depends on all of them. */
export type AuditHead = Pick<AuditRecord, 'id' | 'hash'>

export interface AuditReader {
  /** Undefined while the log is empty. */
  head(): Promise<AuditHead | undefined>
  /** The newest first, at most `limit`, of this subject or of all. */
  newest(subject: string | undefined, limit: number): Promise<AuditRecord[]>
}

/** What the settlement use cases need from outside. Times are epoch milliseconds, amounts minor units, days `YYYY-MM-DD`. */
import type { ComparedControl } from '../contracts/ledger-limits.ts'
import type {
  AccountChangeState,
  AuditAction,
  BatchState,
  DisputeState,
  ExpectationKind,
  InvoiceState,
  ItemType,
  OperationState,
  OperatorRole,
  PayoutFileState,
  PayoutState,
  WaitingFileState,
} from '../contracts/lists.ts'
import type { VerifyProgress, VerifyResult, VerifyRun } from '../contracts/verify-runs.ts'
import type { BusinessCalendar } from '../domain/business-days.ts'
import type { SettlementMovement } from '../domain/settlement-ledger.ts'
import type { AcquirerTerms, DatedTerms, SettlementTerms } from '../domain/settlement-terms.ts'
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
  /** The operation, as the acquirer names it; of a correction its break and the action's number. */
  matchKey: string
  kind: ExpectationKind
  eventId: string
  /** Null of a correction. */
  paymentId: string | null
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

export interface AwaitedItems {
  /**
   * Captured and refunded events without an item, at most `limit`: those that Kafka took since then (real time), and those that were
   * written since then and that it has not taken. Older ones may never get an item, and are not counted.
   */
  count(sinceMs: number, limit: number): Promise<number>
}

export interface SettlementStart {
  /** Payments whose first capture happened before this (virtual time) are left out. */
  settledFromMs(tx?: Transaction): Promise<number>
}

/** What of the terms is part of what is booked. */
export type BookedTerms = Pick<SettlementTerms, 'vatMode' | 'refundFee'>

/** SETTLEMENT_TERMS says something else than when the first event was booked. Nothing may be booked by it. */
export class DefaultsChangedError extends Error {
  override name = 'DefaultsChangedError'

  constructor(booked: BookedTerms, configured: BookedTerms) {
    const textOf = ({ vatMode, refundFee }: BookedTerms) => JSON.stringify({ vatMode, refundFee })
    super(
      `SETTLEMENT_TERMS says ${textOf(configured)}, and events were booked by ${textOf(booked)}: set it back, and give merchants other terms with npm run settle -- terms set`,
    )
  }
}

/** The defaults that the first event was booked by. They have no date, so they stay as they are. */
export interface BookedDefaults {
  /** Undefined: nothing was booked so far. */
  read(tx?: Transaction): Promise<BookedTerms | undefined>
  /** Writes them down when nothing was booked so far. Throws DefaultsChangedError when they are others. `nowMs` is real time. */
  keep(tx: Transaction, configured: BookedTerms, nowMs: number): Promise<void>
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

/** Where an entry stands among those of an account: by the time at which it was recorded, then by amount and id, as the indexes have them. */
export interface EntryPlace {
  recordedAtMs: number
  amountMinor: number
  entryId: string
}

/** An entry of any kind, of a payment or not. */
export interface RecordedMovement extends EntryPlace {
  type: string
  debitAccount: string
  creditAccount: string
  currency: string
  occurredAtMs: number
  eventId: string
  paymentId: string | null
  subjectId: string | null
  /** Of the payout that it is of. */
  batchId: string | null
}

/** The entries of one account and currency, by their places. */
export interface AccountHistory {
  /** Those before the place, the last first. */
  entriesBefore(key: AccountKey, place: EntryPlace, limit: number): Promise<RecordedMovement[]>
  /** Those behind it, the first first. */
  entriesAfter(key: AccountKey, place: EntryPlace, limit: number): Promise<RecordedMovement[]>
  /** Debits less credits of all before the place, from the newest snapshot and what came after it. */
  balanceBefore(key: AccountKey, place: EntryPlace): Promise<bigint>
  entry(entryId: string): Promise<RecordedMovement | undefined>
}

/** An account with what it holds and what its subledger says that it should hold, debit positive. */
export interface ComparedAccount extends AccountKey {
  ledgerMinor: bigint
  /** Undefined: the subledger has more rows than may be added up. */
  subledgerMinor: bigint | undefined
  /** Events of which only one of the two has all: how many, what they explain, and since when. */
  underWay: { amountMinor: bigint; events: number; sinceMs: number | undefined }
}

export interface ControlBooks {
  /** Accounts of the control account after this one, at most `limit`, all of one moment. */
  compare(
    control: ComparedControl,
    after: AccountKey | undefined,
    limit: number,
  ): Promise<{ accounts: ComparedAccount[]; hasMore: boolean; settledFromMs: number }>
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
  hold(): string
  invoice(): string
  dispute(): string
  accountChange(): string
  event(): string
}

/** What a merchant has sold in one currency. */
export interface Account {
  merchantId: string
  currency: string
}

/** What of an account is in no batch. */
export interface Unbatched {
  /** The first period end among its items, carried ones aside; null: there are no others. */
  firstPeriodEnd: string | null
  /** What was carried out of the last batch, when there is nothing else. */
  carriedMinor: number
}

export interface UnbatchedItems {
  /** Those with items in no batch, in order. Reads one row of the index for each, however many items there are. */
  listAccounts(): Promise<Account[]>
  /** Of each of these accounts, in their order. */
  unbatched(accounts: readonly Account[]): Promise<Unbatched[]>
  /**
   * Puts items of the batch's account whose period has ended by then, at most `limit`, into the batch, which must be locked.
   * Returns how many, and their sum.
   */
  take(tx: Transaction, batch: SettlementBatch, limit: number): Promise<{ count: number; netMinor: number }>
  /** Of all items of the account that are in no batch or in one that is open: what the merchant is owed by them. */
  openSum(tx: Transaction | undefined, account: Account): Promise<number>
  /** Puts this item into the batch, which must be locked. */
  assign(tx: Transaction, itemId: string, batchId: string): Promise<void>
}

/** The items of an account that were sold in one period. */
export type ItemPeriod = Account & Pick<SettlementItem, 'periodEnd'>

/** Items without a due date. */
export interface UndatedItems {
  /** At most `limit` periods that have such items, the first one first. */
  listUndated(limit: number): Promise<ItemPeriod[]>
  /** Dates at most `limit` of the period, and returns how many. */
  date(
    tx: Transaction,
    period: ItemPeriod,
    due: { dueOn: string; calendarVersion: number },
    limit: number,
  ): Promise<number>
}

export interface SettlementBatch extends Account {
  batchId: string
  periodEnd: string
  sequence: number
  /** The first business day on which it may be paid. */
  dueOn: string
  state: BatchState
  itemCount: number
  /** Signed: the sum of its items. */
  netMinor: number
  /** Virtual time, as `closedAtMs`. */
  openedAtMs: number
  closedAtMs: number | null
  /** It has at most so many payouts. */
  attemptsMax: number
}

/** Where a list of batches goes on. */
export type BatchPosition = Pick<SettlementBatch, 'dueOn' | 'batchId'>

export interface Batches {
  /** Throws DuplicateKeyError when the account has a batch of this period and sequence. */
  insert(tx: Transaction, batch: SettlementBatch): Promise<void>
  /** Locks the row until the transaction ends. */
  lock(tx: Transaction, batchId: string): Promise<SettlementBatch | undefined>
  /** Writes state, item count, net, time of closing and attempts. The row must be locked. */
  update(tx: Transaction, batch: SettlementBatch): Promise<void>
  find(period: Account & Pick<SettlementBatch, 'periodEnd' | 'sequence'>): Promise<SettlementBatch | undefined>
  /** By its period, of each of these accounts, in their order; undefined: it has none. */
  last(accounts: readonly Account[]): Promise<(SettlementBatch | undefined)[]>
  /** In the order of their ids. */
  listByState(state: BatchState, limit: number, afterBatchId?: string): Promise<SettlementBatch[]>
  /** CLOSED batches that are due by this day, have no living payout and attempts left, the longest due first. */
  listPayable(wanted: { dueOnMax: string; limit: number }, after?: BatchPosition): Promise<SettlementBatch[]>
  /** CLOSED batches that have no living payout and no attempt left, the longest due first: nothing pays them. */
  listUsedUp(limit: number): Promise<SettlementBatch[]>
}

/** What a batch held back of its net. What was neither released nor used is still held. */
export interface ReserveHold extends Account {
  holdId: string
  batchId: string
  /** Positive. */
  amountMinor: number
  releasedMinor: number
  usedMinor: number
  periodEnd: string
  /** Business days after the end of the period. */
  reserveDays: number
  calendar: string
  timezone: string
  /** Null: the calendar did not say when it was held, nor since. */
  releaseOn: string | null
  /** Sequence of its newest event. */
  eventCount: number
  /** Virtual time. */
  heldAtMs: number
}

/** By what the day of release is counted. */
export type ReleaseRule = Pick<ReserveHold, 'periodEnd' | 'reserveDays' | 'calendar'>

export interface Reserves {
  insert(tx: Transaction, hold: ReserveHold): Promise<void>
  /** Locks those of the account that hold something, the oldest first, at most `limit`. */
  lockOpen(tx: Transaction, account: Account, limit: number): Promise<ReserveHold[]>
  /** What of earlier reserves is released by items of the batch. */
  releasedIntoMinor(tx: Transaction, batchId: string): Promise<number>
  /** Of each time zone: the first day on which something that is held is released. */
  firstReleases(): Promise<{ timezone: string; releaseOn: string }[]>
  /** Locks those of the time zone that hold something and are released by this day, at most `limit`, in the order of their ids. */
  lockDue(tx: Transaction, timezone: string, releaseOnMax: string, limit: number): Promise<ReserveHold[]>
  /** Writes what was released and used, and the count of events. The row must be locked. */
  update(tx: Transaction, hold: ReserveHold): Promise<void>
  /** The rules of those that hold something and have no day of release, at most `limit`. */
  undated(limit: number): Promise<ReleaseRule[]>
  /** Gives this day to those of the rule that have none. */
  date(rule: ReleaseRule, releaseOn: string): Promise<void>
}

/** What a merchant owes us since its balance stayed negative. */
export interface Invoice extends Account {
  invoiceId: string
  /** Positive. It is `deducted + collected + lost + remaining`. */
  amountMinor: number
  /** From later batches. */
  deductedMinor: number
  /** By lines of the bank. */
  collectedMinor: number
  lostMinor: number
  remainingMinor: number
  state: InvoiceState
  /** The day of the batch that was the first to be negative. */
  negativeSince: string
  eventCount: number
  /** Virtual time. */
  invoicedAtMs: number
}

export interface Invoices {
  insert(tx: Transaction, invoice: Invoice): Promise<void>
  /** Locks the row until the transaction ends. */
  lock(tx: Transaction, invoiceId: string): Promise<Invoice | undefined>
  /** Locks the OPEN ones of the account, the oldest first, at most `limit`. */
  lockOpen(tx: Transaction, account: Account, limit: number): Promise<Invoice[]>
  /** Writes the sums, the state and the count of events. The row must be locked. */
  update(tx: Transaction, invoice: Invoice): Promise<void>
}

/** Accounts whose newest batch was negative, so that its sum was carried. */
export interface NegativeBalances {
  /** Locks the row of the account until the transaction ends. `since` is null when it is not negative now; undefined: it never was. */
  lock(tx: Transaction, account: Account): Promise<{ since: string | null } | undefined>
  /** Throws DuplicateKeyError when the account has a row. */
  insert(tx: Transaction, account: Account, since: string): Promise<void>
  /** The row must be locked. */
  update(tx: Transaction, account: Account, since: string | null): Promise<void>
  /** Those that are negative, by merchant and currency, after this one. */
  listNegative(limit: number, after?: Account): Promise<(Account & { since: string })[]>
}

/** What a card holder took back of one capture, through the acquirer. */
export interface Dispute extends Account {
  disputeId: string
  sourceId: string
  /** As the acquirer names it: the operation of the capture. */
  externalRef: string
  paymentId: string
  /** Positive. */
  amountMinor: number
  /** What the merchant was charged for it. */
  feeMinor: number
  state: DisputeState
  /** Sequence of its newest event. */
  eventCount: number
  /** Virtual time, as `closedAtMs`, which is null while it is OPEN. */
  openedAtMs: number
  closedAtMs: number | null
}

export interface Disputes {
  /** Throws DuplicateKeyError (with a later statement or the commit) when the source has a dispute of this reference. */
  insert(tx: Transaction, dispute: Dispute): Promise<void>
  /** Locks the row until the transaction ends. */
  lock(tx: Transaction, disputeId: string): Promise<Dispute | undefined>
  /** Locks those of these references, at least one, in the order of their ids. */
  lockByRefs(tx: Transaction, sourceId: string, externalRefs: readonly string[]): Promise<Dispute[]>
  /** Writes state, count of events and closing. The row must be locked. */
  update(tx: Transaction, dispute: Dispute): Promise<void>
}

/** A capture, as far as a dispute of it depends on its payment. */
export interface DisputedCapture extends Account {
  /** Of the capture. */
  operationId: string
  paymentId: string
  state: OperationState
  /** What of the payment was captured and is neither refunded, nor disputed, nor asked for by a refund in progress. */
  leftMinor: number
  /** When the payment was captured first (virtual time). Null: nothing of it is. */
  capturedFromMs: number | null
}

export interface DisputedPayments {
  /** Locks the payments of these captures, at least one, in the order of their ids. Operations that are no captures are left out. */
  lockCaptures(tx: Transaction, operationIds: readonly string[]): Promise<DisputedCapture[]>
  /** Of what is won it is negative. The payment must be locked. `atMs` is virtual time. Throws RowRefusedError when too little is left. */
  addDisputed(tx: Transaction, paymentId: string, byMinor: number, atMs: number): Promise<void>
}

/** Disputes that nobody has decided. */
export interface OpenDisputes {
  /** All of them, and since when the oldest is open (virtual time). */
  open(): Promise<Waiting>
}

export interface DisputeReader {
  find(disputeId: string): Promise<Dispute | undefined>
  /** The newest first. */
  list(query: {
    merchantId?: string
    paymentId?: string
    state?: DisputeState
    limit: number
    beforeDisputeId?: string
  }): Promise<Dispute[]>
}

/** A bank account that somebody wants a merchant to be paid to. */
export interface AccountChange extends Account {
  changeId: string
  accountToken: string
  state: AccountChangeState
  askedBy: string
  /** Virtual time, as the others. */
  askedAtMs: number
  /** Another person than who asked. */
  approvedBy: string | null
  approvedAtMs: number | null
  /** From when on it is in the terms. */
  effectiveAtMs: number | null
}

export interface AccountChanges {
  insert(tx: Transaction, change: AccountChange): Promise<void>
  /** Locks the row until the transaction ends. */
  lock(tx: Transaction, changeId: string): Promise<AccountChange | undefined>
  /** Writes the state, and by whom it was approved. The row must be locked. */
  update(tx: Transaction, change: AccountChange): Promise<void>
  /** APPROVED ones of the account that are in the terms from a later time on, the first of them first. */
  listLater(tx: Transaction, account: Account, afterMs: number): Promise<AccountChange[]>
}

export interface Payout extends Account {
  /** The end-to-end id at the bank. */
  payoutId: string
  batchId: string
  attempt: number
  /** Positive. */
  amountMinor: number
  accountToken: string
  state: PayoutState
  fileId: string | null
  bankRef: string | null
  failure: string | null
  /** Sequence of its newest event. */
  eventCount: number
  /** Virtual time, as the others. */
  askAtMs: number
  createdAtMs: number
  updatedAtMs: number
}

/** What a step makes of payouts. */
export type PayoutChange = Pick<Payout, 'state' | 'updatedAtMs'> &
  Partial<Pick<Payout, 'failure' | 'bankRef' | 'askAtMs'>> & {
    /** Whether the step has an event, and so counts. */
    isTold: boolean
  }

export interface Payouts {
  /** Throws DuplicateKeyError when the batch has this attempt. */
  insert(tx: Transaction, payout: Payout): Promise<void>
  find(payoutId: string): Promise<Payout | undefined>
  /** Locks the row until the transaction ends. */
  lock(tx: Transaction, payoutId: string): Promise<Payout | undefined>
  /** Locks those of the file, in the order of their ids. */
  lockByFile(tx: Transaction, fileId: string): Promise<Payout[]>
  /** In the order of their ids. */
  listByFile(fileId: string): Promise<Payout[]>
  /** In the order of the attempts. */
  listByBatch(tx: Transaction, batchId: string): Promise<Payout[]>
  /** Of these, at least one, which must be locked. */
  change(tx: Transaction, payoutIds: readonly string[], change: PayoutChange): Promise<void>
  /** The currencies of CREATED payouts that are in no file. */
  unfiledCurrencies(): Promise<string[]>
  /** Locks CREATED payouts of the currency that are in no file, in the order of their ids. */
  lockUnfiled(tx: Transaction, currency: string, limit: number): Promise<Payout[]>
  /** At least one, which must be locked. */
  putIntoFile(tx: Transaction, payoutIds: readonly string[], fileId: string): Promise<void>
  /** SENT ones in ACCEPTED files that may be asked about by then (virtual time), the longest due first. */
  listToAsk(askAtMsMax: number, limit: number): Promise<Payout[]>
  /** When the first of them may be asked about. */
  nextAskMs(): Promise<number | undefined>
  /** Not asked about before this virtual time. Nothing when it is no longer SENT. */
  askLater(payoutId: string, askAtMs: number): Promise<void>
}

export interface PayoutsToHold {
  /** In this state, and of merchants with terms that hold them, or have another account, whenever these apply; in the order of their ids. */
  listOfHeld(state: PayoutState, limit: number, afterPayoutId?: string): Promise<Payout[]>
}

export interface PayoutFile {
  /** The message id at the bank. */
  fileId: string
  currency: string
  executeOn: string
  payoutCount: number
  totalMinor: number
  state: PayoutFileState
  /** Of the bytes that were sent. */
  sha256: string | null
  /** Virtual time, as the others. */
  preparedAtMs: number
  approvedBy: string | null
  approvedAtMs: number | null
  failure: string | null
  askAtMs: number
}

export interface PayoutFiles {
  insert(tx: Transaction, file: PayoutFile): Promise<void>
  find(fileId: string): Promise<PayoutFile | undefined>
  /** Locks the row until the transaction ends. */
  lock(tx: Transaction, fileId: string): Promise<PayoutFile | undefined>
  /** Writes all that changes. The row must be locked. */
  update(tx: Transaction, file: PayoutFile): Promise<void>
  /** Those that may be asked about by then (virtual time), in the order of their ids. */
  listByState(state: PayoutFileState, askAtMsMax: number, limit: number): Promise<PayoutFile[]>
  /** When the first SENT file may be asked about. */
  nextAskMs(): Promise<number | undefined>
}

/** How many of something wait, and since when the first of them (virtual time); null: none does. */
export interface Waiting {
  count: number
  sinceMs: number | null
}

/** Payout files, for people. */
export interface PayoutFilePages {
  /** Newest first. */
  listPage(query: { state?: PayoutFileState; limit: number; beforeFileId?: string }): Promise<PayoutFile[]>
}

export interface WaitingFiles {
  /** Of each state: PREPARED ones since they were prepared, the others since they were approved. */
  waiting(): Promise<Record<WaitingFileState, Waiting>>
}

export interface UnansweredPayouts {
  /** SENT ones, since they were sent: `limit` of them are counted at most. */
  unanswered(limit: number): Promise<Waiting>
}

/** Which batches are listed: by the ends of their periods, or by the days on which they are due. Both days are among those wanted. */
export interface BatchQuery {
  merchantId?: string
  currency?: string
  state?: BatchState
  by: 'periodEnd' | 'dueOn'
  from?: string
  to?: string
  /** Only those that nothing pays any more: see `listUsedUp`. */
  isUsedUp?: boolean
  limit: number
  /** Where the page before ended: the day that the list goes by, and the batch. */
  before?: { day: string; batchId: string }
}

export interface PayoutQuery {
  merchantId?: string
  state?: PayoutState
  fileId?: string
  limit: number
  beforePayoutId?: string
}

/** Where a list of a batch's items goes on. */
export type ItemPosition = Pick<SettlementItem, 'periodEnd' | 'itemId'>

export interface SettlementReader {
  /** With the newest payout of each. The last day comes first; of one day the newest batch. */
  listBatches(query: BatchQuery): Promise<Array<{ batch: SettlementBatch; payout: Payout | null }>>
  /** With its payouts in the order of their attempts. */
  findBatch(batchId: string): Promise<{ batch: SettlementBatch; payouts: Payout[] } | undefined>
  /** In the order of their periods, then of their ids. */
  listItems(batchId: string, limit: number, after?: ItemPosition): Promise<SettlementItem[]>
  /** Newest first. */
  listPayouts(query: PayoutQuery): Promise<Payout[]>
}

/** An entry of a subject and of no payment. */
export interface SettlementEntry extends SettlementMovement {
  entryId: string
  /** A payout, a reserve that is held, an invoice. */
  subjectId: string
  eventId: string
  /** Virtual time. */
  occurredAtMs: number
}

export interface SettlementLedger {
  /** Throws DuplicateKeyError when an entry of this event and type exists. `nowMs` is real time. */
  insertOfSubjects(tx: Transaction, entries: readonly SettlementEntry[], nowMs: number): Promise<void>
}

/** What of a payout goes into its file. */
export type FiledPayout = Pick<Payout, 'payoutId' | 'merchantId' | 'amountMinor' | 'accountToken'>

export interface PayoutFileFormat {
  /** Always the same bytes for the same rows, and their SHA-256. */
  write(file: PayoutFile, payouts: readonly FiledPayout[]): { xml: string; sha256: string }
}

/** Nothing that is unclear counts as a refusal. */
export type FileVerdict = { kind: 'accepted' } | { kind: 'rejected'; reason: string } | { kind: 'unknown' }

export type PayoutVerdict =
  | { kind: 'confirmed'; bankRef: string | null }
  | { kind: 'failed'; reason: string }
  | { kind: 'pending' }
  | { kind: 'not_found' }
  | { kind: 'unknown' }

/** None of these throws. */
export interface Bank {
  /** Hands in a file. It is taken once, however often it is handed in. */
  submitFile(fileId: string, xml: string): Promise<FileVerdict>
  inquireFile(fileId: string): Promise<FileVerdict | { kind: 'not_found' }>
  inquirePayout(payout: Pick<Payout, 'payoutId' | 'amountMinor' | 'currency'>): Promise<PayoutVerdict>
}

/** What somebody should look at. Each is logged and counted. None throws. */
export interface PayoutAlarms {
  /** The calendar does not say when a batch of this period is due: it is not opened until the year is loaded. */
  batchWithoutCalendar(account: Account, periodEnd: string, calendar: string): void
  /** A batch is more than one payout may be. It waits for a person. */
  payoutTooLarge(batch: SettlementBatch): void
  /** The bank does not know a payout of a file that it accepted. */
  payoutLost(payout: Payout): void
  /** The last attempt of a batch failed, or was canceled by the system: it waits for a person. */
  attemptsUsedUp(payout: Payout): void
  /** A file would not have the bytes that were sent. It is not sent again. Must never happen. */
  fileChanged(file: PayoutFile): void
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
  /** Of exactly this name, as it is committed at this moment. Throws DependencyUnavailableError. */
  ofName(name: string): Promise<Operator | undefined>
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

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

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

/** What an operator asked for in the console. */
export interface ConsoleAction {
  /** `console:` and a ULID. */
  key: string
  /** Who, what and to what: as in the audit log. */
  operator: string
  action: AuditAction
  subject: string
  fingerprint: string
  /** Canonical JSON of {operation, path, body}. */
  canonicalRequest: string
  /** What came of it; null where that is kept elsewhere. */
  answer: Json
  /** Real time. */
  atMs: number
}

/** The key has a row. It was committed: whoever still writes one is waited for. */
export class ActionKeyTakenError extends Error {
  override name = 'ActionKeyTakenError'
}

/** Rows stay for good. */
export interface ConsoleActions {
  find(key: string): Promise<ConsoleAction | undefined>
  /** Throws ActionKeyTakenError, at once, and then nothing may be kept of the transaction. */
  insert(tx: Transaction, action: ConsoleAction): Promise<void>
  /** In a transaction of its own where none is given. */
  keepAnswer(key: string, answer: Json, tx?: Transaction): Promise<void>
}

/** Makes the three secrets of a sign-in, of 256 random bits each, and says by what they are known. */
export interface ConsoleSecrets {
  next(purpose: ConsoleSecretPurpose): string
  hashOf(secret: string): string
  /** Takes as long for hashes that differ early as for those that differ late. */
  isSame(hash: string, other: string): boolean
}

/** `link`: in the address that is opened. `session`: in the cookie. `request`: kept by the page, and sent with each request. */
export type ConsoleSecretPurpose = 'link' | 'session' | 'request'

/** A link that signs an operator in once. Times are real, as all of the console's. */
export interface ConsoleLink {
  linkHash: string
  operatorId: string
  createdAtMs: number
  /** From then on it signs nobody in. */
  expiresAtMs: number
}

export interface ConsoleSession {
  sessionHash: string
  /** Of the second secret. */
  secretHash: string
  operatorId: string
  createdAtMs: number
  /** When it was used last; up to a minute ago more than it says. */
  usedAtMs: number
  expiresAtMs: number
  /** Not null: it was ended before its time. */
  endedAtMs: number | null
}

/** The links and sessions of the console. */
export interface ConsoleSessions extends EndedSessions {
  insertLink(tx: Transaction, link: ConsoleLink): Promise<void>
  /** Of the link with this hash, whether it has expired or not. */
  findLink(linkHash: string): Promise<ConsoleLink | undefined>
  /** Takes the link away, and returns it. Of two who ask at once one waits for the other, and gets undefined when that one commits. */
  takeLink(tx: Transaction, linkHash: string): Promise<ConsoleLink | undefined>
  insertSession(tx: Transaction, session: ConsoleSession): Promise<void>
  /** With the operator as it is now, in one read. */
  findSession(sessionHash: string): Promise<{ session: ConsoleSession; operator: Operator } | undefined>
  /** In a transaction of its own. Never sets the time back. */
  touch(sessionHash: string, usedAtMs: number): Promise<void>
  endSession(tx: Transaction, sessionHash: string, endedAtMs: number): Promise<void>
  /** Deletes links and sessions that expired before then, a hundred of each at most. */
  prune(tx: Transaction, expiredBeforeMs: number): Promise<void>
}

export interface EndedSessions {
  /** Ends every session of the operator, and deletes the links. */
  endAllOf(tx: Transaction, operatorId: string, endedAtMs: number): Promise<void>
}

/** What became of a run of `npm run verify`. */
export type VerifyEnd = { state: 'DONE'; result: VerifyResult } | { state: 'FAILED'; problem: string | null }

/** Runs of `npm run verify` that are kept. At most one is open: REQUESTED or RUNNING. */
export interface VerifyRuns {
  newest(): Promise<VerifyRun | undefined>
  /** The newest that came to a result. */
  newestDone(): Promise<VerifyRun | undefined>
  /** The one that is open. In a transaction: it does not change until that ends. */
  open(tx?: Transaction): Promise<VerifyRun | undefined>
  /** Throws DuplicateKeyError, at the latest with the commit, when another one is open. */
  insert(tx: Transaction, run: VerifyRun): Promise<void>
  /** REQUESTED → RUNNING. False when it is not REQUESTED any more. */
  begin(runId: string, startedAtMs: number, leaseUntilMs: number): Promise<boolean>
  /** Keeps how far it has come. False when it is not RUNNING any more: somebody has given it up. */
  proceed(runId: string, progress: VerifyProgress, leaseUntilMs: number): Promise<boolean>
  /** Closes an open run. False when it is not open any more. Without a transaction in one of its own. */
  finish(runId: string, end: VerifyEnd, finishedAtMs: number, tx?: Transaction): Promise<boolean>
  /** Deletes runs that are not open and were asked for before then, at most a hundred. */
  prune(askedBeforeMs: number): Promise<number>
}

/** Has a run that was asked for carried out, by a process of its own. */
export interface VerifyStarter {
  /** Resolves when that process begins. Rejects when nobody begins one. */
  start(runId: string): Promise<void>
}

/** Bounds wrong tries of one address to sign in. Never throws. */
export interface SignInTries {
  /** Counts a try. Returns in how many seconds the next one is allowed, or undefined when this one is. */
  begin(address: string): number | undefined
  /** Takes the try back: it was right. */
  succeeded(address: string): void
}

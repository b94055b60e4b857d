/** What the reconciliation use cases need from outside. Times are epoch milliseconds, amounts signed minor units, days `YYYY-MM-DD`. */
import type {
  BreakAction,
  BreakClass,
  BreakState,
  ExpectationState,
  ReconFileState,
  ReconLineState,
  ReconProfile,
  ReconSourceKind,
} from '../contracts/lists.ts'
import type { ReconMovement } from '../domain/recon-ledger.ts'
import type { Transaction } from '../payments/ports.ts'
import type { Expectation } from '../settlement/ports.ts'

/** Who sends files, and by which rules they are read. */
export interface ReconSource {
  sourceId: string
  kind: ReconSourceKind
  profile: ReconProfile
  /** Of a bank: how it calls our account. Null of an acquirer, as `account`. */
  bankAccount: string | null
  /** Of a bank: the ledger's account. */
  account: string | null
  /** Of camt.053: whether RvslInd turns the sign that CdtDbtInd says, or only marks the entry. */
  reversalRule: 'marks' | 'turns'
  timezone: string
  calendar: string
  /** Business days that a line may be paid before it is due. */
  earlyDays: number
  /** Business days after which what is due and not there is missing. */
  slaDays: number
  /** A difference of no more is written off by itself, `toleranceMaxMinor` a day and currency at most. */
  toleranceMinor: number
  toleranceMaxMinor: number
}

export interface ReconFile {
  fileId: string
  sourceId: string
  name: string
  sha256: string
  /** The acquirer's batch, or account and day of a statement. Null: not known yet. */
  externalId: string | null
  /** Null: not known yet, or the file is rejected. */
  revision: number | null
  /** Of the batch, or of the statement. */
  day: string | null
  /** When the acquirer pays what is in it. Null: a bank's, or the calendar does not say. */
  dueOn: string | null
  /** Lines that are in the table. */
  lineCount: number
  /** The last line that was matched. */
  matchedTo: number
  state: ReconFileState
  failure: string | null
  /** Sequence of its newest event. */
  eventCount: number
  /** Virtual time, as `doneAtMs`. */
  receivedAtMs: number
  doneAtMs: number | null
}

/** What a file says of itself in one currency. */
export interface ReconFileTotal {
  fileId: string
  currency: string
  lineCount: number
  netMinor: number
  /** Of a statement, as `closingMinor`; null otherwise. */
  openingMinor: number | null
  closingMinor: number | null
}

/** `capture`, `refund` and `carry` of an acquirer; `credit`, `debit`, `return` and `opening` of a bank. */
export type ReconLineKind = 'capture' | 'refund' | 'carry' | 'credit' | 'debit' | 'return' | 'opening'

export interface ReconLine {
  fileId: string
  /** Counts from 1 in the file. */
  lineNo: number
  sourceId: string
  /** What the source calls this line, the same in every revision. */
  lineKey: string
  /** Of what it says: 32 hexadecimal digits. */
  contentHash: string
  /** The operation, of a carry the batch that it comes from; of a bank the end-to-end id. Empty: none. */
  matchKey: string
  kind: ReconLineKind
  amountMinor: number
  /** Without VAT. */
  feeMinor: number
  vatMinor: number
  netMinor: number
  currency: string
  /** Of an acquirer: the batch that pays it. */
  batchRef: string | null
  /** The day of the batch, or of booking. */
  bookedOn: string
  /** When it is paid. Null: the calendar does not say. */
  valueOn: string | null
  /** Of a bank: the account at the other end. */
  partyAccount: string | null
  /** Of a bank: what the payer wrote. */
  remittance: string | null
  state: ReconLineState
  /** That this line settled. */
  expectationId: string | null
}

/** What the acquirer has to pay with one reference. `net − allocated − moved` is still in cash_in_transit. */
export interface AcquirerBatch {
  sourceId: string
  batchRef: string
  currency: string
  netMinor: number
  allocatedMinor: number
  movedMinor: number
  dueOn: string | null
}

/** Something that does not fit, and what of it stands on recon_suspense. */
export interface ReconBreak {
  breakId: string
  /** What it is about, see `subjectOf…` in `break-subjects.ts`. */
  subject: string
  class: BreakClass
  sourceId: string
  fileId: string | null
  lineNo: number | null
  expectationId: string | null
  payoutId: string | null
  batchRef: string | null
  differences: BreakDifferences
  /** Debit positive: what it put on recon_suspense. */
  bookedMinor: number
  /** `booked` less its actions. */
  remainingMinor: number
  currency: string
  /** In the time zone of the source. */
  openedOn: string
  /** Virtual time, as `closedAtMs`. */
  openedAtMs: number
  closedAtMs: number | null
  state: BreakState
  assignee: string | null
  /** How many actions it has. */
  version: number
  /** Sequence of its newest event. */
  eventCount: number
}

/** What was expected and what was found, by what differs. Amounts are minor units, days `YYYY-MM-DD`. */
export interface BreakDifferences {
  amount?: { expected: number; found: number }
  fee?: { expected: number; found: number }
  vat?: { expected: number; found: number }
  currency?: { expected: string; found: string }
  /** When it was due, and when it is paid. */
  day?: { expected: string; found: string }
  /** What the operation or the payout is here. */
  status?: string
}

export interface ReconBreakAction {
  breakId: string
  /** Counts from 1 without gaps. */
  sequence: number
  /** An operator's name; `system`: the jobs. */
  actor: string
  action: BreakAction
  /** The counter-account of an amount that is proposed or booked. */
  account: string | null
  /** A batch of the acquirer, a payout, another break, a line. */
  target: string | null
  /** Debit positive: booked as account ← recon_suspense; of `give_up` as recon_suspense ← account. */
  amountMinor: number | null
  reason: string
  /** Under which it was booked. Null: it booked nothing. */
  eventId: string | null
  /** Virtual time. */
  atMs: number
}

/** An entry of a file, a payout or a break. */
export interface ReconEntry extends ReconMovement {
  entryId: string
  /** A break wherever recon_suspense is moved; otherwise a file or a payout. */
  subjectId: string
  eventId: string
  /** Virtual time. */
  occurredAtMs: number
}

export interface ReconLedger {
  /** Throws DuplicateKeyError when an entry of this event and type exists. `nowMs` is real time. */
  insertOfRecon(tx: Transaction, entries: readonly ReconEntry[], nowMs: number): Promise<void>
}

export interface Breaks {
  /** Throws DuplicateKeyError when the subject has a break of this class. */
  insert(tx: Transaction, breaks: readonly ReconBreak[]): Promise<void>
  /** Locks the row until the transaction ends. */
  lock(tx: Transaction, breakId: string): Promise<ReconBreak | undefined>
  /** Writes what changes: remaining, state, assignee, closed, version and event count. The row must be locked. */
  update(tx: Transaction, changed: ReconBreak): Promise<void>
  insertActions(tx: Transaction, actions: readonly ReconBreakAction[]): Promise<void>
  find(breakId: string): Promise<ReconBreak | undefined>
  /** In their order. */
  listActions(breakId: string): Promise<ReconBreakAction[]>
}

/** What a break may be resolved against, or misses. Each that is locked is so until the transaction ends. */
export interface BreakTargets {
  /** Waits for whoever matches files of the source, and lets nobody begin. Returns of what kind it is. */
  lockSource(tx: Transaction, sourceId: string): Promise<ReconSourceKind | undefined>
  lockExpectation(
    tx: Transaction,
    expectationId: string,
  ): Promise<{ amountMinor: number; currency: string; state: ExpectationState } | undefined>
  /** It will not come: SETTLED. It must be locked. */
  settleExpectation(tx: Transaction, expectationId: string): Promise<void>
  /** The one batch of an acquirer with this reference. Undefined, too, when several acquirers have one. */
  lockBatch(tx: Transaction, batchRef: string, currency: string): Promise<AcquirerBatch | undefined>
  /** Adds to what was moved from cash_in_transit. The batch must be locked. */
  moveFromBatch(tx: Transaction, batch: AcquirerBatch, amountMinor: number): Promise<void>
}

/** What of small differences is written off by itself. */
export interface SmallBreaks {
  /** Sources whose tolerance is more than nothing. */
  listTolerant(): Promise<Pick<ReconSource, 'sourceId' | 'timezone' | 'toleranceMinor' | 'toleranceMaxMinor'>[]>
  /** OPEN breaks of these classes that hold something, and no more than the tolerance, on either side; in the order of their ids. */
  listSmall(
    source: Pick<ReconSource, 'sourceId' | 'toleranceMinor'>,
    classes: readonly BreakClass[],
    limit: number,
    afterBreakId?: string,
  ): Promise<string[]>
  /** What was written off since then (virtual time) of this source and currency: the sum of the amounts without their signs. */
  writtenOffMinor(tx: Transaction, sourceId: string, currency: string, sinceMs: number): Promise<number>
}

/** Open breaks of one class, source, currency and day. */
export interface OpenBreaks extends Pick<ReconBreak, 'class' | 'sourceId' | 'currency' | 'openedOn'> {
  count: number
  /** Sums: more than a number may hold. */
  remainingMinor: bigint
  /** Without their signs. */
  absoluteMinor: bigint
}

export interface BreakQuery {
  class?: BreakClass
  /** Undefined: every state. */
  states?: readonly BreakState[]
  sourceId?: string
  currency?: string
  assignee?: string
  limit: number
  /** By their ids, which are in the order in which they were opened. */
  order: 'oldest' | 'newest'
  /** Where the page before ended. */
  beyondBreakId?: string
}

/** What a break is about. Each is null where it has none. */
export interface BreakContext {
  file: Pick<ReconFile, 'name' | 'externalId' | 'revision'> | null
  line: Omit<ReconLine, 'contentHash' | 'state'> | null
  expectation: Expectation | null
}

export interface BreakReader {
  sumOpen(): Promise<OpenBreaks[]>
  list(query: BreakQuery): Promise<ReconBreak[]>
  context(of: ReconBreak): Promise<BreakContext>
  /** In the order of their ids. */
  listSources(): Promise<Pick<ReconSource, 'sourceId' | 'kind' | 'timezone' | 'calendar'>[]>
}

/** New ids. */
export interface ReconIds {
  reconFile(): string
  reconBreak(): string
}

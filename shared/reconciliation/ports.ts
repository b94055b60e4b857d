/** What the reconciliation use cases need from outside. Times are epoch milliseconds, amounts signed minor units, days `YYYY-MM-DD`. */
import type { SettlementLineKind } from '../contracts/acquirer.ts'
import type {
  AllocationKind,
  BreakAction,
  BreakClass,
  BreakState,
  ExpectationState,
  OperationKind,
  OperationState,
  ReconFileState,
  ReconLineState,
  ReconProfile,
  ReconSourceKind,
  WaitingReconFileState,
} from '../contracts/lists.ts'
import type { ReconMovement } from '../domain/recon-ledger.ts'
import { DependencyUnavailableError, type Transaction } from '../payments/ports.ts'
import type { Expectation, Payout, Waiting } from '../settlement/ports.ts'

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

/** Those of an acquirer; `credit`, `debit`, `return` and `opening` of a bank. */
export type ReconLineKind = SettlementLineKind | 'credit' | 'debit' | 'return' | 'opening'

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

export interface ReconSources {
  /** All of them, by their id. */
  list(): Promise<ReconSource[]>
  find(sourceId: string): Promise<ReconSource | undefined>
  /** Locks the row until the transaction ends: who holds it matches the source's files. */
  lock(tx: Transaction, sourceId: string): Promise<ReconSource | undefined>
}

export interface ReconFiles {
  /** Throws DuplicateKeyError when the source has a file of these bytes, or of this external id and revision. */
  insert(tx: Transaction, file: ReconFile): Promise<void>
  find(fileId: string): Promise<ReconFile | undefined>
  findBySha(sourceId: string, sha256: string): Promise<ReconFile | undefined>
  /** Those that have one of these hashes, at least one, in any order. */
  listBySha(sourceId: string, sha256s: readonly string[]): Promise<ReconFile[]>
  findRevision(sourceId: string, externalId: string, revision: number): Promise<ReconFile | undefined>
  /** Locks the row until the transaction ends. */
  lock(tx: Transaction, fileId: string): Promise<ReconFile | undefined>
  /** Writes all but id, source and bytes. The row must be locked. Throws DuplicateKeyError as `insert`. */
  update(tx: Transaction, file: ReconFile): Promise<void>
  /** In one of these states, of a source or of all: those of a source in the order of their days. */
  listByState(states: readonly ReconFileState[], limit: number, sourceId?: string): Promise<ReconFile[]>
  /** Of a source, or of all, the newest first. */
  listNewest(limit: number, sourceId?: string): Promise<ReconFile[]>
  /** The last day of which all is there: of a file that is PARSED, MATCHING or DONE. */
  lastDay(sourceId: string): Promise<string | undefined>
  countByState(): Promise<{ sourceId: string; state: ReconFileState; count: number }[]>
}

/** What was on an account at the end of a day. */
export interface ClosingBalance {
  currency: string
  day: string
  closingMinor: number
}

export interface ReconFileTotals {
  insert(tx: Transaction, totals: readonly ReconFileTotal[]): Promise<void>
  /** By currency. */
  list(fileId: string): Promise<ReconFileTotal[]>
  /** Of each currency the newest that a statement of the source, PARSED, MATCHING or DONE, closed with. */
  closings(sourceId: string, tx?: Transaction): Promise<ClosingBalance[]>
}

export interface ReconLines {
  /** Throws DuplicateKeyError (with a later statement or the commit) when the file has a line of this number. */
  insert(tx: Transaction, lines: readonly ReconLine[]): Promise<void>
  /** In their order; in one of these states when some are given. */
  list(
    fileId: string,
    place: { afterLine: number; limit: number; states?: readonly ReconLineState[] },
    tx?: Transaction,
  ): Promise<ReconLine[]>
  countByState(fileId: string): Promise<Partial<Record<ReconLineState, number>>>
  /** Of the lines of a file after `afterLine`, up to `toLine`. Sums are minor units. */
  sums(
    fileId: string,
    range: { afterLine: number; toLine: number },
  ): Promise<{ currency: string; count: number; netMinor: bigint }[]>
  /** Deletes the last lines of a file, at most so many; returns how many. */
  deleteLast(tx: Transaction, fileId: string, limit: number): Promise<number>
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

/** What is expected for an operation, as far as a line is compared with it. Amounts are signed. */
export interface ExpectedLine {
  expectationId: string
  amountMinor: number
  feeMinor: number
  vatMinor: number
  currency: string
  /** Null: the calendar of its year was not loaded. */
  dueOn: string | null
  state: ExpectationState
}

/** Lines of one file that follow each other. */
export interface LineRange {
  fileId: string
  fromLine: number
  toLine: number
}

/** A line that an earlier file had under the same key, and what the revision of that file is. */
export type EarlierLine = Pick<
  ReconLine,
  'contentHash' | 'amountMinor' | 'feeMinor' | 'vatMinor' | 'netMinor' | 'currency' | 'valueOn'
> & {
  /** Of a later revision of the same file than the one that is matched. */
  isLater: boolean
}

/** A line that was booked as unexpected, and what of it has come since. */
export interface LateLine {
  breakId: string
  /** Of its break. */
  remainingMinor: number
  line: Pick<ReconLine, 'fileId' | 'lineNo' | 'kind' | 'netMinor' | 'valueOn'>
  /** In the same currency, and open. */
  expectation: ExpectedLine | undefined
  /** Of `carry`: the batch that it comes from. */
  batch: AcquirerBatch | undefined
}

/** Lines of an acquirer beside what is expected of it. All by the line's number. The source must be locked. */
export interface Matching {
  /** Of the same source, key and kind, whatever their states. */
  expectations(tx: Transaction, range: LineRange): Promise<Map<number, ExpectedLine>>
  /** In other files, MATCHED or BROKEN: the newest of each. */
  earlierLines(tx: Transaction, range: LineRange): Promise<Map<number, EarlierLine>>
  /**
   * Which of these, at least one, have an operation and kind of which another line was MATCHED or BROKEN before: it settled something,
   * or is in the same currency.
   */
  takenBefore(tx: Transaction, fileId: string, lineNos: readonly number[]): Promise<Set<number>>
  /** Of the operations of these, at least one, as far as there are any of their kind; of a dispute the capture's. */
  operationStates(tx: Transaction, fileId: string, lineNos: readonly number[]): Promise<Map<number, OperationState>>
  /** The states of these, at least one, as they are now. */
  expectationStates(tx: Transaction, expectationIds: readonly string[]): Promise<Map<string, ExpectationState>>
  /** Open breaks MISSING_THERE of these expectations or batches, at least one, by their subject, each locked until the transaction ends. */
  lockMissing(tx: Transaction, subjects: readonly string[]): Promise<Map<string, ReconBreak>>
  /**
   * Lines of the range become MATCHED, those in `broken` BROKEN, and their expectations SETTLED; those in `others` stay as they are.
   * Throws when not every expectation was open: `count` of them must be.
   */
  settle(
    tx: Transaction,
    range: LineRange,
    lines: { broken: readonly number[]; others: readonly number[]; count: number },
  ): Promise<void>
  /** These, at least one, get a state and settle nothing. */
  mark(tx: Transaction, fileId: string, lineNos: readonly number[], state: ReconLineState): Promise<void>
  /** Adds to what the batches have to pay; those that are not there yet begin with it. */
  addToBatches(
    tx: Transaction,
    added: readonly Pick<AcquirerBatch, 'sourceId' | 'batchRef' | 'currency' | 'netMinor' | 'dueOn'>[],
  ): Promise<void>
  /** Locks the row until the transaction ends. */
  lockBatch(
    tx: Transaction,
    batch: Pick<AcquirerBatch, 'sourceId' | 'batchRef' | 'currency'>,
  ): Promise<AcquirerBatch | undefined>
  /** Takes all that the batch, which must be locked, has left into another one, by this line. */
  carryOut(tx: Transaction, batch: AcquirerBatch, line: Pick<ReconLine, 'fileId' | 'lineNo'>): Promise<void>
}

/** Which open breaks are looked at. */
export interface LatePlace {
  sourceId: string
  class: BreakClass
  state: BreakState
  /** Empty: from the first. */
  afterBreakId: string
}

/** Breaks of lines that came before what they are for. */
export interface LateLines {
  /** The next `limit` breaks, in the order of their ids, whether anything has come or not. */
  list(place: LatePlace, limit: number): Promise<LateLine[]>
  /** The expectation is SETTLED by the line. False, and nothing is written, when it is not open any more. */
  settle(tx: Transaction, line: LateLine['line'], expectation: ExpectedLine): Promise<boolean>
}

/** What was expected and did not come. */
export interface MissingLines {
  /** OPEN and due by this day, the longest due first. */
  listDue(tx: Transaction | undefined, sourceId: string, dueOnMax: string, limit: number): Promise<ExpectedLine[]>
  /** These, at least one, become OVERDUE. */
  markOverdue(tx: Transaction, expectationIds: readonly string[]): Promise<void>
  /** The first day on which an OPEN one is due that is not due by this day. */
  nextDueOn(sourceId: string, afterDay: string): Promise<string | undefined>
  /** OPEN ones without a due date, and when what they are for happened (virtual time); the oldest first, after this one. */
  listUndated(
    sourceId: string,
    limit: number,
    afterExpectationId?: string,
  ): Promise<{ expectationId: string; occurredAtMs: number }[]>
  /** At least one. */
  setDueDates(tx: Transaction, dated: readonly { expectationId: string; dueOn: string }[]): Promise<void>
  /** Batches without a due date of which something is left, and the day of their files; the oldest first. */
  listUndatedBatches(sourceId: string, limit: number): Promise<(BatchKey & { day: string })[]>
  /** At least one. */
  setBatchDueDates(tx: Transaction, dated: readonly (BatchKey & { dueOn: string })[]): Promise<void>
}

/** What somebody should look at. Each is logged and counted. None throws. */
export interface ReconAlarms {
  fileRejected(file: Pick<ReconFile, 'fileId' | 'sourceId' | 'name' | 'failure'>): void
  sourceAway(sourceId: string, error: SourceAwayError): void
  /** Settled there, and pending, declined or given up here. Told once of a line, after the commit. */
  statusDiffers(line: Pick<ReconLine, 'fileId' | 'lineNo' | 'matchKey' | 'netMinor' | 'currency'>, status: string): void
}

export type BatchKey = Pick<AcquirerBatch, 'sourceId' | 'batchRef' | 'currency'>

/** Amounts that are looked for, at least one, in any currency, due between these days; a bound that is absent is none. */
export interface AmountQuery {
  amountsMinor: readonly number[]
  from?: string
  to?: string
  limit: number
}

export interface AcquirerBatches {
  /** With one of these references, whoever pays them. */
  withRefs(refs: readonly string[], tx?: Transaction): Promise<AcquirerBatch[]>
  /** That have exactly one of these amounts left, the first due first. */
  withLeft(query: AmountQuery, tx?: Transaction): Promise<AcquirerBatch[]>
  /** Locks those of the keys that are there until the transaction ends, in the order of their keys. */
  lock(tx: Transaction, keys: readonly BatchKey[]): Promise<AcquirerBatch[]>
  /** Adds to what was paid of it and to what was moved to breaks. The row must be locked. */
  add(tx: Transaction, key: BatchKey, by: { allocatedMinor?: number; movedMinor?: number }): Promise<void>
  /**
   * Due by this day, of which something is left, and that were not missed before, or were and came, and never were short; the first due
   * first.
   */
  listMissing(dueOnMax: string, limit: number): Promise<AcquirerBatch[]>
}

/** What of a line is for a batch, a payout or a transfer of ours. */
export interface Allocation {
  fileId: string
  lineNo: number
  subjectKind: AllocationKind
  /** The reference of the batch or the transfer, or the payout. */
  subject: string
  currency: string
  /** Signed as the line. */
  amountMinor: number
}

export interface Allocations {
  insert(tx: Transaction, allocations: readonly Allocation[]): Promise<void>
  /** Adds to what the line has for this subject, if anything. */
  add(tx: Transaction, allocation: Allocation): Promise<void>
  /** What of a line is for something already, signed as the line. */
  ofLine(tx: Transaction, line: Pick<ReconLine, 'fileId' | 'lineNo'>): Promise<number>
  /** The batches that the lines of a file paid a part of. */
  batchesOf(tx: Transaction, fileId: string): Promise<Array<Pick<Allocation, 'subject' | 'currency'>>>
  /** Of transfers with one of these references, each with the source of its line. */
  transfers(tx: Transaction, references: readonly string[]): Promise<Array<Allocation & { sourceId: string }>>
}

/** A transfer of ours whose lines do not add up to nothing: the one on the other account has not come. */
export interface OpenTransfer {
  reference: string
  currency: string
  /** Signed as the line that came. */
  amountMinor: number
  /** That has the line. */
  sourceId: string
  bookedOn: string
}

export interface OpenTransfers {
  /** The oldest first. */
  listOpen(): Promise<OpenTransfer[]>
}

/** A payout that the bank may have executed, and the day on which it was asked to. */
export type AwaitedPayout = Pick<Payout, 'payoutId' | 'amountMinor' | 'currency' | 'state'> & { executeOn: string }

export interface BankPayouts {
  /** Locks the batches of these payouts, then the payouts, each in the order of their ids. Those that are not there are left out. */
  lock(tx: Transaction, payoutIds: readonly string[]): Promise<Payout[]>
  /** The batches must be locked, with their payouts. */
  markBatchesPaid(tx: Transaction, batchIds: readonly string[]): Promise<void>
  /** SENT and CONFIRMED ones of these amounts, the first due first. */
  withAmounts(query: AmountQuery, tx?: Transaction): Promise<AwaitedPayout[]>
  /** SENT and CONFIRMED ones that were to be executed by this day, and that were not missed before. */
  listMissing(executeOnMax: string, limit: number): Promise<AwaitedPayout[]>
}

/** A line of a bank that nobody knew, by its open break. */
export interface UnknownLine {
  of: ReconBreak
  matchKey: string
}

export interface BankBreaks {
  /** Those of these subjects and classes, whatever their state. Locks them until the transaction ends, in the order of their ids. */
  lockOn(tx: Transaction, subjects: readonly string[], classes: readonly BreakClass[]): Promise<ReconBreak[]>
  /** Lines that have a reference, in the order of their breaks. */
  listUnknownLines(afterBreakId: string, limit: number): Promise<UnknownLine[]>
}

export interface BankLines {
  /** How the bank calls our accounts, and the sources that have their statements. */
  ourAccounts(tx: Transaction): Promise<Array<{ sourceId: string; bankAccount: string }>>
  /** Of one file. */
  setState(tx: Transaction, fileId: string, lineNos: readonly number[], state: ReconLineState): Promise<void>
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
  /** Of what is missing: when it was due. */
  dueOn?: string
  /** Of a bank's line that nobody knows: batches and payouts that have its amount left, those due next to its day first. */
  suggestions?: readonly string[]
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
  /** A batch of the acquirer, a payout, an invoice, a correction, another break, a line. */
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

/** What a person settles or gives up of it. */
export type LockedExpectation = Pick<Expectation, 'sourceId' | 'kind' | 'amountMinor' | 'currency'> & {
  state: ExpectationState
}

/** What was expected and is given up, or that something else settles than its own line. */
export interface MissedExpectations {
  /** Locks the row until the transaction ends. */
  lock(tx: Transaction, expectationId: string): Promise<LockedExpectation | undefined>
  /** No line of its own will come: SETTLED. It must be locked. */
  settle(tx: Transaction, expectationId: string): Promise<void>
}

/** What of small differences is written off by itself. */
export interface SmallBreaks {
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

/** What a line of a file says. The rest of a `ReconLine` follows from where it stands. */
export type ReadLine = Omit<ReconLine, 'fileId' | 'lineNo' | 'sourceId' | 'state' | 'expectationId'>

/** What a file says of itself, known when all of it was read. */
export interface ReadFile {
  externalId: string
  revision: number
  day: string
  dueOn: string | null
  totals: readonly Omit<ReconFileTotal, 'fileId'>[]
}

/** By what a file is read. */
export interface ReadContext {
  /** The file's. */
  name: string
  source: ReconSource
  /** When the acquirer pays what it settles of this day. Null: the calendar does not say. */
  dueOn(day: string): string | null
  /** Of a bank: what its last statement closed with. */
  closings: readonly ClosingBalance[]
}

/**
 * Reads the bytes of a file as they come, in a memory that does not grow with it, and returns what it says of itself when all of it is
 * right. The same bytes and context give the same lines, however the bytes are cut. Throws ReconFileError.
 */
export type ReadLines = (
  bytes: AsyncIterable<Uint8Array>,
  context: ReadContext,
) => AsyncGenerator<ReadLine, ReadFile, void>

/** A file is not what it should be. The message says where, and what to do. */
export class ReconFileError extends Error {
  override name = 'ReconFileError'
}

/** Files on a disk. */
export interface DiskFiles {
  /** In pieces. Throws when there is no such file, and after the last piece ReconFileError when its bytes are not those of `sha256`. */
  read(path: string, sha256: string): AsyncIterable<Uint8Array>
  /** SHA-256 of its bytes, in hexadecimal. */
  sha256(path: string): Promise<string>
}

/** The acquirer or the bank does not answer, or not as agreed. What it has comes with a later run. */
export class SourceAwayError extends DependencyUnavailableError {
  override name = 'SourceAwayError'
}

/** The settlement files that an acquirer has. All throw SourceAwayError. */
export interface SettlementFiles {
  /** Those that it made after this place, in the order of making. `next` is the place of the next page; null: there is none. */
  list(after: number): Promise<{ files: { name: string; sha256: string }[]; next: number | null }>
  read(name: string): AsyncIterable<Uint8Array>
}

/** The statements that a bank has. All throw SourceAwayError. */
export interface Statements {
  /** Whether there is one of the day: it is over, and the account has moved by its end. */
  has(account: string, day: string): Promise<boolean>
  /** Undefined when there is none. */
  read(account: string, day: string): Promise<AsyncIterable<Uint8Array> | undefined>
}

/** Files that are here for the time of an import. */
export interface TemporaryFiles {
  /** `sha256` is in hexadecimal. Nothing is left when reading the bytes fails, and it throws what that threw. */
  save(bytes: AsyncIterable<Uint8Array>): Promise<{ path: string; sha256: string }>
  remove(path: string): Promise<void>
}

/** What acquirers and banks have yet to say. */
export interface AwaitedFiles {
  /**
   * Whether money is on its way at this virtual time: something that the acquirer is expected to settle or to pay, a payout that is not
   * paid, or files of the week before with lines.
   */
  isAwaited(virtualNowMs: number): Promise<boolean>
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
  fileId?: string
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
  /** Of our books, that the line names; null when none has that id. */
  operation: NamedOperation | null
}

export interface NamedOperation {
  operationId: string
  kind: OperationKind
  state: OperationState
  paymentId: string
  merchantId: string
}

export interface ReconFilePages {
  /** Newest first. */
  listPage(query: {
    sourceId?: string
    state?: ReconFileState
    limit: number
    beforeFileId?: string
  }): Promise<ReconFile[]>
}

export interface FilesToLookAt {
  /** Of each state, since they were received (virtual time). */
  waiting(): Promise<Record<WaitingReconFileState, Waiting>>
  /** REJECTED ones that were received since then (virtual time), and of which no later file of the source with the same name was taken. */
  countRejected(sinceMs: number): Promise<number>
}

/** Corrections that nothing has settled. */
export interface CorrectionQuery extends Pick<Expectation, 'sourceId' | 'currency' | 'amountMinor'> {
  limit: number
}

export interface BreakReader {
  /** The oldest first. */
  listCorrections(query: CorrectionQuery): Promise<Expectation[]>
  sumOpen(): Promise<OpenBreaks[]>
  list(query: BreakQuery): Promise<ReconBreak[]>
  context(of: ReconBreak): Promise<BreakContext>
}

/** New ids. */
export interface ReconIds {
  reconFile(): string
  reconBreak(): string
}

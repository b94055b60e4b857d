/** What the reconciliation use cases need from outside. Times are epoch milliseconds, amounts signed minor units, days `YYYY-MM-DD`. */
import type {
  BreakAction,
  BreakClass,
  BreakState,
  ReconFileState,
  ReconLineState,
  ReconProfile,
  ReconSourceKind,
} from '../contracts/lists.ts'
import type { ReconMovement } from '../domain/recon-ledger.ts'
import type { Transaction } from '../payments/ports.ts'

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

/** New ids. */
export interface ReconIds {
  reconFile(): string
  reconBreak(): string
}

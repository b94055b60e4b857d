/** What the use cases need from outside: stores, the acquirer, the doorbell, clock and ids. Times are epoch milliseconds, amounts minor units. */
import type { HandledState, LetterNote, LetterPlace, OriginalRecord } from '../contracts/dead-letter-records.ts'
import type { IncomingRecord } from '../contracts/event-records.ts'
import type {
  DeadLetterState,
  DecisionKind,
  FinalState,
  HandOutcome,
  MatchKind,
  OperationKind,
  OperationState,
  PaymentStatus,
} from '../contracts/lists.ts'
import type { EventView } from '../contracts/payment.ts'
import type { OperationListView } from '../contracts/routes/list-operations.ts'
import type { Movement } from '../domain/ledger.ts'
import type { Payment } from '../domain/payment.ts'

export type { IncomingRecord }

/** A dependency is away. Nothing is known to have failed for good, so that the caller may repeat. Answers 503. */
export class DependencyUnavailableError extends Error {
  override name = 'DependencyUnavailableError'
}

/** A unique key refused an insert: another transaction was first. */
export class DuplicateKeyError extends Error {
  override name = 'DuplicateKeyError'
}

/** The database refuses a row for what it holds (a check, a length): trying again will not help. */
export class RowRefusedError extends Error {
  override name = 'RowRefusedError'
}

/** Attributes of a span. Undefined ones are left out. They carry no personal data and no secrets: ids, kinds, counts, names of errors. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>

export interface SpanStart {
  /** Has few values: no ids. */
  name: string
  /** Absent: work inside of this system. */
  kind?: 'server' | 'client' | 'producer' | 'consumer'
  attributes?: SpanAttributes
}

/** A piece of work in a trace, from its beginning to `end`. */
export interface Span {
  /** W3C trace context for what continues the trace from here. Undefined when there is no trace. */
  readonly traceparent: string | undefined
  /** False: nobody will see it, so that attributes need not be made. */
  readonly isRecorded: boolean
  set(attributes: SpanAttributes): void
  /** Refers to a span of another trace. */
  link(traceparent: string | undefined): void
  /** `error`: what it ended with. */
  end(error?: unknown): void
}

/** Makes spans. Each is told its parent; nothing is taken from the surroundings. */
export interface Tracer {
  /**
   * The first span of a request in this system. The trace id that the caller sent goes on, and without one a trace begins; whether it is
   * recorded is decided here, whatever the caller says.
   */
  enter(start: SpanStart, traceparent: string | undefined): Span
  /** A part of a trace. Recorded when its parent is. */
  begin(start: SpanStart, parent: string | null | undefined): Span
  /**
   * Work on several traces at once: a trace of its own, linked both ways with those of these spans that are recorded. Not recorded when
   * none of them is.
   */
  beginShared(start: SpanStart, members: readonly (Span | undefined)[]): Span
  /** Around each invocation of a function: what was recorded leaves the process before it may freeze. Throws what `work` throws. */
  during<T>(work: () => Promise<T>): Promise<T>
}

/**
 * Proof that a database transaction is open. Writers take it; only `Transactions` makes one.
 * A writer that returns nothing may send its statement later: with the next one that has a result, or with the commit. Its error comes
 * then, too, so catch what a transaction throws around `run`. Reads that are asked for at the same time are sent together.
 */
export interface Transaction {
  readonly kind: 'transaction'
}

export interface Transactions {
  /**
   * Runs `work` in one READ COMMITTED transaction and commits it; nothing stays of it when it throws.
   * A deadlock or a lock time-out runs the whole of `work` again, a few times at most.
   * `subject` names what `work` reads and changes, a payment say. Works of different subjects may be committed together, those of one
   * never are. `work` waits for nothing but its statements. `span` is what `work` is in its trace: a shared transaction is linked to it.
   * Throws DependencyUnavailableError, DuplicateKeyError, RowRefusedError, or what `work` threw; never another work's error.
   * After DependencyUnavailableError the commit may have happened.
   */
  run<T>(subject: string, work: (tx: Transaction) => Promise<T>, span?: Span): Promise<T>
}

/**
 * Transactions that are never committed together: each work has a transaction and a connection of its own.
 * A work may therefore wait for other systems while it holds its locks.
 */
export interface SeparateTransactions extends Transactions {
  readonly areSeparate: true
}

/** One mutation of a payment, from claim to outcome. */
export interface Operation {
  operationId: string
  paymentId: string
  merchantId: string
  /** The key that the operation was claimed with. */
  idempotencyKey: string | null
  kind: OperationKind
  /** Its place among the operations of its payment, 1 for the authorization; null in rows of functions that did not count. */
  sequence: number | null
  amountMinor: number
  currency: string
  paymentMethod: string
  /** The operation that made the hold; null on an authorization, which makes it. */
  authorizationId: string | null
  /** Whether a capture releases what it leaves; null on the other kinds. */
  finalCapture: boolean | null
  /** An authorization that is captured in the same call, and that capture. Both together have one answer. */
  combined: boolean
  /** The key whose stored answer this operation finishes: its own, or that of the authorization that it is combined with. */
  answerKey: string | null
  reason: string | null
  /** Who works on it: a result counts only while the row still has this attempt. */
  attempt: number
  /** Real time. */
  leaseUntilMs: number
  /** Virtual time. */
  nextAttemptAtMs: number
  /** Virtual time. */
  createdAtMs: number
}

/** An operation that is claimed now. */
export interface ClaimedOperation extends Operation {
  sequence: number
  /** The `x-request-id` of the request that claims it; null when a job does. */
  requestId: string | null
}

/** When the acquirer was asked, in real time. */
export interface Asked {
  askedAtMs: number
  /** When the answer that is recorded came; null when there was none. */
  answeredAtMs: number | null
}

export interface Payments {
  /** Throws DuplicateKeyError when the id exists or the merchant used the key before, RowRefusedError for totals that cannot be. */
  insert(tx: Transaction, payment: Payment & { idempotencyKey: string }): Promise<void>
  /** Locks the row until the transaction ends. */
  lock(tx: Transaction, paymentId: string): Promise<Payment | undefined>
  /** Writes status, totals, fee schedule, pending operation, event count, capture limit and update time. The row must be locked. */
  update(tx: Transaction, payment: Payment): Promise<void>
  /**
   * Ids of payments whose hold ran out by then (virtual time) and that no operation works on, the longest ago first. Left out for
   * DECLINED_EXPIRY_PAUSE_MS when the acquirer declined to let the hold go.
   */
  expired(nowMs: number, limit: number): Promise<string[]>
}

/**
 * Which times count as run out or due: those that have passed, and those further ahead than any that is ever set.
 * When the latter were written, the clock was still ahead.
 */
export interface LeaseTimes {
  /** Real time. */
  nowMs: number
  leaseUntilMsMax: number
  virtualNowMs: number
  /** Virtual time. */
  nextAttemptAtMsMax: number
}

export interface Operations {
  /** The payment must be locked, or new. Throws DuplicateKeyError when the merchant used the key before, or the payment has this sequence. */
  insert(tx: Transaction, operation: ClaimedOperation): Promise<void>
  /** How many operations the payment has, and which made the hold. Once the payment is locked, nobody adds one. */
  summary(tx: Transaction, paymentId: string): Promise<{ count: number; authorizationId: string | null }>
  /** Whether this merchant ever used this key for an operation: in this transaction's view, or as far as it is committed. */
  isKeyUsed(tx: Transaction | undefined, merchantId: string, key: string): Promise<boolean>
  /** PENDING with this attempt → `state`. False when somebody else finished or took over the operation. `asked`: absent when nobody was. */
  finish(
    tx: Transaction,
    operation: Operation,
    outcome: { state: FinalState; declineReason: string | null; nowMs: number; asked?: Asked },
  ): Promise<boolean>
  /**
   * Raises the attempt of a pending operation whose lease ran out, and returns it; undefined when it is finished or leased.
   * Without `nextAttemptAtMs` the next attempt stays when it was.
   */
  takeOver(
    operationId: string,
    now: LeaseTimes,
    until: Pick<Operation, 'leaseUntilMs'> & Partial<Pick<Operation, 'nextAttemptAtMs'>>,
  ): Promise<Operation | undefined>
  /** Ends the lease of an attempt whose outcome is unknown, at this real time. Nothing when the attempt is not ours any more. */
  release(operation: Operation, nowMs: number, nextAttemptAtMs: number, asked?: Pick<Asked, 'askedAtMs'>): Promise<void>
  /** Ids of pending operations whose lease ran out and whose next attempt is due, the longest due first. */
  due(now: LeaseTimes, limit: number): Promise<string[]>
  /** Pending operations that nobody works on, or that were taken over before. */
  unknown(now: LeaseTimes): Promise<UnknownOutcomes>
}

/** Operations whose outcome is unknown. */
export interface UnknownOutcomes {
  count: number
  /** When the oldest was claimed (virtual time); null when there is none. */
  oldestCreatedAtMs: number | null
}

/** What a person said of an operation whose outcome the acquirer did not tell. */
export interface ManualSettlement {
  operationId: string
  paymentId: string
  attempt: number
  outcome: HandOutcome
  who: string
  reason: string
  /** Real time. */
  settledAtMs: number
}

export interface ManualSettlements {
  /** Throws DuplicateKeyError when the operation was settled by hand before. */
  insert(tx: Transaction, settlement: ManualSettlement): Promise<void>
  /** Those of which the acquirer has not told its decision yet, with what it has to be asked, the oldest first. */
  unconfirmed(limit: number): Promise<Array<{ settlement: ManualSettlement; order: AcquirerOrder }>>
  /** Notes the acquirer's decision. The first one stays. */
  confirm(operationId: string, decision: DecisionKind): Promise<void>
}

/** A finished answer, byte for byte. */
export interface Answer {
  statusCode: number
  contentType: string
  body: string
}

/** What the idempotency middleware found out about a request. */
export interface Claim {
  key: string
  fingerprint: string
  /** Canonical JSON of {operation, path, body}. */
  canonicalRequest: string
}

export interface StoredAnswer {
  fingerprint: string
  canonicalRequest: string
  operationId: string | null
  /** Undefined while the operation is pending. */
  finished: { answer: Answer; finishedAtMs: number } | undefined
}

export interface Answers {
  /** Claims the key. Throws DuplicateKeyError when the merchant claimed it before. */
  open(tx: Transaction, row: Claim & { merchantId: string; operationId: string | null; nowMs: number }): Promise<void>
  /** From now on a repeat with the key asks about this operation. */
  moveTo(tx: Transaction, row: { merchantId: string; key: string; operationId: string }): Promise<void>
  /** The first answer of a key stays. Nothing when nobody claimed the key. */
  finish(tx: Transaction, row: { merchantId: string; key: string; answer: Answer; nowMs: number }): Promise<void>
  find(merchantId: string, key: string): Promise<StoredAnswer | undefined>
}

export interface AnswerKeeper {
  /** Deletes at most `limit` answers that were finished at this virtual time or before, the oldest first; returns how many. */
  prune(finishedAtMsMax: number, limit: number): Promise<number>
}

export interface LedgerEntry extends Movement {
  entryId: string
  paymentId: string
  eventId: string
  occurredAtMs: number
}

export interface Ledger {
  /** Throws DuplicateKeyError when an entry of this event and type exists. */
  insert(tx: Transaction, entries: readonly LedgerEntry[], nowMs: number): Promise<void>
  /** In the order they were written. */
  listByPayment(tx: Transaction, paymentId: string): Promise<LedgerEntry[]>
  /** Those that exist for these events, at least one, in any order. */
  listByEvents(tx: Transaction, eventIds: readonly string[]): Promise<LedgerEntry[]>
}

export interface OutboxEvent {
  eventId: string
  topic: string
  /** Payment id: the Kafka key. */
  messageKey: string
  sequence: number
  payload: string
  shard: number
  traceparent: string | null
}

/** What an event's record in Kafka must say, to the byte. */
export type WrittenEvent = Pick<OutboxEvent, 'eventId' | 'topic' | 'messageKey' | 'payload'>

export interface OutboxReader {
  /** Those of these events, at least one, that the outbox ever wrote, archived ones too, in any order. */
  listByIds(tx: Transaction, eventIds: readonly string[]): Promise<WrittenEvent[]>
  /** The captured and refunded events of these payments, at least one, archived ones too, in any order. */
  listByPayments(tx: Transaction, paymentIds: readonly string[]): Promise<WrittenEvent[]>
}

export interface OutboxArchive {
  /** The rows after this id, at most `limit`, whatever became of them; locks nothing. */
  listFrom(afterId: number, limit: number): Promise<{ id: number; createdAtMs: number; publishedAtMs: number | null }[]>
  /** Moves those of these rows, at least one, that are published and still there; returns how many. */
  archive(tx: Transaction, ids: readonly number[]): Promise<number>
}

/** A row waiting for Kafka. */
export interface OutboxRow extends OutboxEvent {
  id: number
  attempts: number
}

export interface OutboxWriter {
  /** Throws DuplicateKeyError when the event, or this sequence of the payment, exists. */
  insert(tx: Transaction, event: OutboxEvent, nowMs: number): Promise<void>
}

/** A row that a relay found: nobody may publish it while an earlier one of its payment is parked. */
export interface WaitingRow extends OutboxRow {
  /** The last parked event of the same payment that it waits behind. */
  behind: string | null
}

/**
 * No outbox row is held back for longer than this, and none is written with a later time than now. A time further ahead was
 * written before the clock was set back, and counts as due.
 */
export const OUTBOX_AHEAD_MS_MAX = 75_000

/** Which rows a relay asks for. */
export interface UnpublishedRows {
  shards: readonly number[]
  nowMs: number
  limitEach: number
  /** Topics that take no records now: their rows are not even read. */
  withoutTopics: readonly string[]
  /** What to do about a row that another transaction holds; `fail`: the transaction fails as by a deadlock. */
  ifLocked: 'wait' | 'fail'
}

export interface OutboxQueue {
  /**
   * Locks unpublished rows of these shards until the transaction ends: the first `limitEach` of each, topic by topic; gives them in id
   * order. Leaves out what is parked, payments of which an earlier row waits for its next attempt, and what is not committed yet.
   * Reads no more than it gives, whatever is parked.
   */
  lockUnpublished(tx: Transaction, wanted: UnpublishedRows): Promise<WaitingRow[]>
  /** Parks rows that wait behind one that is still parked, so that no relay reads them again until they are redriven. */
  parkBehind(tx: Transaction, rows: readonly WaitingRow[], nowMs: number): Promise<void>
  /** At least one row. */
  markPublished(tx: Transaction, ids: readonly number[], nowMs: number): Promise<void>
  /** Counts a refusal of this very row by the broker. */
  markRefused(
    tx: Transaction,
    id: number,
    refusal: { error: string; attempts: number; nextAttemptAtMs: number; parkedAtMs: number | null },
  ): Promise<void>
  /** Shards with rows that could be published and are older than `olderThanMs` (epoch), or from before the clock was set back. */
  shardsWaiting(olderThanMs: number, nowMs: number): Promise<number[]>
}

/** How far a consumer group is in one partition. */
export interface ConsumerOffset {
  groupId: string
  topic: string
  partition: number
  /** The next record that the group will read. */
  committedOffset: number
  /** The next record that Kafka will write. */
  endOffset: number
}

export interface ConsumerOffsets {
  /** Of every consumer group of the product, as far as their topics exist. Throws DependencyUnavailableError, within this time where one is given. */
  read(withinMs?: number): Promise<ConsumerOffset[]>
}

export interface ConsumerProgress extends ConsumerOffset {
  /** Since when records wait and the group has not moved; null when none wait. */
  stillSinceMs: number | null
  observedAtMs: number
}

/** Outbox rows of one topic that wait for Kafka, parked ones aside. */
export interface TopicBacklog {
  topic: string
  waiting: number
  oldestId: number
  oldestCreatedAtMs: number
}

/** Rows of one shard that are not published. Both are counted up to a limit. */
export interface ShardBacklog {
  shard: number
  waitingCount: number
  parkedCount: number
  /** Null when none waits. */
  oldestWaiting: UnpublishedEvent | null
  /** Which was parked first; null when none is. */
  firstParked: (UnpublishedEvent & { parkedAtMs: number; lastError: string | null }) | null
}

export interface UnpublishedEvent {
  eventId: string
  topic: string
  messageKey: string
  createdAtMs: number
}

export interface OutboxShards {
  /** Every shard, in order. Reads no row that is published. Throws DependencyUnavailableError. */
  readShards(countMax: number): Promise<ShardBacklog[]>
}

/** What the gauges show of rows that wait for a person. */
export interface ParkedRows {
  /** Counted up to `limit`. Throws DependencyUnavailableError. */
  countParked(limit: number): Promise<number>
}

export interface TopicSizes {
  /** How many records the topic holds now, by its offsets. Throws DependencyUnavailableError, also when there is no such topic. */
  recordCount(topic: string): Promise<number>
}

/** What was seen of events on their way, kept for processes that have no memory. All throw DependencyUnavailableError. */
export interface DeliveryProgress {
  readConsumers(): Promise<ConsumerProgress[]>
  replaceConsumers(consumers: readonly ConsumerProgress[]): Promise<void>
  /** Looks at the outbox itself. */
  countBacklog(): Promise<TopicBacklog[]>
  /** As replaced last, without the topics whose oldest row was published since. */
  readBacklog(): Promise<TopicBacklog[]>
  replaceBacklog(backlog: readonly TopicBacklog[], nowMs: number): Promise<void>
}

export interface EventPublisher {
  /**
   * Publishes rows with acks=all, in order within a topic; one send in flight per topic and shard. Returns those that Kafka confirmed:
   * the rows of a topic that takes none are left out, and the topic rests for a while.
   * Throws DependencyUnavailableError when Kafka did not confirm in time, or when an earlier send of one of the rows' shards has not ended;
   * throws RecordRefusedError when one of several rows was refused.
   */
  publish(rows: readonly OutboxRow[]): Promise<readonly OutboxRow[]>
  /** Topics that took no records when they were last tried, and are not tried again yet. */
  restingTopics(): string[]
}

/** The broker refused a record for what it is, not because it is away. */
export class RecordRefusedError extends Error {
  override name = 'RecordRefusedError'
}

export interface DeadLetters {
  /** Keeps the original bytes with the reason. Throws DependencyUnavailableError: then the record must be delivered again. */
  bury(letters: ReadonlyArray<{ record: IncomingRecord; reason: string }>): Promise<void>
}

/** What was done about a letter, and who says so. */
export interface LetterHandling {
  state: HandledState
  /** Of the note on payment.dlq; later ones count. */
  noteOffset: number
  by: string | null
  reason: string | null
  /** Null where the note has no time. */
  atMs: number | null
  /** Of the console's action. */
  key: string | null
}

/** A letter of payment.dlq as a row, without its bytes. */
export interface ListedLetter extends LetterPlace {
  state: DeadLetterState
  error: string
  failedAtMs: number | null
  /** Null when the letter cannot be read. */
  origin: Pick<OriginalRecord, 'topic' | 'partition' | 'offset'> | null
  paymentId: string | null
  /** Null for a record without a value. */
  valueBytes: number | null
  /** Of the last note; null while it waits. */
  handling: LetterHandling | null
}

/** The record that was refused; of a letter that cannot be read, the letter's own. */
export type LetterBytes = Pick<OriginalRecord, 'key' | 'value' | 'headers'>

export interface StoredLetter extends ListedLetter {
  bytes: LetterBytes
}

export interface NewLetter extends LetterPlace {
  /** Of the letter itself: tells it from another one that stood in its place. */
  record: Buffer | null
  error: string
  failedAtMs: number | null
  origin: ListedLetter['origin']
  paymentId: string | null
  bytes: LetterBytes
}

export interface LetterQuery {
  state?: DeadLetterState
  limit: number
  /** The last of the page before. */
  before?: LetterPlace
}

/** The letters as rows. The topic is the truth: a row says what was read of it. */
export interface DeadLetterRows {
  /**
   * Writes the letter's row as one that waits. The same letter once more changes nothing; another letter in its place, of a topic that
   * began anew, replaces it. True when it was written.
   */
  put(tx: Transaction, letter: NewLetter): Promise<boolean>
  /** Locks the letter until the transaction ends; undefined when there is none. */
  lock(tx: Transaction, place: LetterPlace): Promise<StoredLetter | undefined>
  /** The caller has locked the letter. */
  markHandled(tx: Transaction, place: LetterPlace, handling: LetterHandling): Promise<void>
  /** Newest first. Throws DependencyUnavailableError. */
  list(query: LetterQuery): Promise<ListedLetter[]>
  /** With its bytes. Throws DependencyUnavailableError. */
  find(place: LetterPlace): Promise<StoredLetter | undefined>
  /** Counted up to `limit`. Throws DependencyUnavailableError. */
  countWaiting(limit: number): Promise<number>
}

/** Both may have happened when they throw DependencyUnavailableError; they throw it within seconds. */
export interface LetterSender {
  /** Sends the record as it was, to its own topic and partition. Throws RecordRefusedError, too: Kafka has no such topic, or the record is too large. */
  send(original: OriginalRecord): Promise<void>
  /** Returns the offset of the note. */
  note(note: LetterNote): Promise<number>
}

/** What somebody should look at. Each is logged and counted. */
export interface Alarms {
  /** A capture or refund entry that its own transaction should have written was missing, and was written now. Must stay 0. */
  ledgerEntryRepaired(eventId: string, paymentId: string): void
  deadLettered(record: IncomingRecord, reason: string): void
  outboxRowParked(eventId: string, error: string, paymentId: string): void
  /** The acquirer decided the contrary of what a person had said. Our books stay as they are. Must stay 0. */
  settlementContradicted(settlement: ManualSettlement, decision: DecisionKind): void
}

/** Who decides an operation: a request, one of the jobs, or a person by hand. */
export type DecidedBy = 'request' | 'resolve-unknown' | 'expire-authorizations' | 'settle-by-hand'

/** An operation in its final state. */
export interface DecidedOperation {
  kind: OperationKind
  state: FinalState
  /** As the acquirer said it; null unless declined. */
  declineReason: string | null
  amountMinor: number
  currency: string
  by: DecidedBy
}

/**
 * Is told what was done, once for each change: after its commit, by the one who made it. So a loser of a race tells nothing, and a
 * work that was rolled back and run again tells once. Nothing is told of a commit whose confirmation was lost, or when the process
 * dies in between. None of these throws.
 */
export interface OperationObserver {
  decided(operation: DecidedOperation): void
}

/** As OperationObserver, of events on their way. */
export interface RelayObserver {
  /** Kafka confirmed these rows, and they are marked. */
  published(rows: ReadonlyArray<Pick<OutboxRow, 'topic'>>): void
}

/** As OperationObserver, of records that the ledger consumer has done with. */
export interface LedgerObserver {
  booked(done: {
    entries: ReadonlyArray<Pick<LedgerEntry, 'type'>>
    /** Records that an entry was written for. */
    written: readonly IncomingRecord[]
    /** Those whose entries were in the books before. */
    unchanged: readonly IncomingRecord[]
  }): void
  deadLettered(records: readonly IncomingRecord[]): void
}

export interface Doorbell {
  /** Wakes the relay of a shard. Never throws; a lost ring is made good by the sweep. */
  ring(shard: number): Promise<void>
}

/** What is asked of the acquirer. It keys everything by `operationId`. */
export type AcquirerOrder = Pick<
  Operation,
  'operationId' | 'kind' | 'amountMinor' | 'currency' | 'paymentMethod' | 'authorizationId' | 'finalCapture'
>

export type Verdict = { kind: 'approved' } | { kind: 'declined'; reason: string } | { kind: 'unknown' }

/** None of these throws. `traceparent` continues the trace of the request. */
export interface Acquirer {
  /** Whether an order may be tried now. False while the acquirer is known to be away: then nothing is claimed. */
  mayTry(): boolean
  /** Executes an order. A time-out is `unknown`, never a refusal. `canceled`: it was canceled before it arrived. */
  submit(order: AcquirerOrder, traceparent?: string): Promise<Verdict | { kind: 'canceled' }>
  /** Asks what became of an order, without executing it. */
  inquire(order: AcquirerOrder, traceparent?: string): Promise<Verdict | { kind: 'canceled' } | { kind: 'not_found' }>
  /** Makes sure that an order which is not known there will never be executed, or tells what became of it. */
  cancel(order: AcquirerOrder, traceparent?: string): Promise<Verdict | { kind: 'canceled' }>
}

/** Two times. The virtual one is ahead of the real one where the sandbox clock was moved; elsewhere they are the same. */
export interface Clock {
  /**
   * Virtual time: limits of holds, lifetimes of keys, due times of inquiries, when money moved.
   * What a merchant or a buyer waits for is measured in it.
   */
  virtualNowMs(): number
  /** Real time: leases, time-outs, the outbox, logs. */
  nowMs(): number
  /** In real time. */
  sleep(durationMs: number): Promise<void>
  /**
   * Whoever reads virtual time calls it first, once at the beginning of a request or a job: it makes sure that this process knows where
   * the sandbox clock stood VIRTUAL_AGE_MS_MAX ago. Throws DependencyUnavailableError when that cannot be read.
   */
  catchUp(): Promise<void>
}

/** How long after the sandbox clock was moved a process may go by the time before. */
export const VIRTUAL_AGE_MS_MAX = 500

/** How far the virtual clock is ahead of the real one, and how far it is to go. Neither ever falls. */
export interface ClockPosition {
  offsetMs: number
  targetOffsetMs: number
}

/** The clock of the sandbox, one for all its processes. Its methods throw DependencyUnavailableError. */
export interface SandboxClock {
  read(): Promise<ClockPosition>
  /** Returns where it stands then; undefined, and nothing is added, when the target would pass `targetOffsetMsMax`. */
  addToTarget(advanceMs: number, targetOffsetMsMax: number): Promise<ClockPosition | undefined>
  /** From where it was read, forward, and not beyond its target. False when somebody else moved it first. `nowMs` is real time. */
  move(from: ClockPosition['offsetMs'], to: ClockPosition['offsetMs'], nowMs: number): Promise<boolean>
}

/** A clock outside that follows the sandbox's: the acquirer's. */
export interface FollowingClock {
  /** Resolves when it is at least this far ahead. Throws DependencyUnavailableError when it did not say so in time. */
  advanceTo(offsetMs: number): Promise<void>
}

/** What fell due in virtual time and is not done yet, by the job that does it. */
export interface WorkLeft {
  /** Payments whose hold ran out. */
  expiries: number
  /** Operations about which the acquirer is to be asked, and those that a job or a repeat is asking about. */
  inquiries: number
  /** Stored answers of keys that ran out. */
  answers: number
}

/** What the jobs have to do, and will have to do. Locks nothing. */
export interface DueWork {
  left(now: LeaseTimes, answersKeptMs: number): Promise<WorkLeft>
  /** When the first of what waits falls due, in virtual time; undefined when nothing waits. What somebody works on does not wait. */
  nextDueMs(now: LeaseTimes, answersKeptMs: number): Promise<number | undefined>
}

/** Work of another room that falls due by virtual time. None of these is called by two at once; others may do the same work. */
export interface DueJob {
  /** The job's function. */
  name: string
  /** How much is due at this virtual time and not done yet. What a person has to do first is not due. */
  left(virtualNowMs: number): Promise<number>
  /** When the next of it falls due, in virtual time; undefined when nothing waits. */
  nextDueMs(): Promise<number | undefined>
  /** Does what is due, and begins nothing after `deadlineMs` (epoch, real time). Returns how much it did. */
  run(deadlineMs: number): Promise<number>
}

/** New ids, each a prefix and a ULID that grows with time. */
export interface Ids {
  payment(): string
  operation(): string
  event(): string
  /** Sorts after this entry of the same payment, wherever the clock stands. */
  entry(afterEntryId?: string): string
}

export interface PaymentDetail {
  payment: Payment
  pendingOperation: { operationId: string; kind: OperationKind; amountMinor: number; sinceMs: number } | null
  ledgerEntries: LedgerEntry[]
}

/** A key that a merchant used, and what became of it. */
export interface UsedKey {
  /** Of a request that was refused before an operation began, only the request itself is known. */
  use: { operationId: string; paymentId: string; kind: OperationKind } | { operationId: null; canonicalRequest: string }
  createdAtMs: number
  /** Null while the operation is pending. */
  finishedAtMs: number | null
  /** Of the stored answer; null while there is none, and when it was pruned. */
  statusCode: number | null
}

export interface PaymentReader {
  find(paymentId: string): Promise<(PaymentDetail & { events: EventView[] }) | undefined>
  list(query: {
    merchantId?: string
    orderId?: string
    status?: PaymentStatus
    limit: number
    beforePaymentId?: string
  }): Promise<PaymentDetail[]>
  operations(paymentId: string): Promise<OperationListView['operations'] | undefined>
  /** A refused key whose answer was pruned is free, and so undefined; one of an operation is known for ever. */
  findKey(merchantId: string, key: string): Promise<UsedKey | undefined>
}

/** Which payments a list of the console holds. A range of amounts compares numbers, whatever their currency. */
export interface PaymentFilters {
  /** Virtual time; `toMs` is not in it. */
  fromMs: number
  toMs: number
  merchantId?: string
  orderId?: string
  currency?: string
  method?: string
  statuses?: readonly PaymentStatus[]
  amountMinMinor?: number
  amountMaxMinor?: number
}

/** Where a list of the console goes on: after this payment. */
export interface PlaceInList {
  createdAtMs: number
  paymentId: string
}

/** How many payments one question to a list, or the overview, looks at. */
export const LOOKED_AT_MAX = 20_000

/** What has something to do with an id. */
export interface IdMatch {
  kind: MatchKind
  /** The id, or the account, on whose page the console shows it; null: on none. */
  pageId: string | null
  paymentId: string | null
  merchantId: string | null
  operationId: string | null
  /** Of the operation, else of the payment, else its own. Null of an account. */
  createdAtMs: number | null
}

/** An operation, with all that is known of who did it and when. */
export interface TracedOperation {
  operationId: string
  sequence: number | null
  kind: OperationKind
  state: OperationState
  amountMinor: number
  currency: string
  declineReason: string | null
  attempt: number
  requestId: string | null
  /** Virtual time. */
  createdAtMs: number
  finishedAtMs: number | null
  /** Real time. */
  askedAtMs: number | null
  answeredAtMs: number | null
}

export interface TracedEvent {
  eventId: string
  type: string
  sequence: number
  operationId: string
  /** Real time. */
  createdAtMs: number
  publishedAtMs: number | null
}

export interface Traces {
  /** In their sequence. */
  operations: TracedOperation[]
  /** In their sequence, archived ones too. */
  events: TracedEvent[]
  /** In the order of their ids. `recordedAtMs`: real time. */
  entries: Array<LedgerEntry & { recordedAtMs: number }>
  settlements: Array<Pick<ManualSettlement, 'operationId' | 'who' | 'reason' | 'settledAtMs'>>
  /** The operations that an operator asked for in the console. */
  asks: Array<{ operationId: string; operator: string; reason: string }>
}

/** One operation, with all that is kept of its request. */
export interface OperationRecord {
  operationId: string
  paymentId: string
  kind: OperationKind
  state: OperationState
  amountMinor: number
  currency: string
  /** Null of everything but captures. */
  finalCapture: boolean | null
  /** The caller's own words. */
  reason: string | null
  requestId: string | null
  /** Authorized and captured in one call: both operations have its key. */
  combined: boolean
  /** Under which its request is kept. Null: it was sent without one, or no request asked for it. */
  key: string | null
  /** Undefined: it was pruned, or there is no key. */
  stored: Pick<StoredAnswer, 'canonicalRequest' | 'finished'> | undefined
  /** Of one that an operator asked for in the console; it is never pruned. `atMs`: real time. */
  ask: { operator: string; action: string; reason: string; canonicalRequest: string; atMs: number } | undefined
  settlement: Pick<ManualSettlement, 'who' | 'reason'> | undefined
  /** What its outcome published, archived ones too. */
  event: { eventId: string; type: string; payload: string } | undefined
}

/** What the console asks. Reads outside transactions, without locks. Everything throws DependencyUnavailableError. */
export interface PaymentFinder {
  /**
   * The newest payments under these filters, at most `limit`, after a place when one is given. Looks at LOOKED_AT_MAX at most; when those
   * did not fill the page and are not all, `lookedAtUntil` says which was the last.
   */
  page(
    filters: PaymentFilters,
    limit: number,
    after?: PlaceInList,
  ): Promise<{ payments: PaymentDetail[]; lookedAtUntil: PlaceInList | undefined }>
  /** How many of each status are among the newest LOOKED_AT_MAX. `isAll`: there are no others. */
  count(filters: PaymentFilters): Promise<{ counts: Map<PaymentStatus, number>; isAll: boolean }>
  /** Of each kind at most `limitEach`, the newest first. */
  lookup(id: string, limitEach: number): Promise<IdMatch[]>
  /** Undefined when there is no such payment. */
  traces(paymentId: string): Promise<Traces | undefined>
  /** Undefined when there is no such operation. */
  record(operationId: string): Promise<OperationRecord | undefined>
}

/** How many payments of a status were created in one slot of time. */
export interface SlotCount {
  /** From 0 on. */
  slot: number
  status: PaymentStatus
  count: number
}

/** When the acquirer was asked about an operation and when it answered, in real time. */
export interface AnswerTime {
  slot: number
  operationId: string
  paymentId: string
  kind: OperationKind
  askedAtMs: number
  answeredAtMs: number
}

/** An operation whose outcome is unknown. */
export interface UnknownOperation {
  operationId: string
  paymentId: string
  kind: OperationKind
  amountMinor: number
  currency: string
  /** Virtual time. */
  createdAtMs: number
}

/** What the console's overview asks. Reads outside transactions, without locks. Everything throws DependencyUnavailableError. */
export interface OverviewReader {
  /**
   * Counts payments that were created from `fromMs` on and before `toMs` (virtual time), by slots of `slotMs` (whole seconds) and status.
   * Looks at the newest LOOKED_AT_MAX; `fromMs` of the answer says from when on it did.
   */
  outcomes(range: { fromMs: number; toMs: number; slotMs: number }): Promise<{ counts: SlotCount[]; fromMs: number }>
  /** Of each slot the newest `limitEach` operations that were claimed in it (real time), those of them that were answered. */
  answerTimes(slots: ReadonlyArray<{ fromMs: number; toMs: number }>, limitEach: number): Promise<AnswerTime[]>
  /** What `Operations.unknown` counts, the oldest first. */
  oldestUnknown(now: LeaseTimes, limit: number): Promise<UnknownOperation[]>
}

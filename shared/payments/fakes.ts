/** Ports for tests, all in memory: scripted outsiders, a clock, ids, and every port together over one store. */
import type { DecisionKind } from '../contracts/lists.ts'
import type { AuthorizeRequest } from '../contracts/routes/authorize-payment.ts'
import type { SettlementTerms } from '../domain/settlement-terms.ts'
import type { SettlementIds } from '../settlement/ports.ts'
import type { Caller } from './answer.ts'
import { FakeConsoleActions } from './fake-console-actions.ts'
import { FakeDeadLetterRows, FakeLetterSender, FakeOutboxShards } from './fake-dead-letters.ts'
import { FakeFinder } from './fake-finder.ts'
import { FakeOverview } from './fake-overview.ts'
import { FakeDueWork, FakeSandboxClock } from './fake-sandbox.ts'
import {
  FakeBookedDefaults,
  FakeCalendars,
  FakeExpectations,
  FakeItems,
  FakeSettlementObserver,
  FakeSettlementStart,
} from './fake-settlement.ts'
import { FakeDatabase, type Turn } from './fake-store.ts'
import {
  FakeAnswers,
  FakeDeliveryProgress,
  FakeLedger,
  FakeManualSettlements,
  FakeOperations,
  FakeOutbox,
  FakePayments,
  FakeReader,
  FakeTerms,
} from './fake-tables.ts'
import type { OperationPolicy, OperationPorts, Outcome } from './operation.ts'
import {
  type Acquirer,
  type AcquirerOrder,
  type Alarms,
  type Answer,
  type Claim,
  type Clock,
  type ConsumerOffset,
  type ConsumerOffsets,
  type DeadLetters,
  type DecidedOperation,
  DependencyUnavailableError,
  type Doorbell,
  type DueJob,
  type EventPublisher,
  type Ids,
  type IncomingRecord,
  type LedgerObserver,
  type ManualSettlement,
  type OperationObserver,
  type OutboxRow,
  RecordRefusedError,
  type RelayObserver,
  type TopicSizes,
  type Verdict,
} from './ports.ts'
import { type ResolveSummary, resolveUnknown } from './resolve-unknown.ts'
import { noTracer } from './traced.ts'

type Call = Exclude<keyof Acquirer, 'mayTry'>
type Found<Kind extends Call> = Awaited<ReturnType<Acquirer[Kind]>>
type Step<Kind extends Call> = Found<Kind> | (() => Promise<Found<Kind>>)

const TURNS_MAX = 1_000

/**
 * Records every call. Answers what the script says next; when the script is empty, as an honest acquirer that approves everything:
 * it remembers the verdicts it gave, does not know other orders, and cancels those.
 */
export class ScriptedAcquirer implements Acquirer {
  readonly calls: Array<{ kind: Call; order: AcquirerOrder }> = []
  readonly script: { [Kind in Call]: Step<Kind>[] } = { submit: [], inquire: [], cancel: [] }
  /** False: as while the circuit is open. */
  reachable = true
  readonly #verdicts = new Map<string, Found<'submit'>>()

  mayTry(): boolean {
    return this.reachable
  }

  async submit(order: AcquirerOrder): Promise<Found<'submit'>> {
    const verdict = (await this.#next('submit', order)) ?? { kind: 'approved' }
    if (verdict.kind !== 'unknown') this.#verdicts.set(order.operationId, verdict)
    return verdict
  }

  async inquire(order: AcquirerOrder): Promise<Found<'inquire'>> {
    return (await this.#next('inquire', order)) ?? this.#verdicts.get(order.operationId) ?? { kind: 'not_found' }
  }

  async cancel(order: AcquirerOrder): Promise<Found<'cancel'>> {
    return (await this.#next('cancel', order)) ?? this.#verdicts.get(order.operationId) ?? { kind: 'canceled' }
  }

  /** What was asked, in order. */
  get asked(): Call[] {
    return this.calls.map(call => call.kind)
  }

  /** The next call of this kind waits for the verdict that the test gives by calling what this returns. */
  hold(kind: 'submit' | 'inquire'): (verdict: Verdict) => void {
    const { promise, resolve } = Promise.withResolvers<Verdict>()
    this.script[kind].push(() => promise)
    return resolve
  }

  /** Resolves when it has been asked so often. */
  async untilAsked(callCount: number): Promise<void> {
    for (let turns = 0; this.calls.length < callCount; turns++) {
      if (turns === TURNS_MAX) throw new Error(`asked ${this.calls.length} times, not ${callCount}`)
      await new Promise(setImmediate)
    }
  }

  async #next<Kind extends Call>(kind: Kind, order: AcquirerOrder): Promise<Found<Kind> | undefined> {
    this.calls.push({ kind, order })
    const step = this.script[kind].shift()
    return typeof step === 'function' ? step() : step
  }
}

export class FakeDoorbell implements Doorbell {
  readonly rings: number[] = []

  async ring(shard: number): Promise<void> {
    this.rings.push(shard)
  }
}

export class FakePublisher implements EventPublisher {
  /** Rows that Kafka confirmed, in its order. */
  readonly published: OutboxRow[] = []
  /** Every send, confirmed or not. */
  readonly sends: OutboxRow[][] = []
  away = false
  refuses: (row: OutboxRow) => boolean = () => false
  /** Topics that take no records. */
  readonly resting = new Set<string>()
  /** Told after each confirmed send. */
  onPublished: () => void = () => {}

  restingTopics(): string[] {
    return [...this.resting]
  }

  async publish(rows: readonly OutboxRow[]): Promise<readonly OutboxRow[]> {
    this.sends.push([...rows])
    if (this.away) throw new DependencyUnavailableError('the fake broker is away')
    const refused = rows.find(this.refuses)
    if (refused !== undefined) throw new RecordRefusedError(`MESSAGE_TOO_LARGE: ${refused.eventId}`)
    const confirmed = rows.filter(row => !this.resting.has(row.topic))
    this.published.push(...confirmed)
    this.onPublished()
    return confirmed
  }
}

export class FakeDeadLetters implements DeadLetters {
  readonly buried: Array<{ record: IncomingRecord; reason: string }> = []
  away = false

  async bury(letters: ReadonlyArray<{ record: IncomingRecord; reason: string }>): Promise<void> {
    if (this.away) throw new DependencyUnavailableError('the fake broker is away')
    this.buried.push(...letters)
  }
}

export class FakeConsumerOffsets implements ConsumerOffsets {
  offsets: ConsumerOffset[] = []
  away = false
  /** How long the last reader would have waited. */
  withinMs: number | undefined

  async read(withinMs?: number): Promise<ConsumerOffset[]> {
    this.withinMs = withinMs
    if (this.away) throw new DependencyUnavailableError('the fake broker is away')
    return structuredClone(this.offsets)
  }
}

export class FakeTopicSizes implements TopicSizes {
  readonly sizes = new Map<string, number>()
  away = false

  async recordCount(topic: string): Promise<number> {
    if (this.away) throw new DependencyUnavailableError('the fake broker is away')
    return this.sizes.get(topic) ?? 0
  }
}

export class FakeAlarms implements Alarms {
  readonly repaired: string[] = []
  readonly letters: Array<{ record: IncomingRecord; reason: string }> = []
  readonly parked: Array<{ eventId: string; error: string; paymentId: string }> = []
  readonly contradicted: Array<{ settlement: ManualSettlement; decision: DecisionKind }> = []

  ledgerEntryRepaired(eventId: string, _paymentId: string): void {
    this.repaired.push(eventId)
  }

  deadLettered(record: IncomingRecord, reason: string): void {
    this.letters.push({ record, reason })
  }

  outboxRowParked(eventId: string, error: string, paymentId: string): void {
    this.parked.push({ eventId, error, paymentId })
  }

  settlementContradicted(settlement: ManualSettlement, decision: DecisionKind): void {
    this.contradicted.push({ settlement, decision })
  }
}

type Booked = Parameters<LedgerObserver['booked']>[0]

/** Keeps what it is told. */
export class FakeObserver implements OperationObserver, RelayObserver, LedgerObserver {
  readonly operations: DecidedOperation[] = []
  readonly publishedTopics: string[] = []
  readonly bookings: Booked[] = []
  readonly buried: IncomingRecord[] = []
  /** Told after each relayed transaction. */
  onPublished: (rowCount: number) => void = () => {}

  decided(operation: DecidedOperation): void {
    this.operations.push(operation)
  }

  published(rows: ReadonlyArray<Pick<OutboxRow, 'topic'>>): void {
    this.publishedTopics.push(...rows.map(({ topic }) => topic))
    this.onPublished(rows.length)
  }

  booked(done: Booked): void {
    this.bookings.push(done)
  }

  deadLettered(records: readonly IncomingRecord[]): void {
    this.buried.push(...records)
  }
}

/** Moves only when a test sets it or code sleeps. Sleeping moves both times and takes no real time. */
export class FakeClock implements Clock {
  /** Called when a sleep is over. */
  onSlept: () => void | Promise<void> = () => {}
  #nowMs: number
  #aheadMs = 0

  constructor(nowMs: number) {
    this.#nowMs = nowMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  virtualNowMs(): number {
    return this.#nowMs + this.#aheadMs
  }

  /** As the sandbox clock does. */
  advanceVirtual(durationMs: number): void {
    this.#aheadMs += durationMs
  }

  advance(durationMs: number): void {
    this.#nowMs += durationMs
  }

  async catchUp(): Promise<void> {}

  async sleep(durationMs: number): Promise<void> {
    this.advance(durationMs)
    await this.onSlept()
  }
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const ULID_CHARACTERS = 26

/** Ids of the real form that count up from `seed`. */
export function createFakeIds(seed = 0): Ids & Pick<SettlementIds, 'item' | 'expectation'> & { request(): string } {
  let last = seed
  const withPrefix = (prefix: string) => () => `${prefix}_${ulidOf(++last)}`
  return {
    payment: withPrefix('pay'),
    operation: withPrefix('op'),
    event: withPrefix('evt'),
    entry: withPrefix('led'),
    item: withPrefix('itm'),
    expectation: withPrefix('exp'),
    request: withPrefix('req'),
  }
}

function ulidOf(number: number): string {
  let digits = ''
  for (let rest = number; rest > 0; rest = Math.floor(rest / 32)) digits = CROCKFORD[rest % 32] + digits
  return digits.padStart(ULID_CHARACTERS, '0')
}

export const FAKE_NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 6)

export const fakePolicy: OperationPolicy = {
  leaseMs: 15_000,
  captureWindowMs: 7 * 24 * 60 * 60_000,
  captureWindowMsByMethod: {},
  inquiryBackoffMs: 1_000,
  answersKeptMs: 15 * 24 * 60 * 60_000,
  fees: { basisPoints: 250, fixedMinor: {} },
}

export const fakeTerms: SettlementTerms = {
  cycle: 'D',
  delayDays: 2,
  cutoff: '24:00',
  timezone: 'Asia/Seoul',
  calendar: 'KR',
  vatMode: 'none',
  refundFee: 'keep',
  payoutMinMinor: 0,
  reserveBasisPoints: 0,
  reserveDays: 0,
  invoiceAfterDays: null,
  disputeFeeMinor: 0,
  accountToken: 'acct_pay',
  heldReason: null,
}

/** Every port of the use cases, each a fake of its own and all over one store. */
export function createFakePorts(options: { turn?: Turn; policy?: Partial<OperationPolicy>; seed?: number } = {}) {
  const transactions = new FakeDatabase(options.turn)
  const operations = new FakeOperations(transactions)
  const tables = {
    payments: new FakePayments(transactions, operations),
    operations,
    manualSettlements: new FakeManualSettlements(transactions, operations),
    answers: new FakeAnswers(transactions),
    ledger: new FakeLedger(transactions),
    outbox: new FakeOutbox(transactions),
    consoleActions: new FakeConsoleActions(transactions),
  }
  const reader = new FakeReader(tables)
  return {
    transactions,
    ...tables,
    terms: new FakeTerms(),
    settlementDefaults: fakeTerms,
    ...createFakeSettlement(transactions),
    reader,
    finder: new FakeFinder(tables, reader),
    overview: new FakeOverview(tables),
    dueWork: new FakeDueWork(tables),
    dueJobs: [] as DueJob[],
    sandboxClock: new FakeSandboxClock(transactions),
    acquirer: new ScriptedAcquirer(),
    doorbell: new FakeDoorbell(),
    publisher: new FakePublisher(),
    deadLetters: new FakeDeadLetters(),
    deadLetterRows: new FakeDeadLetterRows(transactions),
    letterSender: new FakeLetterSender(),
    outboxShards: new FakeOutboxShards(),
    offsets: new FakeConsumerOffsets(),
    topicSizes: new FakeTopicSizes(),
    progress: new FakeDeliveryProgress(tables.outbox),
    alarms: new FakeAlarms(),
    observer: new FakeObserver(),
    clock: new FakeClock(FAKE_NOW_MS),
    ids: createFakeIds(options.seed),
    tracer: noTracer,
    policy: { ...fakePolicy, ...options.policy },
  }
}

/** What settlement has of its own, over the same store. */
function createFakeSettlement(transactions: FakeDatabase) {
  const expectations = new FakeExpectations(transactions)
  const observer = new FakeSettlementObserver()
  return {
    items: new FakeItems(transactions),
    expectations,
    acquirerTerms: expectations,
    calendars: new FakeCalendars(),
    bookedDefaults: new FakeBookedDefaults(),
    settlementStart: new FakeSettlementStart(),
    settlementObserver: observer,
    settlementAlarms: observer,
  }
}

export type FakePorts = ReturnType<typeof createFakePorts>

/** One run of the resolver that looks once. What it cannot record, it throws. */
export const resolveDue = (ports: OperationPorts, concurrency = 4): Promise<ResolveSummary> =>
  resolveUnknown(ports, {
    concurrency,
    deadlineMs: ports.clock.nowMs() + 1,
    observer: {
      resolved: () => {},
      failed: (_, error) => {
        throw error
      },
    },
  })

// Requests.

export const caller: Caller = { language: 'en', requestId: 'req_of_the_test' }

export const authorizeRequestOf = (given: Partial<AuthorizeRequest> = {}): AuthorizeRequest => ({
  merchantId: 'shop',
  amount: 10_000,
  currency: 'KRW',
  ...given,
})

/** What the idempotency middleware would make of an authorization with this key. */
export const claimOf = (key: string, request: AuthorizeRequest = authorizeRequestOf()): Claim =>
  claimFor(key, 'authorize', undefined, request)

/** The same for an operation on a payment. */
export function claimFor(key: string, operation: string, paymentId?: string, body: unknown = {}): Claim {
  const path = `/payments/${operation}${paymentId === undefined ? '' : `/${paymentId}`}`
  const canonicalRequest = JSON.stringify({ body, operation, path })
  return { key, canonicalRequest, fingerprint: `v1:${canonicalRequest}` }
}

/** The outcome, which must be an answer. */
export function answeredIn(outcome: Outcome): Extract<Outcome, { kind: 'answered' }> {
  if (outcome.kind !== 'answered') throw new Error(`not answered but ${JSON.stringify(outcome)}`)
  return outcome
}

export const answerIn = (outcome: Outcome): Answer => answeredIn(outcome).answer

/** What a repeat of an answered request gets. */
export const replayOf = (outcome: Outcome): Outcome => ({ ...answeredIn(outcome), replayed: true })

export const bodyIn = (outcome: Outcome) => JSON.parse(answerIn(outcome).body)

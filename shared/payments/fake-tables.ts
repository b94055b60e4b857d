/** The database ports for tests, each a table in memory that refuses what the real one refuses. */
import {
  type DecisionKind,
  type FinalState,
  ledgerEventTypes,
  type OperationState,
  type PaymentStatus,
} from '../contracts/lists.ts'
import type { EventView } from '../contracts/payment.ts'
import type { OperationListView } from '../contracts/routes/list-operations.ts'
import { inSequence } from '../domain/operation-order.ts'
import { DECLINED_EXPIRY_PAUSE_MS, heldStatuses, type Payment } from '../domain/payment.ts'
import type { DatedTerms } from '../domain/settlement-terms.ts'
import type { TermsReader, TermsWriter } from '../settlement/ports.ts'
import { type FakeDatabase, Table } from './fake-store.ts'
import {
  type AcquirerOrder,
  type Answer,
  type AnswerKeeper,
  type Answers,
  type Asked,
  type Claim,
  type ClaimedOperation,
  type ConsumerProgress,
  type DeliveryProgress,
  DuplicateKeyError,
  type LeaseTimes,
  type Ledger,
  type LedgerEntry,
  type ManualSettlement,
  type ManualSettlements,
  type Operation,
  type Operations,
  OUTBOX_AHEAD_MS_MAX,
  type OutboxArchive,
  type OutboxEvent,
  type OutboxQueue,
  type OutboxReader,
  type OutboxRow,
  type OutboxWriter,
  type PaymentDetail,
  type PaymentReader,
  type Payments,
  RowRefusedError,
  type StoredAnswer,
  type TopicBacklog,
  type Transaction,
  type UnknownOutcomes,
  type UnpublishedRows,
  type UsedKey,
  type WaitingRow,
  type WrittenEvent,
} from './ports.ts'

/** Keys hold no space, so two different pairs never meet in one name. */
const pair = (first: string, second: string): string => `${first} ${second}`

function refuseUnless(holds: boolean, constraint: string): void {
  if (!holds) throw new RowRefusedError(`constraint ${constraint}`)
}

export class FakePayments implements Payments {
  readonly table: Table<Payment & { idempotencyKey: string }>
  readonly #keys: Table<string>
  readonly #operations: FakeOperations

  constructor(db: FakeDatabase, operations: FakeOperations) {
    this.table = new Table(db)
    this.#keys = new Table(db)
    this.#operations = operations
  }

  async insert(tx: Transaction, payment: Payment & { idempotencyKey: string }): Promise<void> {
    checkTotals(payment)
    refuseUnless(payment.merchantId.length <= 32, 'payment.merchant_id')
    refuseUnless(payment.idempotencyKey.length <= 300, 'payment.idempotency_key')
    await this.table.insert(tx, payment.paymentId, payment)
    await this.#keys.insert(tx, pair(payment.merchantId, payment.idempotencyKey), payment.paymentId)
  }

  async lock(tx: Transaction, paymentId: string): Promise<Payment | undefined> {
    const row = await this.table.lock(tx, paymentId)
    if (row === undefined) return undefined
    const { idempotencyKey: _, ...payment } = row
    return payment
  }

  async update(tx: Transaction, payment: Payment): Promise<void> {
    if (!this.table.isLockedBy(tx, payment.paymentId)) throw new Error(`payment ${payment.paymentId} is not locked`)
    checkTotals(payment)
    const written = {
      status: payment.status,
      capturedMinor: payment.capturedMinor,
      refundedMinor: payment.refundedMinor,
      feeSchedule: payment.feeSchedule,
      pendingOperationId: payment.pendingOperationId,
      eventCount: payment.eventCount,
      captureBeforeMs: payment.captureBeforeMs,
      updatedAtMs: payment.updatedAtMs,
    }
    await this.table.update(tx, payment.paymentId, row => ({ ...row, ...written }))
  }

  async expired(nowMs: number, limit: number): Promise<string[]> {
    const rows = (await this.expiring(nowMs)).filter(row => row.captureBeforeMs! <= nowMs)
    rows.sort((a, b) => a.captureBeforeMs! - b.captureBeforeMs!)
    return rows.slice(0, limit).map(row => row.paymentId)
  }

  /** Payments that will expire, or have to, but for those whose expiry the acquirer just declined. */
  async expiring(nowMs: number): Promise<Payment[]> {
    const declined = await this.#operations.table.filter(
      undefined,
      ({ kind, state, finishedAtMs }) =>
        kind === 'expire' && state === 'DECLINED' && finishedAtMs! > nowMs - DECLINED_EXPIRY_PAUSE_MS,
    )
    const justDeclined = new Set(declined.map(({ paymentId }) => paymentId))
    return this.table.filter(
      undefined,
      ({ status, captureBeforeMs, pendingOperationId, paymentId }) =>
        heldStatuses.includes(status) &&
        captureBeforeMs !== null &&
        pendingOperationId === null &&
        !justDeclined.has(paymentId),
    )
  }
}

/** As the table refuses, whoever writes. */
export function checkTotals({ amountMinor, capturedMinor, refundedMinor, disputedMinor }: Payment): void {
  refuseUnless(amountMinor >= 1 && amountMinor <= 999_999_999_999, 'payment_amount')
  refuseUnless(capturedMinor >= 0 && capturedMinor <= amountMinor, 'payment_captured')
  refuseUnless(refundedMinor >= 0 && refundedMinor <= capturedMinor, 'payment_refunded')
  refuseUnless(disputedMinor >= 0 && refundedMinor + disputedMinor <= capturedMinor, 'payment.disputed_amount')
}

interface OperationRow extends Operation {
  requestId: string | null
  state: OperationState
  declineReason: string | null
  finishedAtMs: number | null
  askedAtMs: number | null
  answeredAtMs: number | null
}

export class FakeOperations implements Operations {
  readonly table: Table<OperationRow>
  readonly #keys: Table<string>
  readonly #places: Table<string>
  readonly #db: FakeDatabase

  constructor(db: FakeDatabase) {
    this.#db = db
    this.table = new Table(db)
    this.#keys = new Table(db)
    this.#places = new Table(db)
  }

  async insert(tx: Transaction, operation: ClaimedOperation): Promise<void> {
    const { operationId, merchantId, idempotencyKey } = operation
    refuseUnless(operation.amountMinor > 0, 'payment_operation_amount')
    await this.table.insert(tx, operationId, {
      ...operation,
      state: 'PENDING',
      declineReason: null,
      finishedAtMs: null,
      askedAtMs: null,
      answeredAtMs: null,
    })
    await this.#places.insert(tx, pair(operation.paymentId, String(operation.sequence)), operationId)
    if (idempotencyKey !== null) await this.#keys.insert(tx, pair(merchantId, idempotencyKey), operationId)
  }

  async summary(tx: Transaction, paymentId: string): Promise<{ count: number; authorizationId: string | null }> {
    const rows = await this.table.filter(tx, row => row.paymentId === paymentId)
    return { count: rows.length, authorizationId: rows.find(row => row.kind === 'authorize')?.operationId ?? null }
  }

  async isKeyUsed(tx: Transaction | undefined, merchantId: string, key: string): Promise<boolean> {
    return (await this.#keys.find(tx, pair(merchantId, key))) !== undefined
  }

  finish(
    tx: Transaction,
    operation: Operation,
    outcome: { state: FinalState; declineReason: string | null; nowMs: number; asked?: Asked },
  ): Promise<boolean> {
    const { state, declineReason, nowMs, asked = { askedAtMs: null, answeredAtMs: null } } = outcome
    return this.table.update(tx, operation.operationId, row =>
      isStill(row, operation) ? { ...row, state, declineReason, finishedAtMs: nowMs, ...asked } : undefined,
    )
  }

  async takeOver(
    operationId: string,
    now: LeaseTimes,
    until: Pick<Operation, 'leaseUntilMs'> & Partial<Pick<Operation, 'nextAttemptAtMs'>>,
  ): Promise<Operation | undefined> {
    const seen = await this.table.find(undefined, operationId)
    if (seen === undefined || seen.state !== 'PENDING' || isAhead(seen.leaseUntilMs, now.nowMs, now.leaseUntilMsMax))
      return undefined
    const taken = { ...seen, attempt: seen.attempt + 1, ...until }
    const matched = await this.#db.run(operationId, tx =>
      this.table.update(tx, operationId, row => (isStill(row, seen) ? taken : undefined)),
    )
    return matched ? operationOf(taken) : undefined
  }

  async release(
    operation: Operation,
    nowMs: number,
    nextAttemptAtMs: number,
    asked?: Pick<Asked, 'askedAtMs'>,
  ): Promise<void> {
    await this.#db.run(operation.operationId, tx =>
      this.table.update(tx, operation.operationId, row =>
        isStill(row, operation)
          ? { ...row, leaseUntilMs: nowMs, nextAttemptAtMs, askedAtMs: asked?.askedAtMs ?? row.askedAtMs }
          : undefined,
      ),
    )
  }

  async due(
    { nowMs, leaseUntilMsMax, virtualNowMs, nextAttemptAtMsMax }: LeaseTimes,
    limit: number,
  ): Promise<string[]> {
    const rows = await this.table.filter(
      undefined,
      row =>
        row.state === 'PENDING' &&
        !isAhead(row.nextAttemptAtMs, virtualNowMs, nextAttemptAtMsMax) &&
        !isAhead(row.leaseUntilMs, nowMs, leaseUntilMsMax),
    )
    rows.sort((a, b) => a.nextAttemptAtMs - b.nextAttemptAtMs)
    return rows.slice(0, limit).map(row => row.operationId)
  }

  async unknown(now: LeaseTimes): Promise<UnknownOutcomes> {
    const times = (await this.unknownRows(now)).map(row => row.createdAtMs)
    return { count: times.length, oldestCreatedAtMs: times.length === 0 ? null : Math.min(...times) }
  }

  unknownRows({ nowMs, leaseUntilMsMax }: LeaseTimes): Promise<OperationRow[]> {
    return this.table.filter(
      undefined,
      row => row.state === 'PENDING' && (row.attempt > 1 || !isAhead(row.leaseUntilMs, nowMs, leaseUntilMsMax)),
    )
  }
}

const isAhead = (timeMs: number, nowMs: number, timeMsMax: number): boolean => timeMs > nowMs && timeMs <= timeMsMax

const isStill = (row: OperationRow, operation: Operation): boolean =>
  row.state === 'PENDING' && row.attempt === operation.attempt

function operationOf(row: OperationRow): Operation {
  const {
    requestId: _,
    state: __,
    declineReason: ___,
    finishedAtMs: ____,
    askedAtMs: a,
    answeredAtMs: b,
    ...rest
  } = row
  return rest
}

export class FakeManualSettlements implements ManualSettlements {
  readonly table: Table<ManualSettlement & { acquirerSaid: DecisionKind | null }>
  readonly #operations: FakeOperations
  readonly #db: FakeDatabase

  constructor(db: FakeDatabase, operations: FakeOperations) {
    this.#db = db
    this.#operations = operations
    this.table = new Table(db)
  }

  async insert(tx: Transaction, settlement: ManualSettlement): Promise<void> {
    refuseUnless(settlement.who.length <= 64, 'manual_settlement.who')
    refuseUnless(settlement.reason.length <= 500, 'manual_settlement.reason')
    await this.table.insert(tx, settlement.operationId, { ...settlement, acquirerSaid: null })
  }

  async unconfirmed(limit: number): Promise<Array<{ settlement: ManualSettlement; order: AcquirerOrder }>> {
    const rows = await this.table.filter(undefined, row => row.acquirerSaid === null)
    rows.sort((a, b) => a.settledAtMs - b.settledAtMs)
    const orders = rows.slice(0, limit).map(async ({ acquirerSaid: _, ...settlement }) => {
      const row = await this.#operations.table.find(undefined, settlement.operationId)
      return row === undefined ? [] : [{ settlement, order: operationOf(row) }]
    })
    return (await Promise.all(orders)).flat()
  }

  async confirm(operationId: string, decision: DecisionKind): Promise<void> {
    await this.#db.run(operationId, tx =>
      this.table.update(tx, operationId, row =>
        row.acquirerSaid === null ? { ...row, acquirerSaid: decision } : undefined,
      ),
    )
  }
}

type AnswerRow = StoredAnswer & { merchantId: string; key: string; createdAtMs: number }

export class FakeAnswers implements Answers, AnswerKeeper {
  readonly table: Table<AnswerRow>

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
  }

  async open(
    tx: Transaction,
    row: Claim & { merchantId: string; operationId: string | null; nowMs: number },
  ): Promise<void> {
    const { nowMs: createdAtMs, ...claimed } = row
    const opened = { ...claimed, createdAtMs, finished: undefined }
    await this.table.insert(tx, pair(row.merchantId, row.key), opened)
  }

  async moveTo(tx: Transaction, row: { merchantId: string; key: string; operationId: string }): Promise<void> {
    await this.table.update(tx, pair(row.merchantId, row.key), found => ({ ...found, operationId: row.operationId }))
  }

  async finish(
    tx: Transaction,
    { merchantId, key, answer, nowMs }: { merchantId: string; key: string; answer: Answer; nowMs: number },
  ): Promise<void> {
    await this.table.update(tx, pair(merchantId, key), row =>
      row.finished === undefined ? { ...row, finished: { answer, finishedAtMs: nowMs } } : undefined,
    )
  }

  async find(merchantId: string, key: string): Promise<StoredAnswer | undefined> {
    const row = await this.table.find(undefined, pair(merchantId, key))
    if (row === undefined) return undefined
    const { fingerprint, canonicalRequest, operationId, finished } = row
    return { fingerprint, canonicalRequest, operationId, finished }
  }

  async prune(finishedAtMsMax: number, limit: number): Promise<number> {
    const rows = await this.table.filter(undefined, row => row.finished !== undefined)
    const old = rows.filter(row => row.finished!.finishedAtMs <= finishedAtMsMax)
    const pruned = old.sort((a, b) => a.finished!.finishedAtMs - b.finished!.finishedAtMs).slice(0, limit)
    for (const { merchantId, key } of pruned) this.drop(merchantId, key)
    return pruned.length
  }

  /** As if its answer had been pruned. */
  drop(merchantId: string, key: string): void {
    this.table.drop(pair(merchantId, key))
  }
}

export class FakeLedger implements Ledger {
  readonly table: Table<LedgerEntry>
  /** Rows that the database refuses for what they hold. */
  refuses: (entry: LedgerEntry) => boolean = () => false
  /** By entry. */
  readonly recordedAtMs = new Map<string, number>()
  readonly #once: Table<string>

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
    this.#once = new Table(db)
  }

  async insert(tx: Transaction, entries: readonly LedgerEntry[], nowMs: number): Promise<void> {
    for (const entry of entries) {
      this.recordedAtMs.set(entry.entryId, nowMs)
      const accounts = [entry.debitAccount, entry.creditAccount]
      refuseUnless(entry.amountMinor > 0, 'ledger_entry_amount')
      refuseUnless(new Set(accounts).size === 2, 'ledger_entry_two_accounts')
      refuseUnless(
        accounts.every(account => account.length <= 64),
        'ledger_entry.debit_account, credit_account',
      )
      refuseUnless(!this.refuses(entry), 'of the test')
      await this.table.insert(tx, entry.entryId, entry)
      await this.#once.insert(tx, pair(entry.eventId, entry.type), entry.entryId)
    }
  }

  async listByPayment(tx: Transaction | undefined, paymentId: string): Promise<LedgerEntry[]> {
    const entries = await this.table.filter(tx, entry => entry.paymentId === paymentId)
    return entries.sort((a, b) => (a.entryId < b.entryId ? -1 : 1))
  }

  async listByEvents(tx: Transaction, eventIds: readonly string[]): Promise<LedgerEntry[]> {
    assertSome(eventIds)
    return this.table.filter(tx, entry => eventIds.includes(entry.eventId))
  }
}

/** As a database: `IN ()` is a syntax error. */
function assertSome(list: readonly unknown[]): void {
  if (list.length === 0) throw new Error('a statement with an empty list')
}

interface OutboxTableRow extends OutboxRow {
  createdAtMs: number
  publishedAtMs: number | null
  nextAttemptAtMs: number | null
  parkedAtMs: number | null
  lastError: string | null
}

export class FakeOutbox implements OutboxWriter, OutboxQueue, OutboxReader, OutboxArchive {
  readonly table: Table<OutboxTableRow>
  readonly archived: Table<OutboxTableRow>
  readonly #eventIds: Table<number>
  readonly #sequences: Table<number>
  #lastId = 0

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
    this.archived = new Table(db)
    this.#eventIds = new Table(db)
    this.#sequences = new Table(db)
  }

  async insert(tx: Transaction, event: OutboxEvent, nowMs: number): Promise<void> {
    // As with AUTO_INCREMENT: a number once given is not given again, even if its transaction rolls back.
    const id = ++this.#lastId
    await this.#eventIds.insert(tx, event.eventId, id)
    await this.#sequences.insert(tx, pair(event.messageKey, String(event.sequence)), id)
    const waiting = { publishedAtMs: null, nextAttemptAtMs: null, parkedAtMs: null, lastError: null }
    await this.table.insert(tx, String(id), { ...event, id, attempts: 0, createdAtMs: nowMs, ...waiting })
  }

  async lockUnpublished(tx: Transaction, wanted: UnpublishedRows): Promise<WaitingRow[]> {
    const { shards, nowMs, limitEach, ifLocked, withoutTopics } = wanted
    const waiting = (await this.#waiting(tx, nowMs)).filter(row => !withoutTopics.includes(row.topic))
    waiting.sort((a, b) => (a.topic === b.topic ? a.id - b.id : a.topic < b.topic ? -1 : 1))
    const found = shards.flatMap(shard => waiting.filter(row => row.shard === shard).slice(0, limitEach))
    const rows: WaitingRow[] = []
    for (const { id, behind } of found.sort((a, b) => a.id - b.id)) {
      const row = await this.table.lock(tx, String(id), ifLocked)
      if (row?.publishedAtMs === null && row.parkedAtMs === null) rows.push({ ...outboxRowOf(row), behind })
    }
    return rows
  }

  async parkBehind(tx: Transaction, rows: readonly WaitingRow[], nowMs: number): Promise<void> {
    for (const { id, behind } of rows) {
      // Only while that one is parked: it may have been redriven since it was read.
      const [first] = await this.table.filter(tx, row => row.eventId === behind && row.parkedAtMs !== null)
      const parked = { parkedAtMs: nowMs, lastError: `waits behind ${behind}` }
      if (first !== undefined) await this.table.update(tx, String(id), row => ({ ...row, ...parked }))
    }
  }

  async markPublished(tx: Transaction, ids: readonly number[], nowMs: number): Promise<void> {
    assertSome(ids)
    for (const id of ids)
      await this.table.update(tx, String(id), row => ({ ...row, publishedAtMs: nowMs, lastError: null }))
  }

  async countParked(limit: number): Promise<number> {
    const parked = await this.table.filter(undefined, row => row.publishedAtMs === null && row.parkedAtMs !== null)
    return Math.min(parked.length, limit)
  }

  async markRefused(
    tx: Transaction,
    id: number,
    refusal: { error: string; attempts: number; nextAttemptAtMs: number; parkedAtMs: number | null },
  ): Promise<void> {
    const { error: lastError, ...rest } = refusal
    await this.table.update(tx, String(id), row => ({ ...row, ...rest, lastError }))
  }

  async listByIds(tx: Transaction, eventIds: readonly string[]): Promise<WrittenEvent[]> {
    assertSome(eventIds)
    return this.#listWritten(tx, row => eventIds.includes(row.eventId))
  }

  async listByPayments(tx: Transaction, paymentIds: readonly string[]): Promise<WrittenEvent[]> {
    assertSome(paymentIds)
    const topics: readonly string[] = ledgerEventTypes
    return this.#listWritten(tx, row => paymentIds.includes(row.messageKey) && topics.includes(row.topic))
  }

  async #listWritten(tx: Transaction, isWanted: (row: OutboxTableRow) => boolean): Promise<WrittenEvent[]> {
    return (await this.every(tx))
      .filter(isWanted)
      .map(({ eventId, topic, messageKey, payload }) => ({ eventId, topic, messageKey, payload }))
  }

  /** Of the table and the archive. */
  async every(tx?: Transaction): Promise<OutboxTableRow[]> {
    return [...(await this.archived.filter(tx, () => true)), ...(await this.table.filter(tx, () => true))]
  }

  async listFrom(afterId: number, limit: number) {
    const rows = await this.table.filter(undefined, row => row.id > afterId)
    return rows
      .sort((a, b) => a.id - b.id)
      .slice(0, limit)
      .map(({ id, createdAtMs, publishedAtMs }) => ({ id, createdAtMs, publishedAtMs }))
  }

  async archive(tx: Transaction, ids: readonly number[]): Promise<number> {
    assertSome(ids)
    let count = 0
    for (const id of ids.map(String)) {
      const row = await this.table.lock(tx, id)
      if (row === undefined || row.publishedAtMs === null) continue
      await this.table.remove(tx, id)
      await this.archived.insert(tx, id, row)
      count++
    }
    return count
  }

  async shardsWaiting(olderThanMs: number, nowMs: number): Promise<number[]> {
    const rows = await this.#waiting(undefined, nowMs)
    const isOld = ({ createdAtMs }: OutboxTableRow) =>
      createdAtMs <= olderThanMs || createdAtMs > nowMs + OUTBOX_AHEAD_MS_MAX
    return [...new Set(rows.filter(isOld).map(row => row.shard))].sort()
  }

  /** Neither published nor parked, in id order. */
  waiting(): Promise<OutboxTableRow[]> {
    return this.table.filter(undefined, row => row.publishedAtMs === null && row.parkedAtMs === null)
  }

  /** What a relay would meet: neither published nor parked, and no earlier row of its payment waits for its next attempt. */
  async #waiting(
    tx: Transaction | undefined,
    nowMs: number,
  ): Promise<Array<OutboxTableRow & { behind: string | null }>> {
    const unpublished = await this.table.filter(tx, row => row.publishedAtMs === null)
    const upTo = (row: OutboxRow) =>
      unpublished.filter(other => other.messageKey === row.messageKey && other.sequence <= row.sequence)
    return unpublished
      .filter(row => row.parkedAtMs === null)
      .map(row => ({ ...row, behind: lastOf(upTo(row).filter(other => other.parkedAtMs !== null)) }))
      .filter(row => row.behind !== null || upTo(row).every(other => isDue(other.nextAttemptAtMs, nowMs)))
  }
}

const lastOf = (rows: OutboxTableRow[]): string | null =>
  rows
    .map(row => row.eventId)
    .sort()
    .at(-1) ?? null

const isDue = (atMs: number | null, nowMs: number): boolean =>
  atMs === null || atMs <= nowMs || atMs > nowMs + OUTBOX_AHEAD_MS_MAX

function outboxRowOf(row: OutboxTableRow): OutboxRow {
  const { id, eventId, topic, messageKey, sequence, payload, shard, traceparent, attempts } = row
  return { id, eventId, topic, messageKey, sequence, payload, shard, traceparent, attempts }
}

export class FakeTerms implements TermsReader, TermsWriter {
  readonly rows: DatedTerms[] = []

  async listTerms(_tx: Transaction | undefined, merchantIds: readonly string[]): Promise<DatedTerms[]> {
    assertSome(merchantIds)
    return this.rows.filter(row => merchantIds.includes(row.merchantId))
  }

  async lockTerms(): Promise<void> {}

  async insertTerms(_tx: Transaction, terms: DatedTerms): Promise<void> {
    const isSame = ({ merchantId, currency, validFromMs }: DatedTerms) =>
      merchantId === terms.merchantId && currency === terms.currency && validFromMs === terms.validFromMs
    if (this.rows.some(isSame)) throw new DuplicateKeyError('terms from this moment on')
    this.rows.push(terms)
  }
}

export class FakeDeliveryProgress implements DeliveryProgress {
  #consumers: ConsumerProgress[] = []
  #backlog: TopicBacklog[] = []
  readonly #outbox: FakeOutbox

  constructor(outbox: FakeOutbox) {
    this.#outbox = outbox
  }

  async readConsumers(): Promise<ConsumerProgress[]> {
    return structuredClone(this.#consumers)
  }

  async replaceConsumers(consumers: readonly ConsumerProgress[]): Promise<void> {
    this.#consumers = structuredClone([...consumers])
  }

  async countBacklog(): Promise<TopicBacklog[]> {
    const waiting = await this.#outbox.waiting()
    return [...Map.groupBy(waiting, row => row.topic)].map(([topic, rows]) => ({
      topic,
      waiting: rows.length,
      oldestId: rows[0]!.id,
      oldestCreatedAtMs: rows[0]!.createdAtMs,
    }))
  }

  async readBacklog(): Promise<TopicBacklog[]> {
    const waiting = await this.#outbox.waiting()
    return this.#backlog.filter(({ oldestId }) => waiting.some(row => row.id === oldestId))
  }

  async replaceBacklog(backlog: readonly TopicBacklog[]): Promise<void> {
    this.#backlog = [...backlog]
  }
}

const timeOf = (epochMs: number): string => new Date(epochMs).toISOString()

interface FakeTables {
  payments: FakePayments
  operations: FakeOperations
  answers: FakeAnswers
  ledger: FakeLedger
  outbox: FakeOutbox
}

export class FakeReader implements PaymentReader {
  readonly #tables: FakeTables

  constructor(tables: FakeTables) {
    this.#tables = tables
  }

  async find(paymentId: string): Promise<(PaymentDetail & { events: EventView[] }) | undefined> {
    const row = await this.#tables.payments.table.find(undefined, paymentId)
    if (row === undefined) return undefined
    const events = (await this.#tables.outbox.every()).filter(event => event.messageKey === paymentId)
    events.sort((a, b) => a.sequence - b.sequence)
    return { ...(await this.detail(row)), events: events.map(eventViewOf) }
  }

  async list(query: {
    merchantId?: string
    orderId?: string
    status?: PaymentStatus
    limit: number
    beforePaymentId?: string
  }): Promise<PaymentDetail[]> {
    const { merchantId, orderId, status, limit, beforePaymentId } = query
    const rows = await this.#tables.payments.table.filter(
      undefined,
      row =>
        (merchantId === undefined || row.merchantId === merchantId) &&
        (orderId === undefined || row.orderId === orderId) &&
        (status === undefined || row.status === status) &&
        (beforePaymentId === undefined || row.paymentId < beforePaymentId),
    )
    rows.sort((a, b) => (a.paymentId > b.paymentId ? -1 : 1))
    return Promise.all(rows.slice(0, limit).map(row => this.detail(row)))
  }

  async operations(paymentId: string): Promise<OperationListView['operations'] | undefined> {
    const rows = await this.#tables.operations.table.filter(undefined, row => row.paymentId === paymentId)
    return rows.length === 0 ? undefined : inSequence(rows).map(operationViewOf)
  }

  async findKey(merchantId: string, key: string): Promise<UsedKey | undefined> {
    const { operations, answers } = this.#tables
    await answers.table.find(undefined, pair(merchantId, key))
    // Both tables at one moment, as one statement sees them.
    const stored = answers.table.rows().find(row => row.merchantId === merchantId && row.key === key)
    const operation = operations.table.rows().find(row => row.merchantId === merchantId && row.idempotencyKey === key)
    const found = operation ?? stored
    return (
      found && {
        use: operation
          ? {
              operationId: stored?.operationId ?? operation.operationId,
              paymentId: operation.paymentId,
              kind: operation.kind,
            }
          : { operationId: null, canonicalRequest: stored!.canonicalRequest },
        createdAtMs: found.createdAtMs,
        finishedAtMs: (stored ? stored.finished?.finishedAtMs : operation?.finishedAtMs) ?? null,
        statusCode: stored?.finished?.answer.statusCode ?? null,
      }
    )
  }

  async detail({ idempotencyKey: _, ...payment }: Payment & { idempotencyKey: string }): Promise<PaymentDetail> {
    const { pendingOperationId: operationId } = payment
    const pending = operationId === null ? undefined : await this.#tables.operations.table.find(undefined, operationId)
    return {
      payment,
      pendingOperation: pending
        ? {
            operationId: pending.operationId,
            kind: pending.kind,
            amountMinor: pending.amountMinor,
            sinceMs: pending.createdAtMs,
          }
        : null,
      ledgerEntries: await this.#tables.ledger.listByPayment(undefined, payment.paymentId),
    }
  }
}

const eventViewOf = (row: OutboxTableRow): EventView => ({
  eventId: row.eventId,
  type: row.topic,
  sequence: row.sequence,
  createdAt: timeOf(row.createdAtMs),
  publishedAt: row.publishedAtMs === null ? null : timeOf(row.publishedAtMs),
})

const operationViewOf = (row: OperationRow): OperationListView['operations'][number] => ({
  operationId: row.operationId,
  kind: row.kind,
  state: row.state,
  amount: row.amountMinor,
  currency: row.currency,
  declineReason: row.declineReason,
  reason: row.reason,
  attempt: row.attempt,
  createdAt: timeOf(row.createdAtMs),
  finishedAt: row.finishedAtMs === null ? null : timeOf(row.finishedAtMs),
  nextAttemptAt: row.finishedAtMs === null ? timeOf(row.nextAttemptAtMs) : null,
})

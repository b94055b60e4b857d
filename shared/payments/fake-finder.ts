/** Finds payments among those in memory, by the same rules as the database. Of what settlement and reconciliation keep it knows nothing. */
import { inSequence } from '../domain/operation-order.ts'
import type { Payment } from '../domain/payment.ts'
import type { FakeConsoleActions } from './fake-console-actions.ts'
import type {
  FakeAnswers,
  FakeLedger,
  FakeManualSettlements,
  FakeOperations,
  FakeOutbox,
  FakePayments,
  FakeReader,
} from './fake-tables.ts'
import {
  type IdMatch,
  LOOKED_AT_MAX,
  type OperationRecord,
  type PaymentFilters,
  type PaymentFinder,
  type PlaceInList,
  type Traces,
} from './ports.ts'

interface Tables {
  payments: FakePayments
  operations: FakeOperations
  ledger: FakeLedger
  outbox: FakeOutbox
  manualSettlements: FakeManualSettlements
  answers: FakeAnswers
  consoleActions: FakeConsoleActions
}

type Row = Payment & { idempotencyKey: string }

const byId = (a: PlaceInList, b: PlaceInList): number =>
  Number(a.paymentId < b.paymentId) - Number(a.paymentId > b.paymentId)

const newestFirst = (a: PlaceInList, b: PlaceInList): number => b.createdAtMs - a.createdAtMs || byId(a, b)

export class FakeFinder implements PaymentFinder {
  /** A test may look at fewer. */
  lookedAtMax = LOOKED_AT_MAX
  readonly #tables: Tables
  readonly #reader: FakeReader

  constructor(tables: Tables, reader: FakeReader) {
    this.#tables = tables
    this.#reader = reader
  }

  async page(filters: PaymentFilters, limit: number, after?: PlaceInList) {
    const walked = (await this.#walk(filters)).filter(row => after === undefined || orderOf(filters)(row, after) > 0)
    const lookedAt = hasChecks(filters) ? walked.slice(0, this.lookedAtMax) : walked
    const fitting = lookedAt.filter(row => fits(row, filters))
    const isEnd = fitting.length >= limit || walked.length < this.lookedAtMax || !hasChecks(filters)
    const payments = await Promise.all(fitting.slice(0, limit).map(row => this.#reader.detail(row)))
    const last = lookedAt.at(-1)
    const lookedAtUntil =
      isEnd || last === undefined ? undefined : { createdAtMs: last.createdAtMs, paymentId: last.paymentId }
    return { payments, lookedAtUntil }
  }

  async count(filters: PaymentFilters) {
    const walked = await this.#walk(filters)
    const fitting = walked.slice(0, this.lookedAtMax).filter(row => fits(row, filters))
    const counts = new Map([...Map.groupBy(fitting, row => row.status)].map(([status, rows]) => [status, rows.length]))
    return { counts, isAll: walked.length < this.lookedAtMax }
  }

  async lookup(id: string, limitEach: number): Promise<IdMatch[]> {
    const { payments, operations, ledger, outbox } = this.#tables
    const ofPayment = async (kind: IdMatch['kind'], paymentId: string | undefined): Promise<IdMatch[]> => {
      const row = paymentId === undefined ? undefined : await payments.table.find(undefined, paymentId)
      return row === undefined ? [] : [{ kind, ...matchOf(row) }]
    }
    const ofOperations = async (
      kind: IdMatch['kind'],
      isOne: (row: ReturnType<FakeOperations['table']['rows']>[number]) => boolean,
    ): Promise<IdMatch[]> => {
      const rows = await operations.table.filter(undefined, isOne)
      rows.sort((a, b) => (a.operationId > b.operationId ? -1 : 1))
      return rows.slice(0, limitEach).map(row => {
        const { paymentId, merchantId, operationId, createdAtMs } = row
        return { kind, pageId: paymentId, paymentId, merchantId, operationId, createdAtMs }
      })
    }
    const event = (await outbox.every()).find(({ eventId }) => eventId === id)
    const ofOrder = (await payments.table.filter(undefined, ({ orderId }) => orderId === id))
      .sort(byId)
      .slice(0, limitEach)
    return [
      ...(await ofPayment('payment', id)),
      ...(await ofOperations('operation', row => row.operationId === id)),
      ...(await ofPayment('event', event?.messageKey)),
      ...(await ofPayment('entry', (await ledger.table.find(undefined, id))?.paymentId)),
      ...(await ofOperations('request', row => row.requestId === id)),
      ...(await ofOperations('key', row => row.idempotencyKey === id)),
      ...ofOrder.map(row => ({ kind: 'order' as const, ...matchOf(row) })),
    ]
  }

  async traces(paymentId: string): Promise<Traces | undefined> {
    const { operations, ledger, outbox, manualSettlements, consoleActions } = this.#tables
    const rows = await operations.table.filter(undefined, row => row.paymentId === paymentId)
    if (rows.length === 0) return undefined
    const events = (await outbox.every()).filter(({ messageKey }) => messageKey === paymentId)
    const actions = await consoleActions.table.filter(undefined, ({ subject }) => subject === paymentId)
    const settled = await manualSettlements.table.filter(undefined, row => row.paymentId === paymentId)
    return {
      operations: inSequence(rows).map(row => ({
        ...{ operationId: row.operationId, sequence: row.sequence, kind: row.kind, state: row.state },
        ...{ amountMinor: row.amountMinor, currency: row.currency, declineReason: row.declineReason },
        ...{ attempt: row.attempt, requestId: row.requestId, createdAtMs: row.createdAtMs },
        ...{ finishedAtMs: row.finishedAtMs, askedAtMs: row.askedAtMs, answeredAtMs: row.answeredAtMs },
      })),
      events: events
        .sort((a, b) => a.sequence - b.sequence)
        .map(({ eventId, topic: type, sequence, payload, createdAtMs, publishedAtMs }) => ({
          ...{ eventId, type, sequence, createdAtMs, publishedAtMs },
          operationId: (JSON.parse(payload) as { operationId: string }).operationId,
        })),
      entries: (await ledger.listByPayment(undefined, paymentId)).map(entry => ({
        ...entry,
        recordedAtMs: ledger.recordedAtMs.get(entry.entryId)!,
      })),
      settlements: settled.map(({ operationId, who, reason, settledAtMs }) => ({
        ...{ operationId, who, reason, settledAtMs },
      })),
      asks: rows.flatMap(({ operationId, idempotencyKey }) => {
        const action = actions.find(({ key }) => key === idempotencyKey)
        if (action === undefined) return []
        const { reason } = JSON.parse(action.canonicalRequest).body
        return [{ operationId, operator: action.operator, reason: reason.trim() }]
      }),
    }
  }

  async record(operationId: string): Promise<OperationRecord | undefined> {
    const { payments, operations, outbox, manualSettlements, consoleActions, answers } = this.#tables
    const row = await operations.table.find(undefined, operationId)
    if (row === undefined) return undefined
    const { paymentId, merchantId, combined, idempotencyKey } = row
    const key = combined ? (await payments.table.find(undefined, paymentId))!.idempotencyKey : idempotencyKey
    const ask = idempotencyKey === null ? undefined : await consoleActions.find(idempotencyKey)
    const stored = key === null ? undefined : await answers.find(merchantId, key)
    const [settled] = await manualSettlements.table.filter(undefined, each => each.operationId === operationId)
    const events = (await outbox.every()).filter(({ messageKey }) => messageKey === paymentId)
    const event = events.find(({ payload }) => JSON.parse(payload).operationId === operationId)
    return {
      ...{ operationId, paymentId, kind: row.kind, state: row.state, amountMinor: row.amountMinor },
      ...{ currency: row.currency, finalCapture: row.finalCapture, reason: row.reason, requestId: row.requestId },
      ...{ combined, key },
      stored: stored && { canonicalRequest: stored.canonicalRequest, finished: stored.finished },
      ask: ask && {
        ...{ operator: ask.operator, action: ask.action, canonicalRequest: ask.canonicalRequest, atMs: ask.atMs },
        reason: JSON.parse(ask.canonicalRequest).body.reason.trim(),
      },
      settlement: settled && { who: settled.who, reason: settled.reason },
      event: event && { eventId: event.eventId, type: event.topic, payload: event.payload },
    }
  }

  /** What the index of these filters has, in its order. */
  async #walk(filters: PaymentFilters): Promise<Row[]> {
    const { orderId, merchantId } = filters
    const rows = await this.#tables.payments.table.filter(undefined, row =>
      orderId === undefined
        ? isInTime(row, filters) && (merchantId === undefined || row.merchantId === merchantId)
        : row.orderId === orderId,
    )
    return rows.sort(orderOf(filters))
  }
}

const orderOf = ({ orderId }: PaymentFilters) => (orderId === undefined ? newestFirst : byId)

const matchOf = ({ createdAtMs, paymentId, merchantId }: Row): Omit<IdMatch, 'kind'> => ({
  ...{ pageId: paymentId, paymentId, merchantId, operationId: null, createdAtMs },
})

const isInTime = ({ createdAtMs }: Row, { fromMs, toMs }: PaymentFilters): boolean =>
  createdAtMs >= fromMs && createdAtMs < toMs

const hasChecks = ({ orderId, currency, method, statuses, amountMinMinor, amountMaxMinor }: PaymentFilters): boolean =>
  [orderId, currency, method, statuses, amountMinMinor, amountMaxMinor].some(given => given !== undefined)

const fits = (row: Row, filters: PaymentFilters): boolean =>
  isInTime(row, filters) &&
  (filters.merchantId ?? row.merchantId) === row.merchantId &&
  (filters.currency ?? row.currency) === row.currency &&
  (filters.method ?? row.paymentMethod) === row.paymentMethod &&
  (filters.statuses?.includes(row.status) ?? true) &&
  row.amountMinor >= (filters.amountMinMinor ?? 0) &&
  row.amountMinor <= (filters.amountMaxMinor ?? Number.POSITIVE_INFINITY)

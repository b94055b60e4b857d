/** The SQL of the invariants: reads the database as of one moment, a slice of payments at a time. Never writes, never locks. */

import { settlementEventTypes } from '../contracts/lists.ts'
import type { AuditRow } from './audit-hash.ts'
import type { AccountApproval, ApprovedFile, KeyedAction, StrayOperation } from './audit-invariants.ts'
import {
  readAccountApprovals,
  readApprovedFiles,
  readAuditRows,
  readKeyedActions,
  readStrayOperations,
} from './audit-reader.ts'
import type { TermsRow } from './charges.ts'
import { type AccountTotals, Balances, type CheckedSnapshot, type KeptAnswer } from './database-totals.ts'
import { type DisputeHistory, disputeExpectationKinds, disputeItemTypes, quoted } from './dispute-history.ts'
import { DisputeReader } from './dispute-reader.ts'
import type { DatabaseSource } from './judge.ts'
import type { LetterState, ListedLetter } from './kafka-facts.ts'
import type { CheckedMonth } from './month-invariants.ts'
import { readClosedMonths } from './month-reader.ts'
import {
  type AnswerRow,
  type EntryRow,
  type ExpectationRow,
  type ItemRow,
  type OperationRow,
  type OutboxRow,
  type PaymentHistory,
  type PaymentRow,
  parseEvent,
  type SettlementRow,
} from './payment-history.ts'
import type { AcquirerBatchHistory, BreakHistory, LineHistory, ReconFileHistory, ReconSums } from './recon-history.ts'
import { ReconReader } from './recon-reader.ts'
import type { OutboxLookup, OutboxRecord } from './record-comparison.ts'
import type { HoldHistory, InvoiceHistory } from './reserve-history.ts'
import { ReserveReader } from './reserve-reader.ts'
import type { BatchHistory, FileHistory, SettlementSums } from './settlement-history.ts'
import { SettlementReader } from './settlement-reader.ts'

const PAGE_ROWS = 1_000
/** Of one table, after the last full slice. More than a slice of payments ever has. */
const ROWS_LEFT_MAX = 20_000
/** By `payment_id`. Each has an index that begins with it. */
const TABLES_OF_PAYMENTS = [
  ...['payment_operation', 'manual_settlement', 'ledger_entry', 'settlement_item', 'recon_expectation'],
]

// biome-ignore lint/suspicious/noExplicitAny: what a column holds is said by the migrations.
type Row = Record<string, any>

/**
 * Runs one statement and answers its rows; made by the caller from its own client. BIGINT comes as a number, DATETIME as a Date
 * in UTC, BLOB as a Buffer; `IN (?)` takes a list.
 */
export type Query = (sql: string, values: unknown[]) => Promise<Row[]>

/** Makes everything that `query` reads from now on be of this moment. `query` has to keep to one connection. */
export async function beginSnapshot(query: Query): Promise<void> {
  await query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ', [])
  await query('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY', [])
}

/** Payments that follow each other, in the order of their ids. */
export interface Slice {
  /** Rows without a payment come too, as a history of their own, where their payment would stand. */
  histories: PaymentHistory[]
  /** Null when the slice goes to the end: no payment is left, and no row without a payment. */
  lastPaymentId: string | null
}

/** A database as of one moment, read in slices. */
export interface SliceSource {
  /** At most `paymentsMax` payments after this id; an empty id stands before all. */
  slice(afterPaymentId: string, paymentsMax: number): Promise<Slice>
  /** How far virtual time is ahead of real time, in milliseconds. */
  clockOffsetMs(): Promise<number>
}

export class DatabaseReader implements DatabaseSource, SliceSource, OutboxLookup {
  readonly #snapshot: Query
  readonly #current: Query
  #settledFrom: Promise<Row[]> | undefined
  #termsRead: Promise<Map<string, TermsRow[]>> | undefined

  /** `snapshot` sees one moment, `current` what was committed since; only a comparison with Kafka needs the second. */
  constructor(snapshot: Query, current: Query = snapshot) {
    this.#snapshot = snapshot
    this.#current = current
  }

  #rows(sql: string, values: unknown[] = []): Promise<Row[]> {
    return this.#snapshot(sql, values)
  }

  /** How far virtual time is ahead of real time: 0 but in a sandbox whose clock was moved. */
  async clockOffsetMs(): Promise<number> {
    const [row] = await this.#rows('SELECT offset_ms FROM sandbox_clock WHERE id = 1')
    return row?.offset_ms ?? 0
  }

  /** Every payment with all its rows, in the order of payment ids; rows without a payment come as a history of their own. */
  async *histories(): AsyncGenerator<PaymentHistory> {
    let reading = this.slice('', PAGE_ROWS)
    for (;;) {
      const { histories, lastPaymentId } = await reading
      if (lastPaymentId === null) return yield* histories
      // The database reads the next slice while this one is judged.
      reading = this.slice(lastPaymentId, PAGE_ROWS)
      // Its error is met when its turn comes.
      reading.catch(() => {})
      yield* withTurns(histories)
    }
  }

  async slice(afterPaymentId: string, paymentsMax: number): Promise<Slice> {
    const payments = await this.#rows('SELECT * FROM payment WHERE payment_id > ? ORDER BY payment_id LIMIT ?', [
      afterPaymentId,
      paymentsMax,
    ])
    const isFull = payments.length === paymentsMax
    const lastPaymentId = isFull ? String(payments.at(-1)!.payment_id) : await this.#placeOfMany(afterPaymentId)
    const own = lastPaymentId === null ? payments : payments.filter(row => row.payment_id <= lastPaymentId)
    return { histories: await this.#historiesOf(own, afterPaymentId, lastPaymentId), lastPaymentId }
  }

  /** Where the last slice ends when a table has more rows left than are read at once: they may be of no payment. Null: none has. */
  async #placeOfMany(afterPaymentId: string): Promise<string | null> {
    const places: string[] = []
    for (const table of TABLES_OF_PAYMENTS) {
      const sql = `SELECT payment_id FROM ${table} WHERE payment_id > ? ORDER BY payment_id LIMIT 1 OFFSET ?`
      const [row] = await this.#rows(sql, [afterPaymentId, ROWS_LEFT_MAX])
      if (row !== undefined) places.push(row.payment_id)
    }
    return places.sort()[0] ?? null
  }

  async #historiesOf(payments: Row[], after: string, last: string | null): Promise<PaymentHistory[]> {
    const terms = await this.#terms()
    const termsOf = (row: Row): readonly TermsRow[] => terms.get(`${row.merchant_id} ${row.currency}`) ?? []
    const histories = new Map(
      payments.map(row => [String(row.payment_id), emptyHistory(row.payment_id, paymentOf(row), termsOf(row))]),
    )
    const historyOf = (paymentId: string): PaymentHistory => {
      const history = histories.get(paymentId) ?? emptyHistory(paymentId, null, [])
      histories.set(paymentId, history)
      return history
    }
    for (const row of await this.#range(OPERATIONS, 'o.payment_id', after, last))
      historyOf(row.payment_id).operations.push(operationOf(row))
    for (const row of await this.#range('SELECT * FROM manual_settlement', 'payment_id', after, last))
      historyOf(row.payment_id).settlements.push(settlementOf(row))
    for (const row of await this.#range('SELECT * FROM ledger_entry', 'payment_id', after, last))
      historyOf(row.payment_id).entries.push(entryOf(row))
    for (const row of await this.#range('SELECT * FROM settlement_item', 'payment_id', after, last, NO_DISPUTE_ITEMS))
      historyOf(row.payment_id).items.push(itemOf(row))
    for (const row of await this.#range(EXPECTATIONS, 'e.payment_id', after, last, NO_DISPUTES_EXPECTED))
      historyOf(row.payment_id).expectations.push(expectationOf(row))
    for (const row of await this.#range('SELECT * FROM dispute', 'payment_id', after, last))
      historyOf(row.payment_id).disputes.push(disputeOf(row))
    for (const table of outboxTables)
      for (const row of await this.#range(`SELECT * FROM ${table}`, 'message_key', after, last, OF_PAYMENTS))
        historyOf(row.message_key).outbox.push(outboxOf(row, table === 'outbox_archive'))
    const settledFromMs = await this.#settledFromMs()
    for (const history of histories.values()) history.isLeftOut = wasCapturedBefore(history, settledFromMs)
    return [...histories.values()]
  }

  /** Without the row nothing is settled, and every item is one too many. */
  async #settledFromMs(): Promise<number> {
    this.#settledFrom ??= this.#rows('SELECT settled_from FROM settlement_start WHERE id = 1')
    const [row] = await this.#settledFrom
    return row?.settled_from.getTime() ?? Number.POSITIVE_INFINITY
  }

  /** By merchant and currency; read once. */
  #terms(): Promise<Map<string, TermsRow[]>> {
    this.#termsRead ??= this.#rows(
      'SELECT merchant_id, currency, valid_from, vat_mode, refund_fee FROM settlement_terms',
    )
      .then(rows => Map.groupBy(rows, row => `${row.merchant_id} ${row.currency}`))
      .then(groups => new Map([...groups].map(([name, rows]) => [name, rows.map(termsOf)])))
    return this.#termsRead
  }

  #range(select: string, column: string, after: string, last: string | null, also = 'TRUE'): Promise<Row[]> {
    const upTo = last === null ? '' : ` AND ${column} <= ?`
    return this.#rows(`${select} WHERE ${also} AND ${column} > ?${upTo} ORDER BY ${column}`, [after, last ?? []].flat())
  }

  /** Every idempotency key with its answer and its operation. */
  async *answers(): AsyncGenerator<KeptAnswer> {
    let after = ['', '']
    for (;;) {
      const rows = await this.#rows(
        `SELECT a.merchant_id, a.idempotency_key, a.operation_id, a.status_code, a.body, a.finished_at, o.operation_id AS found_id, o.merchant_id AS found_merchant, o.state,
           CASE WHEN o.combined = 1 THEN c.idempotency_key ELSE o.idempotency_key END AS found_key
         FROM idem_response_cache a LEFT JOIN payment_operation o ON o.operation_id = a.operation_id
         LEFT JOIN payment_operation c ON o.combined = 1 AND c.payment_id = o.payment_id AND c.kind = 'authorize'
         WHERE a.merchant_id > ? OR (a.merchant_id = ? AND a.idempotency_key > ?)
         ORDER BY a.merchant_id, a.idempotency_key LIMIT ?`,
        [after[0], after[0], after[1], PAGE_ROWS],
      )
      yield* rows.map(keptAnswerOf)
      if (rows.length < PAGE_ROWS) return
      after = [rows.at(-1)!.merchant_id, rows.at(-1)!.idempotency_key]
    }
  }

  batches(): AsyncIterable<BatchHistory> {
    return new SettlementReader(this.#snapshot).batches()
  }

  payoutFiles(): AsyncIterable<FileHistory> {
    return new SettlementReader(this.#snapshot).payoutFiles()
  }

  holds(): AsyncIterable<HoldHistory> {
    return new ReserveReader(this.#snapshot).holds()
  }

  invoices(): AsyncIterable<InvoiceHistory> {
    return new ReserveReader(this.#snapshot).invoices()
  }

  disputes(): AsyncIterable<DisputeHistory> {
    return new DisputeReader(this.#snapshot).disputes()
  }

  settlementSums(): Promise<SettlementSums> {
    return new SettlementReader(this.#snapshot).sums()
  }

  reconFiles(): AsyncIterable<ReconFileHistory> {
    return new ReconReader(this.#snapshot).files()
  }

  reconLines(): AsyncIterable<LineHistory> {
    return new ReconReader(this.#snapshot).lines()
  }

  breaks(): AsyncIterable<BreakHistory> {
    return new ReconReader(this.#snapshot).breaks()
  }

  acquirerBatches(): AsyncIterable<AcquirerBatchHistory> {
    return new ReconReader(this.#snapshot).batches()
  }

  reconSums(): Promise<ReconSums> {
    return new ReconReader(this.#snapshot).sums()
  }

  auditRows(): AsyncGenerator<AuditRow> {
    return readAuditRows(this.#snapshot)
  }

  accountApprovals(): AsyncGenerator<AccountApproval> {
    return readAccountApprovals(this.#snapshot)
  }

  keyedActions(): AsyncGenerator<KeyedAction> {
    return readKeyedActions(this.#snapshot)
  }

  strayOperations(): AsyncGenerator<StrayOperation> {
    return readStrayOperations(this.#snapshot)
  }

  approvedFiles(): AsyncGenerator<ApprovedFile> {
    return readApprovedFiles(this.#snapshot)
  }

  closedMonths(): AsyncGenerator<CheckedMonth> {
    return readClosedMonths(this.#snapshot)
  }

  /** Of the entries of payments. */
  async balances(): Promise<{ debits: Balances; credits: Balances }> {
    return { debits: await this.#balancesBy('debit_account'), credits: await this.#balancesBy('credit_account') }
  }

  async #balancesBy(column: 'debit_account' | 'credit_account'): Promise<Balances> {
    const balances = new Balances()
    const sql = `SELECT ${column} AS account, currency, SUM(amount) AS total FROM ledger_entry WHERE payment_id IS NOT NULL GROUP BY ${column}, currency`
    for (const row of await this.#rows(sql)) balances.add(row.account, row.currency, BigInt(row.total))
    return balances
  }

  /** In the order of accounts and times: the entries between one and the next are added to what was found before. */
  async *snapshots(): AsyncGenerator<CheckedSnapshot> {
    let last: CheckedSnapshotRow | undefined
    for (;;) {
      const rows = await this.#snapshotsAfter(last)
      const sums = rows.length === 0 ? [] : await this.#sumsOf(rows, last)
      for (const [index, row] of rows.entries()) {
        const before = last !== undefined && sameAccount(row, last.row) ? last.found : NO_TOTALS
        last = { row, found: plus(before, sums[index]!) }
        yield { ...namesOf(row), kept: keptTotals(row), found: last.found }
      }
      if (rows.length < SNAPSHOT_PAGE_ROWS) return
    }
  }

  #snapshotsAfter(last: CheckedSnapshotRow | undefined): Promise<Row[]> {
    const { account, currency, recorded_before } = last?.row ?? {
      account: '',
      currency: '',
      recorded_before: new Date(0),
    }
    return this.#rows(
      `SELECT * FROM account_snapshot
       WHERE account > ? OR (account = ? AND (currency > ? OR (currency = ? AND recorded_before > ?)))
       ORDER BY account, currency, recorded_before LIMIT ?`,
      [account, account, currency, currency, recorded_before, SNAPSHOT_PAGE_ROWS],
    )
  }

  /** Of the entries from the snapshot before each, or from the first one on, in the order of the rows. */
  async #sumsOf(rows: readonly Row[], last: CheckedSnapshotRow | undefined): Promise<AccountTotals[]> {
    const parts = rows.flatMap((row, place) => {
      const before = place === 0 ? last?.row : rows[place - 1]
      const from = before !== undefined && sameAccount(row, before) ? before.recorded_before : new Date(0)
      return (['debit', 'credit'] as const).map(side => ({
        sql: `(SELECT ${place} AS place, '${side}' AS side, SUM(amount) AS total, COUNT(*) AS entries FROM ledger_entry
          WHERE ${side}_account = ? AND currency = ? AND recorded_at >= ? AND recorded_at < ?)`,
        values: [row.account, row.currency, from, row.recorded_before],
      }))
    })
    const found = await this.#rows(
      parts.map(({ sql }) => sql).join(' UNION ALL '),
      parts.flatMap(({ values }) => values),
    )
    const sums = rows.map(() => ({ ...NO_TOTALS }))
    for (const { place, side, total, entries } of found) {
      sums[place]![side === 'debit' ? 'debits' : 'credits'] = BigInt(total ?? 0)
      sums[place]!.entries += entries
    }
    return sums
  }

  /** The range of the outbox's ids; empty as 0 to −1. */
  async outboxIds(): Promise<{ firstId: number; lastId: number }> {
    const [row] = await this.#rows(`SELECT MIN(id) AS first_id, MAX(id) AS last_id FROM (${everyEvent('id')}) e`)
    return { firstId: Number(row!.first_id ?? 0), lastId: Number(row!.last_id ?? -1) }
  }

  async outboxRecords(eventIds: string[]): Promise<Map<string, OutboxRecord>> {
    if (eventIds.length === 0) return new Map()
    const sql = everyEvent('id, event_id, topic, message_key, payload', 'event_id IN (?)')
    const rows = await this.#rows(sql, [eventIds, eventIds])
    return new Map(rows.map(row => [row.event_id, outboxRecordOf(row)]))
  }

  /** Which of these events have been committed by now, the snapshot aside. */
  async committedSince(eventIds: string[]): Promise<Set<string>> {
    if (eventIds.length === 0) return new Set()
    const rows = await this.#current(everyEvent('event_id', 'event_id IN (?)'), [eventIds, eventIds])
    return new Set(rows.map(row => row.event_id))
  }

  /** The rows of dead letters as they are now, by `partition/offset`. */
  async listedLetters(): Promise<Map<string, ListedLetter>> {
    const rows = await this.#current(
      `SELECT partition_number, record_offset, state, origin_topic, origin_partition, origin_offset, handled_at FROM dead_letter`,
      [],
    )
    return new Map(rows.map(row => [`${row.partition_number}/${row.record_offset}`, listedLetterOf(row)]))
  }
}

const letterStates: Record<string, LetterState> = { WAITING: 'waiting', REDRIVEN: 'redriven', PUT_ASIDE: 'put aside' }

const listedLetterOf = (row: Row): ListedLetter => ({
  origin: row.origin_topic === null ? 'unknown' : `${row.origin_topic} ${row.origin_partition}/${row.origin_offset}`,
  state: letterStates[row.state]!,
  handledAtMs: row.handled_at?.getTime() ?? 0,
})

const SNAPSHOT_PAGE_ROWS = 100

interface CheckedSnapshotRow {
  row: Row
  found: AccountTotals
}

const NO_TOTALS: AccountTotals = { debits: 0n, credits: 0n, entries: 0 }

const sameAccount = (one: Row, other: Row): boolean => one.account === other.account && one.currency === other.currency

const plus = (one: AccountTotals, other: AccountTotals): AccountTotals => ({
  debits: one.debits + other.debits,
  credits: one.credits + other.credits,
  entries: one.entries + other.entries,
})

const namesOf = ({ account, currency, recorded_before }: Row) => ({
  account,
  currency,
  recordedBefore: recorded_before.toISOString(),
})

const keptTotals = (row: Row): AccountTotals => ({
  debits: BigInt(row.debits),
  credits: BigInt(row.credits),
  entries: row.entry_count,
})

const TURN_EACH = 50

/** Lets the event loop take a turn now and then: whoever judges without waiting would leave the next slice unread. */
async function* withTurns<Each>(all: readonly Each[]): AsyncGenerator<Each> {
  for (const [index, each] of all.entries()) {
    if (index % TURN_EACH === 0) await new Promise<void>(resolve => setImmediate(resolve))
    yield each
  }
}

const OPERATIONS = `SELECT o.*, a.operation_id AS answer_operation_id, a.status_code, a.body, a.finished_at AS answered_at,
  a.merchant_id AS answer_merchant_id FROM payment_operation o
  LEFT JOIN idem_response_cache a ON a.merchant_id = o.merchant_id AND a.idempotency_key = o.idempotency_key`

/** A line that settled it names it, and its operation and kind. */
export const EXPECTATIONS = `SELECT e.*,
  (SELECT COUNT(*) FROM recon_line l WHERE l.source_id = e.source_id AND l.match_key = e.match_key AND l.kind = e.kind
    AND l.expectation_id = e.expectation_id) AS settled_by,
  (SELECT COUNT(*) FROM recon_break k JOIN recon_break_action a ON a.break_id = k.break_id AND a.action = 'give_up'
    WHERE k.expectation_id = e.expectation_id AND k.class = 'MISSING_THERE') AS given_up,
  (CASE WHEN e.kind = 'correction' THEN (SELECT COUNT(*) FROM recon_break_action a WHERE a.target = e.expectation_id
    AND a.action = 'approve' AND a.account = 'acquirer_receivable') ELSE 0 END) AS approved,
  (SELECT COUNT(*) FROM recon_break k WHERE k.expectation_id = e.expectation_id AND k.class = 'MISSING_THERE' AND k.closed_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM recon_break_action a WHERE a.break_id = k.break_id AND a.action = 'give_up')) AS missing
  FROM recon_expectation e`

/** An event is in one of them: in the archive once it was published long ago. */
const outboxTables = ['outbox_event', 'outbox_archive']

/** Batches and payouts have events of their own: those are no events of a payment. */
const OF_PAYMENTS = `topic NOT IN (${quoted(settlementEventTypes)})`

/** What a dispute adds to a payment is judged with the dispute. */
const NO_DISPUTE_ITEMS = `type NOT IN (${quoted(disputeItemTypes)})`
const NO_DISPUTES_EXPECTED = `e.kind NOT IN (${quoted(disputeExpectationKinds)})`

/** In one statement, so that nothing is missed that moves meanwhile. */
export const everyEvent = (columns: string, condition = 'TRUE'): string =>
  outboxTables.map(table => `SELECT ${columns} FROM ${table} WHERE ${condition}`).join(' UNION ALL ')

const emptyHistory = (paymentId: string, payment: PaymentRow | null, terms: readonly TermsRow[]): PaymentHistory => ({
  paymentId,
  payment,
  operations: [],
  settlements: [],
  entries: [],
  items: [],
  expectations: [],
  disputes: [],
  outbox: [],
  isLeftOut: false,
  terms,
})

const wasCapturedBefore = ({ outbox }: PaymentHistory, settledFromMs: number): boolean => {
  const captures = outbox.filter(({ topic, event }) => topic === 'payment.captured' && event !== null)
  const first = captures.sort((one, other) => one.sequence - other.sequence)[0]
  return first !== undefined && Date.parse(first.event!.occurredAt) < settledFromMs
}

const msOf = (time: Date | null): number | null => time?.getTime() ?? null

const paymentOf = (row: Row): PaymentRow => ({
  paymentId: row.payment_id,
  merchantId: row.merchant_id,
  status: row.status,
  amount: row.amount,
  currency: row.currency,
  capturedAmount: row.captured_amount,
  refundedAmount: row.refunded_amount,
  disputedAmount: row.disputed_amount,
  pendingOperationId: row.pending_operation_id,
  eventCount: row.event_count,
  captureBeforeMs: msOf(row.capture_before),
  feeBasisPoints: row.fee_basis_points,
  feeFixed: row.fee_fixed,
})

const operationOf = (row: Row): OperationRow => ({
  operationId: row.operation_id,
  merchantId: row.merchant_id,
  idempotencyKey: row.idempotency_key,
  kind: row.kind,
  amount: row.amount,
  currency: row.currency,
  state: row.state,
  // Functions that captured only all left it null.
  finalCapture: row.kind === 'capture' ? row.final_capture !== 0 : null,
  combined: row.combined === 1,
  leaseUntilMs: row.lease_until_ms,
  createdAtMs: row.created_at.getTime(),
  finishedAtMs: msOf(row.finished_at),
  answer: row.answer_merchant_id === null ? null : joinedAnswerOf(row),
})

const settlementOf = (row: Row): SettlementRow => ({
  operationId: row.operation_id,
  outcome: row.outcome,
  acquirerSaid: row.acquirer_said,
})

const joinedAnswerOf = (row: Row): AnswerRow => ({
  merchantId: row.merchant_id,
  idempotencyKey: row.idempotency_key,
  operationId: row.answer_operation_id,
  statusCode: row.status_code,
  body: row.body,
  finishedAtMs: msOf(row.answered_at),
})

const keptAnswerOf = (row: Row): KeptAnswer => ({
  merchantId: row.merchant_id,
  idempotencyKey: row.idempotency_key,
  operationId: row.operation_id,
  statusCode: row.status_code,
  body: row.body,
  finishedAtMs: msOf(row.finished_at),
  operation: row.found_id && { merchantId: row.found_merchant, idempotencyKey: row.found_key, state: row.state },
})

export const entryOf = (row: Row): EntryRow => ({
  entryId: row.entry_id,
  eventId: row.event_id,
  type: row.entry_type,
  debitAccount: row.debit_account,
  creditAccount: row.credit_account,
  amount: row.amount,
  currency: row.currency,
})

export const itemOf = (row: Row): ItemRow => ({
  itemId: row.item_id,
  merchantId: row.merchant_id,
  currency: row.currency,
  eventId: row.event_id,
  type: row.type,
  gross: row.gross,
  net: row.net,
})

export const expectationOf = (row: Row): ExpectationRow => ({
  expectationId: row.expectation_id,
  matchKey: row.match_key,
  kind: row.kind,
  eventId: row.event_id,
  amount: row.amount,
  fee: row.fee,
  vat: row.vat,
  currency: row.currency,
  state: row.state,
  settlers: {
    lines: Number(row.settled_by),
    givenUp: Number(row.given_up),
    approved: Number(row.approved),
    missing: Number(row.missing),
  },
})

const disputeOf = (row: Row) => ({ disputeId: row.dispute_id, amount: row.amount, state: row.state })

const termsOf = (row: Row): TermsRow => ({
  validFromMs: row.valid_from.getTime(),
  vatMode: row.vat_mode,
  refundFee: row.refund_fee,
})

const outboxOf = (row: Row, archived: boolean): OutboxRow => ({
  id: row.id,
  eventId: row.event_id,
  topic: row.topic,
  sequence: row.sequence,
  createdAtMs: row.created_at.getTime(),
  publishedAtMs: msOf(row.published_at),
  parkedAtMs: msOf(row.parked_at ?? null),
  lastError: row.last_error ?? null,
  archived,
  event: parseEvent(row.payload),
})

const outboxRecordOf = (row: Row): OutboxRecord => ({
  id: row.id,
  eventId: row.event_id,
  topic: row.topic,
  paymentId: row.message_key,
  payload: row.payload,
})

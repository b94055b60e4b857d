/** What a planted corruption is: a fault made on purpose, so that a test sees the invariant fail. For tests only. */
import type { JournalEntry } from '../contracts/acquirer.ts'
import type { OperationKind } from '../contracts/lists.ts'
import type { InvariantName } from './catalogue.ts'
import type { Balances, CheckedSnapshot } from './database-totals.ts'
import type { HistoryInKafka, KafkaFacts, Lag } from './kafka-facts.ts'
import type { LogRecord } from './record-comparison.ts'
import type { SampleAudit } from './sample-audit.ts'
import type { SampleMonth } from './sample-months.ts'
import type { SampleRecon } from './sample-recon.ts'
import type { SampleSettlement } from './sample-settlement.ts'

/** The corruptions of each of these invariants: an invariant without any does not compile. */
export type PlantedFor<Name extends InvariantName> = Readonly<Record<Name, Planted>>

export interface Planted {
  /** In sample payments, without services. */
  samples: readonly [SampleCorruption, ...SampleCorruption[]]
  /** In a running system. */
  system: readonly [SystemCorruption, ...SystemCorruption[]]
}

interface Corruption {
  what: string
  /** Exactly these fail besides the invariant that it is planted for. */
  alsoBreaks?: readonly InvariantName[]
}

/** Spoils the refunded one of the sample payments, or what stands beside the payments. */
export interface SampleCorruption extends Corruption {
  inPayment?(history: HistoryInKafka): void
  inTotals?(totals: {
    debits: Balances
    credits: Balances
    snapshots: CheckedSnapshot[]
    closedMonths: SampleMonth[]
  }): void
  inKafka?(kafka: KafkaFacts): void
  inSettlement?(settlement: SampleSettlement): void
  /** Files, lines and breaks, as rows. */
  inRecon?(recon: SampleRecon): void
  /** The audit log, and the payout files whose approvals it has. */
  inAudit?(audit: SampleAudit): void
  /** The decisions of the refunded payment. */
  inJournal?(decisions: JournalDecision[]): void
  /** Part of the first offending row's name; the id of the refunded payment when absent. */
  row?: string
}

export type JournalDecision = Extract<JournalEntry, { type: 'decision' }>

/** Spoils rows of the database, or what is read from Kafka or from the acquirer's journal. */
export type SystemCorruption = Corruption & {
  /** How the first offending row is named; like a payment when absent. */
  offender?: RegExp
} & (RowCorruption | TableCorruption | KafkaCorruption | JournalCorruption)

/** The payments of the system test, by the state they are left in. */
export type SystemPayment = 'authorized' | 'captured' | 'refunded' | 'declined'

/** Statements about the rows of one payment, `:payment`. Each changes exactly one row. */
export interface RowCorruption {
  payment: SystemPayment
  sql: readonly string[]
}

/** Statements about these tables, which are put back as they were. Each changes exactly one row. */
export interface TableCorruption {
  tables: readonly string[]
  inTables: readonly string[]
}

/** One place where the reader of Kafka is told something else than Kafka says. */
export type KafkaCorruption =
  | { record: { payment: SystemPayment; change(record: LogRecord): LogRecord[] } }
  | { spans<Span extends { low: number }>(spans: Span[]): Span[] }
  | { lags(lags: Lag[]): Lag[] }
  | { deadLetter: { topic: string; partition: number; offset: number; error: string } }

/** The reader of the acquirer's journal is told something else about one payment. */
export interface JournalCorruption {
  journal: { payment: SystemPayment; change(decision: JournalDecision): JournalDecision[] }
}

/** The batch of the captured payment. */
const BATCH = 'SELECT batch_id FROM settlement_item WHERE payment_id = :payment'

const rowCondition = {
  payment: 'payment_id = :payment',
  operation: (kind: string) => `payment_id = :payment AND kind = '${kind}'`,
  entry: (type: string) => `payment_id = :payment AND entry_type = '${type}'`,
  event: (topic: string) => `message_key = :payment AND topic = '${topic}'`,
  item: 'payment_id = :payment',
  expectation: 'payment_id = :payment',
  batch: `batch_id = (${BATCH})`,
  payout: `batch_id = (${BATCH})`,
  file: `file_id = (SELECT file_id FROM payout WHERE batch_id = (${BATCH}))`,
  answer: `operation_id =
    (SELECT operation_id FROM payment_operation WHERE payment_id = :payment AND kind = 'authorize')`,
}

/** Statements that change one row of a payment; `answer` is the stored answer of its authorization. */
export const change = {
  payment: (set: string) => `UPDATE payment SET ${set} WHERE ${rowCondition.payment}`,
  operation: (kind: string, set: string) => `UPDATE payment_operation SET ${set} WHERE ${rowCondition.operation(kind)}`,
  entry: (type: string, set: string) => `UPDATE ledger_entry SET ${set} WHERE ${rowCondition.entry(type)}`,
  event: (topic: string, set: string) => `UPDATE outbox_event SET ${set} WHERE ${rowCondition.event(topic)}`,
  item: (set: string) => `UPDATE settlement_item SET ${set} WHERE ${rowCondition.item}`,
  expectation: (set: string) => `UPDATE recon_expectation SET ${set} WHERE ${rowCondition.expectation}`,
  batch: (set: string) => `UPDATE settlement_batch SET ${set} WHERE ${rowCondition.batch}`,
  payout: (set: string) => `UPDATE payout SET ${set} WHERE ${rowCondition.payout}`,
  file: (set: string) => `UPDATE payout_file SET ${set} WHERE ${rowCondition.file}`,
  /** Of the payout of its batch. */
  payoutEntry: (set: string) =>
    `UPDATE ledger_entry SET ${set} WHERE subject_id = (SELECT payout_id FROM payout WHERE ${rowCondition.payout})`,
  payoutEvent: (set: string) =>
    `UPDATE outbox_event SET ${set} WHERE message_key = (SELECT payout_id FROM payout WHERE ${rowCondition.payout})`,
  answer: (set: string) => `UPDATE idem_response_cache SET ${set} WHERE ${rowCondition.answer}`,
}

/** Statements that remove one row of a payment. */
export const remove = {
  payment: () => `DELETE FROM payment WHERE ${rowCondition.payment}`,
  operation: (kind: string) => `DELETE FROM payment_operation WHERE ${rowCondition.operation(kind)}`,
  entry: (type: string) => `DELETE FROM ledger_entry WHERE ${rowCondition.entry(type)}`,
  event: (topic: string) => `DELETE FROM outbox_event WHERE ${rowCondition.event(topic)}`,
  item: () => `DELETE FROM settlement_item WHERE ${rowCondition.item}`,
  expectation: () => `DELETE FROM recon_expectation WHERE ${rowCondition.expectation}`,
  answer: () => `DELETE FROM idem_response_cache WHERE ${rowCondition.answer}`,
}

/** Adds an entry beside the payment's own entry of type `beside`, under the same event. */
export const addEntry = (
  beside: string,
  type: string,
  [debit, credit]: [debit: string, credit: string],
  amount: number,
) =>
  `INSERT INTO ledger_entry
     (entry_id, payment_id, event_id, entry_type, debit_account, credit_account, amount, currency, occurred_at, recorded_at)
   SELECT CONCAT('led_', REVERSE(SUBSTRING(entry_id, 5))), payment_id, event_id, '${type}', ${debit}, ${credit}, ${amount},
     currency, occurred_at, recorded_at FROM ledger_entry WHERE ${rowCondition.entry(beside)}`

/** The account of the merchant in such a statement, as capture and refund entries name it. */
export const MERCHANT_OF = { capture: 'credit_account', refund: 'debit_account' } as const

const ARCHIVED = 'id, event_id, topic, message_key, sequence, payload, traceparent, shard, created_at, published_at'

/** Copies the event of a payment that has one event. */
export const COPY_TO_ARCHIVE = `INSERT INTO outbox_archive (${ARCHIVED}) SELECT ${ARCHIVED} FROM outbox_event WHERE message_key = :payment`

/** Changes the records of one payment. */
export const recordsOf = (payment: SystemPayment, change: (record: LogRecord) => LogRecord[]) => ({ payment, change })

/** A record's value with every `from` replaced. */
export const replaced = ({ value }: LogRecord, from: string, to: string): Buffer =>
  Buffer.from(value!.toString().replaceAll(from, to))

/** Changes the decisions of this kind about one payment. */
export const decisionsOf = (
  payment: SystemPayment,
  kind: OperationKind,
  change: (decision: JournalDecision) => JournalDecision[],
): JournalCorruption => ({
  journal: { payment, change: decision => (decision.order?.kind === kind ? change(decision) : [decision]) },
})

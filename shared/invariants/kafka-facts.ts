/** What Kafka holds, as the invariants compare it with the database: records, consumer groups, dead letters. */
import type { OutboxRow, PaymentHistory } from './payment-history.ts'

/** Where Kafka holds an outbox row's event: every occurrence counted, the first one located. */
export interface FoundInKafka {
  occurrences: number
  partition: number
  offset: number
  /** How the records differ from the outbox row; empty when they are the same bytes. */
  differences: string[]
}

export interface RowInKafka extends OutboxRow {
  inKafka: FoundInKafka | null
}

/** One payment with what Kafka holds of its events. */
export interface HistoryInKafka extends PaymentHistory {
  outbox: RowInKafka[]
}

/** How far one consumer group is behind on one partition. */
export interface Lag {
  group: string
  topic: string
  partition: number
  committed: number
  end: number
  /** Uncommitted records that were there before the grace began. */
  overdue: number
}

/** A record that is no event of the outbox. */
export interface UnknownRecord {
  topic: string
  partition: number
  offset: number
  eventId: string | undefined
  /** The record's key: the payment, if it is one of our events. */
  key: string | undefined
}

export interface DeadLetterFacts {
  partition: number
  offset: number
  origin: string
  error: string
  state: LetterState
  /** What its notes say. Before there were notes, a letter could be handled without. */
  noted: LetterState
  /** When Kafka got it, or the last note about it. */
  writtenAtMs: number
  /** What the table says of it; null when it has no row. */
  row: ListedLetter | null
}

export type LetterState = 'waiting' | 'redriven' | 'put aside'

/** A row of `dead_letter`. */
export interface ListedLetter {
  origin: string
  state: LetterState
  /** Real time; 0 where it is not known. */
  handledAtMs: number
}

/** Read after the database that it is compared with, so that it has every event which the database calls published. */
export interface KafkaFacts {
  /** What Kafka holds of the event of an outbox row. */
  foundOf(outboxId: number): FoundInKafka | null
  records: number
  /** Different events of the outbox that occur in Kafka. */
  distinct: number
  unknownRecords: UnknownRecord[]
  /** Partitions whose log no longer starts at offset 0. */
  truncated: { topic: string; partition: number; low: number }[]
  partitions: number
  lags: Lag[]
  deadLetters: DeadLetterFacts[]
}

/** Kafka beside the sums of the outbox. */
export interface KafkaTotals extends KafkaFacts {
  outboxRows: number
  /** Outbox rows that neither are marked published nor occur in Kafka. */
  outboxUnsent: number
}

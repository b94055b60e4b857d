/** Holds every invariant against the database, Kafka and the acquirer's journal, once. Reads only. */
import { letterIdOf } from '../../../shared/contracts/dead-letter-records.ts'
import type { Judge } from '../../../shared/invariants/invariant.ts'
import { type InvariantResult, type Judgement, judge, type OnJudged } from '../../../shared/invariants/judge.ts'
import type { KafkaFacts } from '../../../shared/invariants/kafka-facts.ts'
import { RecordComparison } from '../../../shared/invariants/record-comparison.ts'
import type { JournalReading, NoJournal } from './acquirer-journal.ts'
import { readDeadLetters } from './dead-letters.ts'
import type { KafkaLog } from './kafka-log.ts'
import type { Snapshot } from './snapshot.ts'

export interface VerifyReport {
  ok: boolean
  pending: number
  figures: { payments: number; outboxRows: number; distinctEvents: number; kafkaRecords: number; duplicates: number }
  results: InvariantResult[]
  acquirer: { decisions: number } | NoJournal
}

/** What is read, as a person is told. */
export type WhatIsRead = 'decisions of the acquirer' | 'records of Kafka' | Parameters<OnJudged>[0]

/** Told now and then how far it has come: what was read, and how many of it. */
export type OnProgress = (what: WhatIsRead, count: number) => void

/**
 * The snapshot must be older than the Kafka spans, which then contain every event that it calls published, and newer than the first
 * part of the journal, whose approvals it then contains.
 */
export async function verifySystem(
  snapshot: Snapshot,
  kafka: KafkaLog,
  journal: JournalReading | NoJournal,
  clock: Judge,
  onProgress: OnProgress = () => {},
): Promise<VerifyReport> {
  const decided = 'rest' in journal ? await journal.rest() : journal
  const facts = await factsOf(kafka, snapshot, clock, onProgress)
  const acquirer = 'decisions' in decided ? decided : undefined
  const judgement = await judge(snapshot, clock, { kafka: facts, acquirer }, onProgress)
  const { ok, pending, results } = judgement
  return {
    ok,
    pending,
    figures: figuresOf(judgement, facts),
    results,
    acquirer: 'decisions' in decided ? { decisions: decided.decisions } : decided,
  }
}

async function factsOf(kafka: KafkaLog, snapshot: Snapshot, clock: Judge, onProgress: OnProgress): Promise<KafkaFacts> {
  const { firstId, lastId } = await snapshot.outboxIds()
  const comparison = new RecordComparison(firstId, lastId)
  const spans = await kafka.eventSpans()
  await kafka.read(spans, async records => {
    await comparison.add(records, snapshot)
    onProgress('records of Kafka', comparison.records)
  })
  const { records, distinct, unknownRecords } = comparison
  return {
    foundOf: outboxId => comparison.foundOf(outboxId),
    records,
    distinct,
    unknownRecords,
    truncated: spans.filter(span => span.low > 0),
    partitions: spans.length,
    lags: await kafka.lags(clock),
    deadLetters: await deadLettersOf(kafka, snapshot),
  }
}

/** The rows as they are now, not as of the snapshot: a letter is on the topic before it is a row. */
async function deadLettersOf(kafka: KafkaLog, snapshot: Snapshot): Promise<KafkaFacts['deadLetters']> {
  const letters = await readDeadLetters(kafka)
  const rows = letters.length === 0 ? new Map() : await snapshot.listedLetters()
  return letters.map(letter => ({ ...letter, row: rows.get(letterIdOf(letter)) ?? null }))
}

const figuresOf = ({ payments, outboxRows }: Judgement, { records, distinct, unknownRecords }: KafkaFacts) => ({
  payments,
  outboxRows,
  distinctEvents: distinct,
  kafkaRecords: records,
  duplicates: records - distinct - unknownRecords.length,
})

/** Holds every invariant against the database and Kafka, once. Reads only. */
import type { Judge } from '../../../shared/invariants/invariant.ts'
import { type InvariantResult, type Judgement, judge } from '../../../shared/invariants/judge.ts'
import type { KafkaFacts } from '../../../shared/invariants/kafka-facts.ts'
import { RecordComparison } from '../../../shared/invariants/record-comparison.ts'
import { readDeadLetters } from './dead-letters.ts'
import type { KafkaLog } from './kafka-log.ts'
import type { Snapshot } from './snapshot.ts'

export interface VerifyReport {
  ok: boolean
  pending: number
  figures: { payments: number; outboxRows: number; distinctEvents: number; kafkaRecords: number; duplicates: number }
  results: InvariantResult[]
}

/** The snapshot must be older than the Kafka spans, which then contain every event that it calls published. */
export async function verifySystem(snapshot: Snapshot, kafka: KafkaLog, clock: Judge): Promise<VerifyReport> {
  const facts = await factsOf(kafka, snapshot, clock)
  const judgement = await judge(snapshot, clock, facts)
  const { ok, pending, results } = judgement
  return { ok, pending, figures: figuresOf(judgement, facts), results }
}

async function factsOf(kafka: KafkaLog, snapshot: Snapshot, clock: Judge): Promise<KafkaFacts> {
  const { firstId, lastId } = await snapshot.outboxIds()
  const comparison = new RecordComparison(firstId, lastId)
  const spans = await kafka.eventSpans()
  await kafka.read(spans, records => comparison.add(records, snapshot))
  const { records, distinct, unknownRecords } = comparison
  return {
    foundOf: outboxId => comparison.foundOf(outboxId),
    records,
    distinct,
    unknownRecords,
    truncated: spans.filter(span => span.low > 0),
    partitions: spans.length,
    lags: await kafka.lags(clock),
    deadLetters: await readDeadLetters(kafka),
  }
}

const figuresOf = ({ payments, outboxRows }: Judgement, { records, distinct, unknownRecords }: KafkaFacts) => ({
  payments,
  outboxRows,
  distinctEvents: distinct,
  kafkaRecords: records,
  duplicates: records - distinct - unknownRecords.length,
})

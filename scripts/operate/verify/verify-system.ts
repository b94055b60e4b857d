/** Holds every invariant against the database and Kafka, once. Reads only. */

import { eventInvariants } from '../../../shared/invariants/event-invariants.ts'
import type { Invariant, Judge, PaymentInvariant, Verdict } from '../../../shared/invariants/invariant.ts'
import { ledgerInvariants } from '../../../shared/invariants/ledger-invariants.ts'
import { operationInvariants } from '../../../shared/invariants/operation-invariants.ts'
import type { PaymentHistory } from '../../../shared/invariants/payment-history.ts'
import { paymentInvariants } from '../../../shared/invariants/payment-invariants.ts'
import { RecordComparison } from '../../../shared/invariants/record-comparison.ts'
import { Expectations, type KafkaSums, type World } from '../../../shared/invariants/world.ts'
import { worldInvariants } from '../../../shared/invariants/world-invariants.ts'
import { readDeadLetters } from './dead-letters.ts'
import type { KafkaLog } from './kafka-log.ts'
import type { Snapshot } from './snapshot.ts'

/** Offending rows that are kept of each invariant. */
const ROWS_KEPT = 10

export const historyInvariants: PaymentInvariant[] = [
  ...paymentInvariants,
  ...operationInvariants,
  ...eventInvariants,
  ...ledgerInvariants,
]

export interface InvariantResult extends Invariant {
  ok: boolean
  checked: number
  failed: number
  pending: number
  /** The first offending rows: failures, else what is pending. */
  rows: { row: string; problem: string }[]
}

export interface VerifyReport {
  ok: boolean
  pending: number
  figures: { payments: number; outboxRows: number; distinctEvents: number; kafkaRecords: number; duplicates: number }
  results: InvariantResult[]
}

class Tally {
  checked = 0
  failed = 0
  pending = 0
  readonly #failures: { row: string; problem: string }[] = []
  readonly #waiting: { row: string; problem: string }[] = []

  add(verdict: Verdict): void {
    this.checked++
    if (verdict.state === 'ok') return
    const rows = verdict.state === 'failed' ? this.#failures : this.#waiting
    this[verdict.state]++
    if (rows.length < ROWS_KEPT) rows.push({ row: verdict.row, problem: verdict.problem })
  }

  result({ name, sentence }: Invariant): InvariantResult {
    const rows = this.failed > 0 ? this.#failures : this.#waiting
    return {
      name,
      sentence,
      ok: this.failed === 0,
      checked: this.checked,
      failed: this.failed,
      pending: this.pending,
      rows,
    }
  }
}

/** Judges one payment's rows by every invariant about a payment. */
export function judgeHistory(history: PaymentHistory, judge: Judge, tallies: Map<string, Tally>): void {
  for (const invariant of historyInvariants)
    for (const verdict of invariant.check(history, judge)) tallies.get(invariant.name)!.add(verdict)
}

/** Results of the invariants over histories and world that are already at hand. */
export async function judge(
  histories: Iterable<PaymentHistory> | AsyncIterable<PaymentHistory>,
  worldOf: (expectations: Expectations) => World | Promise<World>,
  clock: Judge,
): Promise<{ results: InvariantResult[]; payments: number; world: World }> {
  const invariants = [...historyInvariants, ...worldInvariants]
  const tallies = new Map(invariants.map(({ name }) => [name, new Tally()]))
  const expectations = new Expectations()
  let payments = 0
  for await (const history of histories) {
    if (history.payment) payments++
    expectations.add(history)
    judgeHistory(history, clock, tallies)
  }
  const world = await worldOf(expectations)
  for (const invariant of worldInvariants)
    for await (const verdict of invariant.check(world, clock)) tallies.get(invariant.name)!.add(verdict)
  return { results: invariants.map(invariant => tallies.get(invariant.name)!.result(invariant)), payments, world }
}

/** The snapshot must be older than the Kafka spans read here: then whatever it calls published is in them. */
export async function verifySystem(snapshot: Snapshot, kafka: KafkaLog, clock: Judge): Promise<VerifyReport> {
  const { rows: outboxRows, firstId, lastId } = await snapshot.outboxSize()
  const comparison = new RecordComparison(firstId, lastId)
  const sums = await readKafka(snapshot, kafka, comparison)
  const { results, payments, world } = await judge(
    snapshot.histories(id => comparison.foundOf(id)),
    async expectations => ({
      ...(await snapshot.balances()),
      expected: expectations.expected,
      feesOutstanding: expectations.feesOutstanding,
      outboxRows,
      outboxUnsent: expectations.outboxUnsent,
      answers: () => snapshot.answers(),
      kafka: sums,
      lags: await kafka.lags(clock),
      deadLetters: await readDeadLetters(kafka),
    }),
    clock,
  )
  return {
    ok: results.every(result => result.ok),
    pending: results.reduce((total, result) => total + result.pending, 0),
    figures: figuresOf(payments, outboxRows, world.kafka),
    results,
  }
}

async function readKafka(snapshot: Snapshot, kafka: KafkaLog, comparison: RecordComparison): Promise<KafkaSums> {
  const spans = await kafka.eventSpans()
  await kafka.read(spans, records => comparison.add(records, snapshot))
  const { records, distinct, newer, unknownRecords } = comparison
  const truncated = spans.filter(span => span.low > 0)
  return { records, distinct, newer, unknownRecords, truncated, partitions: spans.length }
}

const figuresOf = (payments: number, outboxRows: number, { records, distinct, unknownRecords }: KafkaSums) => ({
  payments,
  outboxRows,
  distinctEvents: distinct,
  kafkaRecords: records,
  duplicates: records - distinct - unknownRecords.length,
})

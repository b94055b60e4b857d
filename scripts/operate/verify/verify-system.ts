/** Holds every invariant against the database and Kafka, once. Reads only. */
import type { Book } from '../../../shared/invariants/book.ts'
import { eventInvariants } from '../../../shared/invariants/event-invariants.ts'
import type { BookInvariant, Invariant, Judge, Verdict } from '../../../shared/invariants/invariant.ts'
import { ledgerInvariants } from '../../../shared/invariants/ledger-invariants.ts'
import { operationInvariants } from '../../../shared/invariants/operation-invariants.ts'
import { paymentInvariants } from '../../../shared/invariants/payment-invariants.ts'
import { Expectations, type KafkaSums, type World } from '../../../shared/invariants/world.ts'
import { worldInvariants } from '../../../shared/invariants/world-invariants.ts'
import { readDeadLetters } from './dead-letters.ts'
import type { KafkaLog } from './kafka-log.ts'
import { Sightings } from './sightings.ts'
import type { Snapshot } from './snapshot.ts'

/** Offending rows that are kept of each invariant. */
const ROWS_KEPT = 10

export const bookInvariants: BookInvariant[] = [
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
export function judgeBook(book: Book, judge: Judge, tallies: Map<string, Tally>): void {
  for (const invariant of bookInvariants)
    for (const verdict of invariant.check(book, judge)) tallies.get(invariant.name)!.add(verdict)
}

/** Results of the invariants over books and world that are already at hand. */
export async function judge(
  books: Iterable<Book> | AsyncIterable<Book>,
  worldOf: (expectations: Expectations) => World | Promise<World>,
  clock: Judge,
): Promise<{ results: InvariantResult[]; payments: number; world: World }> {
  const invariants = [...bookInvariants, ...worldInvariants]
  const tallies = new Map(invariants.map(({ name }) => [name, new Tally()]))
  const expectations = new Expectations()
  let payments = 0
  for await (const book of books) {
    if (book.payment) payments++
    expectations.add(book)
    judgeBook(book, clock, tallies)
  }
  const world = await worldOf(expectations)
  for (const invariant of worldInvariants)
    for await (const verdict of invariant.check(world, clock)) tallies.get(invariant.name)!.add(verdict)
  return { results: invariants.map(invariant => tallies.get(invariant.name)!.result(invariant)), payments, world }
}

/** The snapshot must be older than the Kafka spans read here: then whatever it calls published is in them. */
export async function verifySystem(snapshot: Snapshot, kafka: KafkaLog, clock: Judge): Promise<VerifyReport> {
  const { rows: outboxRows, firstId, lastId } = await snapshot.outboxSize()
  const sightings = new Sightings(firstId, lastId)
  const sums = await readKafka(snapshot, kafka, sightings)
  const { results, payments, world } = await judge(
    snapshot.books(id => sightings.of(id)),
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

async function readKafka(snapshot: Snapshot, kafka: KafkaLog, sightings: Sightings): Promise<KafkaSums> {
  const spans = await kafka.eventSpans()
  await kafka.read(spans, records => sightings.add(records, snapshot))
  const { records, distinct, newer, strangers } = sightings
  const truncated = spans.filter(span => span.low > 0)
  return { records, distinct, newer, strangers, truncated, partitions: spans.length }
}

const figuresOf = (payments: number, outboxRows: number, { records, distinct, strangers }: KafkaSums) => ({
  payments,
  outboxRows,
  distinctEvents: distinct,
  kafkaRecords: records,
  duplicates: records - distinct - strangers.length,
})

/** What an invariant is: a name, a sentence, and a verdict on every row it looks at. */
import type { DatabaseTotals } from './database-totals.ts'
import type { HistoryInKafka, KafkaTotals } from './kafka-facts.ts'
import type { PaymentHistory } from './payment-history.ts'

export type Verdict = { state: 'ok' } | { state: 'failed' | 'pending'; row: string; problem: string }

/** Decides what is late: work younger than the grace is pending, older work has failed. */
export interface Judge {
  nowMs: number
  graceMs: number
}

export interface Invariant {
  readonly name: string
  readonly sentence: string
}

type Verdicts = Iterable<Verdict> | AsyncIterable<Verdict>

/** Needs the database alone. Judges one payment at a time, or all together; yields one verdict a row. */
export type DatabaseInvariant = Invariant &
  (
    | { checkPayment(history: PaymentHistory, judge: Judge): Iterable<Verdict> }
    | { checkTotals(totals: DatabaseTotals, judge: Judge): Verdicts }
  )

/** Needs Kafka too. Judges the events of one payment at a time, or all records together; yields one verdict a row. */
export type KafkaInvariant = Invariant &
  (
    | { checkEvents(history: HistoryInKafka, judge: Judge): Iterable<Verdict> }
    | { checkKafka(kafka: KafkaTotals, judge: Judge): Iterable<Verdict> }
  )

export const ok: Verdict = { state: 'ok' }

export const failed = (row: string, problem: string): Verdict => ({ state: 'failed', row, problem })

export const pending = (row: string, problem: string): Verdict => ({ state: 'pending', row, problem })

export const holds = (condition: boolean, row: string, problem: string): Verdict =>
  condition ? ok : failed(row, problem)

type Comparable = string | number | bigint | boolean | null | undefined

export const same = (row: string, what: string, actual: Comparable, expected: Comparable): Verdict =>
  actual === expected ? ok : failed(row, `${what} is ${actual}, expected ${expected}`)

/** Not done yet: pending while young, failed once the grace has passed since `sinceMs`. */
export const notYet = (judge: Judge, sinceMs: number, row: string, problem: string): Verdict =>
  judge.nowMs - sinceMs > judge.graceMs ? failed(row, problem) : pending(row, problem)

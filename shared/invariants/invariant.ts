/** What an invariant is: a name, a sentence, and a result for every row it looks at. */
import type { AcquirerFacts, DecidedHistory } from './acquirer-facts.ts'
import type { ChargeTerms } from './charges.ts'
import type { DatabaseTotals } from './database-totals.ts'
import type { DisputeHistory } from './dispute-history.ts'
import type { HistoryInKafka, KafkaTotals } from './kafka-facts.ts'
import type { PaymentHistory } from './payment-history.ts'
import type { ReconBooks } from './recon-books.ts'
import type { AcquirerBatchHistory, BreakHistory, LineHistory, ReconFileHistory } from './recon-history.ts'
import type { HoldHistory, InvoiceHistory } from './reserve-history.ts'
import type { BatchHistory, FileHistory } from './settlement-history.ts'

export type CheckResult = { state: 'ok' } | { state: 'failed' | 'pending'; row: string; problem: string }

/** Decides what is late: work younger than the grace is pending, older work has failed. */
export interface Judge {
  nowMs: number
  /** In the time by which holds and keys run out. */
  virtualNowMs: number
  graceMs: number
  /** Of merchants without terms of their own: a setting, of which the database does not know. */
  settlementDefaults: ChargeTerms
}

/** Long enough for work on its way: `verify` and the job go by it. */
export const GRACE_MS = 60_000

export interface Invariant {
  readonly name: string
  readonly sentence: string
}

type CheckResults = Iterable<CheckResult> | AsyncIterable<CheckResult>

/** Needs the database alone. Judges one payment, batch, file, line or break at a time, or all together; yields one result for each row. */
export type DatabaseInvariant = Invariant &
  (
    | { checkPayment(history: PaymentHistory, judge: Judge): Iterable<CheckResult> }
    | { checkBatch(history: BatchHistory, judge: Judge): Iterable<CheckResult> }
    | { checkHold(hold: HoldHistory, judge: Judge): Iterable<CheckResult> }
    | { checkInvoice(invoice: InvoiceHistory, judge: Judge): Iterable<CheckResult> }
    | { checkDispute(dispute: DisputeHistory, judge: Judge): Iterable<CheckResult> }
    | { checkFile(file: FileHistory): Iterable<CheckResult> }
    | { checkReconFile(file: ReconFileHistory, judge: Judge): Iterable<CheckResult> }
    | { checkLine(line: LineHistory): Iterable<CheckResult> }
    | { checkBreak(history: BreakHistory, judge: Judge): Iterable<CheckResult> }
    | { checkAcquirerBatch(batch: AcquirerBatchHistory, books: ReconBooks): Iterable<CheckResult> }
    | { checkTotals(totals: DatabaseTotals, judge: Judge): CheckResults }
  )

/** Needs Kafka too. Judges the events of one payment at a time, or all records together; yields one result for each row. */
export type KafkaInvariant = Invariant &
  (
    | { checkEvents(history: HistoryInKafka, judge: Judge): Iterable<CheckResult> }
    | { checkKafka(kafka: KafkaTotals, judge: Judge): Iterable<CheckResult> }
  )

/** Needs the acquirer's journal too. Judges the decisions about one payment at a time, or the journal by itself, or both. */
export type AcquirerInvariant = Invariant &
  (
    | { checkDecided(history: DecidedHistory, judge: Judge, journal: AcquirerFacts): Iterable<CheckResult> }
    | { checkJournal(journal: AcquirerFacts, judge: Judge): Iterable<CheckResult> }
  )

export const ok: CheckResult = { state: 'ok' }

export const failed = (row: string, problem: string): CheckResult => ({ state: 'failed', row, problem })

export const pending = (row: string, problem: string): CheckResult => ({ state: 'pending', row, problem })

export const holds = (condition: boolean, row: string, problem: string): CheckResult =>
  condition ? ok : failed(row, problem)

type Comparable = string | number | bigint | boolean | null | undefined

export const same = (row: string, what: string, actual: Comparable, expected: Comparable): CheckResult =>
  actual === expected ? ok : failed(row, `${what} is ${actual}, expected ${expected}`)

/** Not done yet: pending while young, failed once the grace has passed since `sinceMs`. */
export const notYet = (judge: Judge, sinceMs: number, row: string, problem: string): CheckResult =>
  judge.nowMs - sinceMs > judge.graceMs ? failed(row, problem) : pending(row, problem)

/** What a run of `npm run verify` that is kept says of itself: how far it has come, and what it found. Times are real, in epoch milliseconds. */
import type { RuleResult } from './invariant-runs.ts'
import type { VerifyCount, VerifyRunState } from './lists.ts'

/** How many of each were read. */
export type VerifyProgress = Readonly<Record<VerifyCount, number>>

/** What one invariant found, with the group and the sentence under which the run judged it. */
export interface VerifiedRule extends RuleResult {
  group: string
  sentence: string
}

/** How much a run looked at. */
export interface VerifyFigures {
  payments: number
  outboxRows: number
  distinctEvents: number
  kafkaRecords: number
  /** Records of Kafka beyond the first of an event. */
  duplicates: number
}

export interface VerifyResult {
  figures: VerifyFigures
  /** How many decisions were compared; null when there is no journal to compare with. */
  acquirerDecisions: number | null
  /** Why the acquirer's invariants were left out; null when they were judged. */
  acquirerSkipped: string | null
  /** In the order of the catalogue. */
  rules: VerifiedRule[]
}

export interface VerifyRun {
  runId: string
  state: VerifyRunState
  /** An operator's name, or the login of a database. */
  askedBy: string
  askedAtMs: number
  startedAtMs: number | null
  finishedAtMs: number | null
  /** While it is open: without a sign of life until then it is given up. */
  leaseUntilMs: number
  progress: VerifyProgress
  /** Why it came to no result; null: its process ended without a word. */
  problem: string | null
  /** Of one that is DONE. */
  result: VerifyResult | null
}

export const NO_PROGRESS: VerifyProgress = { decisions: 0, records: 0, payments: 0, lines: 0, answers: 0 }

/** What a run of the job `check-invariants` keeps: what it covered and what it found. Times are real, in epoch milliseconds. */

export interface OffendingRow {
  row: string
  problem: string
}

/** What one run found by one invariant. */
export interface RuleResult {
  name: string
  checked: number
  failed: number
  pending: number
  /** The first failures, else the first that are pending. */
  rows: OffendingRow[]
}

export interface RuleFailure {
  atMs: number
  pass: number
  failed: number
  rows: OffendingRow[]
}

export interface InvariantRun {
  /** A pass goes from the first payment to the last; 1 for the first. */
  pass: number
  startedAtMs: number
  finishedAtMs: number
  /** It covered the payments after this one; empty: from the first. */
  afterPaymentId: string
  /** And up to this one; null: to the end, so that the pass is complete. */
  lastPaymentId: string | null
  payments: number
  failed: number
  results: RuleResult[]
  /** By invariant, its newest failure in this pass and the one before. */
  failures: Record<string, RuleFailure>
  passBeganAtMs: number
  /** Of the pass until now, as `passFailed`. */
  passPayments: number
  passFailed: number
}

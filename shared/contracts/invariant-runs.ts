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

export const controlAccounts = ['acquirer_receivable', 'merchant_payable', 'fee_revenue', 'vat_payable'] as const
/** An account of the ledger, and `merchant_payable` for those of all merchants. */
export type ControlAccount = (typeof controlAccounts)[number]

/** What the entries on an account add up to, less what payments and events say, debit positive. Must be 0. */
export interface ControlDifference {
  account: ControlAccount
  currency: string
  /** Minor units as a decimal number of any size. */
  differenceMinor: string
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
  /** Of the pass until now; null when a run of it did not add them up. */
  passDifferences: ControlDifference[] | null
}

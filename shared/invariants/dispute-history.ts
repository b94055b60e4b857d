/** The rows of one dispute as the invariants read them. */
import type { ExpectationRow } from './payment-history.ts'
import type { Steps } from './subject-steps.ts'

/** What stands under its own events, among the rest. */
export interface DisputeHistory extends Steps {
  disputeId: string
  sourceId: string
  /** The operation of the capture. */
  externalRef: string
  paymentId: string
  merchantId: string
  currency: string
  amount: number
  fee: number
  state: string
  isClosed: boolean
  eventCount: number
  /** As the payment says; null: there is no such payment. */
  payment: { merchantId: string; currency: string } | null
  /** The operation that it names; null: there is no such operation. */
  operation: { paymentId: string; kind: string; state: string } | null
  expectations: (ExpectationRow & { sourceId: string })[]
  /** How often the audit log says that it was given up. */
  givenUp: number
  /** What the terms of its moment say; null: there are none. Those of merchants without terms are a setting. */
  terms: { fee: number | null; acquirerFee: number | null }
}

/** What only disputes write. */
export const disputeItemTypes = ['chargeback', 'dispute_fee', 'chargeback_won'] as const
export const disputeExpectationKinds = ['chargeback', 'chargeback_won'] as const

export const DISPUTE_FEE = 'dispute_fee'

/** These words as a list of SQL. */
export const quoted = (words: readonly string[]): string => words.map(word => `'${word}'`).join(', ')

/** What the auditor is given: the acquirer's and the bank's own journals and files, and copies of our tables. Amounts in minor units. */
import type { JournalEntry } from '../../../../shared/contracts/acquirer.ts'
import type { BankJournalEntry } from '../../../../shared/contracts/bank.ts'

export interface MonthFacts {
  /** The acquirer's decisions. */
  decisions: Extract<JournalEntry, { type: 'decision' }>[]
  /** Lines of the acquirer's settlement files of every revision, by the batch that pays them. */
  settled: SettledLine[]
  /** The movements of our accounts at the bank. */
  movements: Extract<BankJournalEntry, { type: 'movement' }>[]
  payments: {
    paymentId: string
    merchantId: string
    currency: string
    feeBasisPoints: number | null
    feeFixed: number | null
  }[]
  /** Captured and refunded. */
  events: EventFact[]
  /** Refunds that came to nothing, and when that was known: virtual time. */
  refusedRefunds: { paymentId: string; amount: number; finishedAt: Date }[]
  terms: {
    merchantId: string
    currency: string
    validFrom: Date
    vatMode: string
    refundFee: string
    disputeFee: number
  }[]
  entries: { type: string; debit: string; credit: string; subjectId: string | null; currency: string; amount: number }[]
  items: { merchantId: string; currency: string; type: string; net: number }[]
  payouts: { payoutId: string; merchantId: string; currency: string; amount: number; state: string }[]
  breaks: BreakFact[]
  /** `reference`: the operation of the capture. `closedAt`: virtual time. */
  disputes: { reference: string; amount: number; fee: number; state: string; closedAt: Date | null }[]
}

export interface EventFact {
  eventType: 'payment.captured' | 'payment.refunded'
  operationId: string
  occurredAt: string
  sequence: number
  amount: number
  payment: { paymentId: string; merchantId: string; currency: string }
}

export interface SettledLine {
  batch: string
  revision: number
  line: number
  currency: string
  kind: string
  reference: string
  soldOn: string
  amount: number
  fee: number
  vat: number
  net: number
}

export interface BreakFact {
  breakId: string
  class: string
  /** The operation, the batch, the payout, or what a bank's line calls itself. */
  matchKey: string | null
  batchRef: string | null
  payoutId: string | null
  booked: number
  remaining: number
  currency: string
  state: string
}

/** What the database says of all payments together: the balances of the accounts, and every stored answer. */
import { type EntryType, entryTypes } from '../contracts/lists.ts'
import type { AuditRow } from './audit-hash.ts'
import type { ApprovedFile } from './audit-invariants.ts'
import { entryRules } from './ledger-invariants.ts'
import { type AnswerRow, entriesOf, type PaymentHistory, type PaymentRow, sum } from './payment-history.ts'

/** Money by account and currency, in minor units. */
export class Balances {
  readonly #amounts = new Map<string, bigint>()

  add(account: string, currency: string, amountMinor: bigint | number): void {
    // Most payments moved nothing on some of the accounts.
    if (amountMinor === 0) return
    const place = `${account} ${currency}`
    this.#amounts.set(place, (this.#amounts.get(place) ?? 0n) + BigInt(amountMinor))
  }

  of(account: string, currency: string): bigint {
    return this.#amounts.get(`${account} ${currency}`) ?? 0n
  }

  *[Symbol.iterator](): Generator<{ account: string; currency: string; amountMinor: bigint }> {
    for (const [place, amountMinor] of this.#amounts) {
      const [account = '', currency = ''] = place.split(' ')
      yield { account, currency, amountMinor }
    }
  }
}

/** A stored answer with the state of the operation it names; null when there is no such operation. */
export interface KeptAnswer extends AnswerRow {
  operation: { merchantId: string; idempotencyKey: string | null; state: string } | null
}

/** What the whole database says, besides its single payments. */
export interface DatabaseTotals {
  /** Σ debits and Σ credits of all ledger entries, by account. */
  debits: Balances
  credits: Balances
  /** What the payments and their events say that the accounts should hold, debit positive. */
  expected: Balances
  /** Fees of captured events that are not in the ledger yet. */
  feesOutstanding: Balances
  answers: () => AsyncIterable<KeptAnswer>
  /** The audit log, in the order of ids. */
  auditRows: () => AsyncIterable<AuditRow>
  approvedFiles: () => AsyncIterable<ApprovedFile>
}

/** What the entries of each type should come to, by the payment and its events, in minor units. */
const amounts: Record<EntryType, (payment: PaymentRow, history: PaymentHistory) => number> = {
  capture: payment => payment.capturedAmount,
  fee: (_, history) => sum(feesOf(history).map(fee => (fee.isRecorded ? fee.amount : 0))),
  refund: payment => payment.refundedAmount,
}

const feesOf = (history: PaymentHistory) => {
  const recorded = new Set(entriesOf(history, 'fee').map(entry => entry.eventId))
  return history.outbox.map(({ eventId, event }) => ({
    amount: event?.feeAmount ?? 0,
    isRecorded: recorded.has(eventId),
  }))
}

/** Adds up, payment by payment, what the accounts should hold. */
export class Expectations {
  readonly expected = new Balances()
  readonly feesOutstanding = new Balances()

  add(history: PaymentHistory): void {
    const { payment } = history
    if (!payment) return
    for (const type of entryTypes) {
      const { debit, credit } = entryRules[type]
      const amount = amounts[type](payment, history)
      this.expected.add(debit(payment.merchantId), payment.currency, amount)
      this.expected.add(credit(payment.merchantId), payment.currency, -amount)
    }
    for (const { amount, isRecorded } of feesOf(history))
      if (amount !== 0 && !isRecorded) this.feesOutstanding.add('fee_revenue', payment.currency, amount)
  }
}

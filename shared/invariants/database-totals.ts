/** What the database says of all payments together: the balances of the accounts, and every stored answer. */
import { type EntryType, entryTypes, type VatMode } from '../contracts/lists.ts'
import type { AuditRow } from './audit-hash.ts'
import type { AccountApproval, ApprovedFile, KeyedAction, StrayOperation } from './audit-invariants.ts'
import { type ChargeType, chargesOf } from './charges.ts'
import type { Judge } from './invariant.ts'
import { entryRules } from './ledger-invariants.ts'
import type { CheckedMonth } from './month-invariants.ts'
import type { AnswerRow, PaymentHistory, PaymentRow } from './payment-history.ts'
import type { ReconBooks } from './recon-books.ts'
import type { SettlementBooks } from './settlement-books.ts'

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

/** Of an account: minor units of any size. */
export interface AccountTotals {
  debits: bigint
  credits: bigint
  entries: number
}

/** A stored balance, with what the entries that were recorded before it add up to. */
export interface CheckedSnapshot {
  account: string
  currency: string
  recordedBefore: string
  kept: AccountTotals
  found: AccountTotals
}

/** What the whole database says, besides its single payments. */
export interface DatabaseTotals {
  /** Σ debits and Σ credits of the ledger entries of payments, by account. */
  debits: Balances
  credits: Balances
  /** What the payments and their events say that the accounts should hold, debit positive. */
  expected: Balances
  settlement: SettlementBooks
  recon: ReconBooks
  /** Fees and VAT of events that are not in the ledger yet, by the account that they are for. */
  chargesOutstanding: Balances
  answers: () => AsyncIterable<KeptAnswer>
  /** The audit log, in the order of ids. */
  auditRows: () => AsyncIterable<AuditRow>
  approvedFiles: () => AsyncIterable<ApprovedFile>
  accountApprovals: () => AsyncIterable<AccountApproval>
  keyedActions: () => AsyncIterable<KeyedAction>
  strayOperations: () => AsyncIterable<StrayOperation>
  snapshots: () => AsyncIterable<CheckedSnapshot>
  closedMonths: () => AsyncIterable<CheckedMonth>
}

/** Where a charge comes to stand, or from where it is given back. */
const accountOf: Record<ChargeType, string> = {
  fee: 'fee_revenue',
  fee_vat: 'vat_payable',
  refund_fee: 'fee_revenue',
  refund_fee_vat: 'vat_payable',
}

/** Adds up, payment by payment, what the accounts should hold. */
export class Expectations {
  readonly expected = new Balances()
  readonly chargesOutstanding = new Balances()

  add(history: PaymentHistory, { settlementDefaults }: Judge): void {
    const { payment, entries } = history
    if (!payment) return
    for (const type of entryTypes) {
      const { total } = entryRules[type]
      if (total !== null) this.#expect(payment, type, payment[total], 'none')
    }
    const booked = new Set(entries.map(({ eventId, type }) => `${eventId} ${type}`))
    for (const { row, type, amount, vatMode } of chargesOf(history, settlementDefaults))
      if (booked.has(`${row.eventId} ${type}`)) this.#expect(payment, type, amount, vatMode)
      else this.chargesOutstanding.add(accountOf[type], payment.currency, amount)
  }

  #expect({ merchantId, currency }: PaymentRow, type: EntryType, amount: number, vatMode: VatMode): void {
    const { debit, credit } = entryRules[type]
    this.expected.add(debit(merchantId, vatMode), currency, amount)
    this.expected.add(credit(merchantId), currency, -amount)
  }
}

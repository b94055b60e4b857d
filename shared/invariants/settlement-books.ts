/** Adds up what settlement says that the accounts should hold, and what they hold of it. */
import { Balances } from './database-totals.ts'
import { DISPUTE_FEE, type DisputeHistory } from './dispute-history.ts'
import type { EntryRow, PaymentHistory } from './payment-history.ts'
import { BAD_DEBT, type HoldHistory, type InvoiceHistory, receivableOf, reserveOf } from './reserve-history.ts'
import {
  type BatchHistory,
  IN_TRANSIT,
  isBooked,
  payableOf,
  RECEIVABLE,
  type SettledEvent,
  type SettlementSums,
  settledEvents,
} from './settlement-history.ts'
import { isUnderWay, isUnpaid } from './settlement-invariants.ts'

/** Everything is debit positive, by account and currency. */
export class SettlementBooks {
  /** What the accounts hold, without payments from before settlement began and without events that settlement has not taken up yet. */
  readonly held = new Balances()
  /** What they should hold by items, batches, payouts and expectations. */
  readonly wanted = new Balances()
  /** Entries that are of no payment: all of them, and those that are of a payout, a reserve, an invoice or a dispute. */
  entryCount = 0
  knownEntryCount = 0
  /** Items that are of no payment: all of them, and those that were carried or came back. */
  itemCount = 0
  knownItemCount = 0
  /** Items and expectations of disputes: by their types, and those that stand under events of disputes. */
  disputeItemCount = 0
  knownDisputeItemCount = 0
  disputeExpectationCount = 0
  knownDisputeExpectationCount = 0

  addPayment(history: PaymentHistory): void {
    if (history.isLeftOut) this.#leaveOut(history.entries)
    else for (const settled of settledEvents(history)) this.#leaveOutUnderWay(settled)
  }

  addBatch(history: BatchHistory): void {
    const { merchantId, currency, net } = history.batch
    this.knownItemCount += history.carried.length
    if (isUnpaid(history)) this.wanted.add(payableOf(merchantId), currency, -net)
    for (const payout of history.payouts) {
      this.knownEntryCount += payout.entries.length
      this.knownItemCount += payout.items.length
      if (isUnderWay(payout)) this.wanted.add(IN_TRANSIT, payout.currency, -payout.amount)
    }
  }

  addHold({ merchantId, currency, amount, released, used, entries, items }: HoldHistory): void {
    this.knownEntryCount += entries.length
    this.knownItemCount += items.length
    this.wanted.add(reserveOf(merchantId), currency, released + used - amount)
  }

  addInvoice({ merchantId, currency, remaining, lost, entries, items }: InvoiceHistory): void {
    this.knownEntryCount += entries.length
    this.knownItemCount += items.length
    this.wanted.add(receivableOf(merchantId), currency, remaining)
    this.wanted.add(BAD_DEBT, currency, lost)
  }

  addDispute({ currency, fee, entries, items, expectations }: DisputeHistory): void {
    this.knownEntryCount += entries.length
    this.knownItemCount += items.filter(({ paymentId }) => paymentId === null).length
    this.knownDisputeItemCount += items.length
    this.knownDisputeExpectationCount += expectations.length
    this.wanted.add(DISPUTE_FEE, currency, -fee)
  }

  addLedger(debits: Balances, credits: Balances, { openItems, expected, moved, ...counts }: SettlementSums): void {
    for (const { account, currency, amountMinor } of [...debits, ...moved])
      this.held.add(account, currency, amountMinor)
    for (const { account, currency, amountMinor } of credits) this.held.add(account, currency, -amountMinor)
    for (const { account, currency, amountMinor } of openItems) this.wanted.add(account, currency, -amountMinor)
    for (const { account, currency, amountMinor } of expected) this.wanted.add(account, currency, amountMinor)
    this.entryCount += counts.entryCount
    this.itemCount += counts.itemCount
    this.disputeItemCount += counts.disputeItemCount
    this.disputeExpectationCount += counts.disputeExpectationCount
  }

  #leaveOut(entries: readonly EntryRow[]): void {
    for (const { debitAccount, creditAccount, currency, amount } of entries) {
      this.held.add(debitAccount, currency, -amount)
      this.held.add(creditAccount, currency, amount)
    }
  }

  /** An event without its item or its expectation, or whose fee is not booked, is judged by itself. */
  #leaveOutUnderWay(settled: SettledEvent): void {
    const { entries, expectations, items } = settled
    const on = (account: string) =>
      entries.filter(entry => entry.debitAccount === account || entry.creditAccount === account)
    if (expectations.length === 0) this.#leaveOutOn(RECEIVABLE, on(RECEIVABLE))
    const payable = payableOf(settled.event.payment.merchantId)
    if (items.length === 0) this.#leaveOutOn(payable, on(payable))
    else if (!isBooked(settled)) {
      this.#leaveOutOn(payable, on(payable))
      for (const { currency, net } of items) this.held.add(payable, currency, -net)
    }
  }

  #leaveOutOn(account: string, entries: readonly EntryRow[]): void {
    for (const { debitAccount, currency, amount } of entries)
      this.held.add(account, currency, debitAccount === account ? -amount : amount)
  }
}

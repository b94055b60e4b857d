/** The rows of one batch and of one payout file as the invariants read them, and the sums that settlement adds to the books. */
import type { Balances } from './database-totals.ts'
import type { EntryRow, ItemRow, OutboxRow, PaymentHistory } from './payment-history.ts'

export interface BatchRow {
  batchId: string
  merchantId: string
  currency: string
  state: string
  itemCount: number
  net: number
}

export interface PayoutRow {
  payoutId: string
  attempt: number
  merchantId: string
  amount: number
  currency: string
  state: string
}

/** A payout with its entries, which stand under its own events. */
export interface PayoutHistory extends PayoutRow {
  entries: (EntryRow & { subjectId: string | null })[]
  /** What lines of the bank paid of it, or brought back. */
  lines: PayoutLine[]
  /** Those of its own events. */
  items: (ItemRow & { batchId: string | null })[]
}

/** A part of a line of the bank that is a payout's. */
export interface PayoutLine {
  /** `payout` or `return`. */
  kind: string
  /** Signed as the line: what was paid is negative. */
  amount: number
  currency: string
  /** The account of the ledger that the line is of. */
  account: string | null
  /** What the breaks of the line booked. */
  booked: number
}

/** An outbox row, or its archived one, of a batch or a payout. */
export interface SubjectEvent
  extends Pick<OutboxRow, 'eventId' | 'topic' | 'sequence' | 'createdAtMs' | 'publishedAtMs'> {
  subjectId: string
}

/** Everything the database says about one batch. */
export interface BatchHistory {
  batch: BatchRow
  /** The sums of its items, carried ones among them. */
  items: { count: number; net: number; carriedOut: number; carryOutCount: number }
  /** Items of those events, wherever they are. */
  carried: (ItemRow & { batchId: string | null })[]
  payouts: PayoutHistory[]
  /** Its own and those of its payouts. */
  events: SubjectEvent[]
}

/** One payout file with what its payouts add up to, by their state. */
export interface FileHistory {
  fileId: string
  state: string
  payoutCount: number
  total: number
  payouts: { state: string; count: number; total: number }[]
}

/** What settlement holds, besides single batches. */
export interface SettlementSums {
  /** By merchant's account and currency: items that are in no batch, or in one that is open. */
  openItems: Balances
  /** By currency, under the acquirer's account: what is expected of it and not settled. */
  expected: Balances
  /** Debits less credits of the entries that are of no payment, by account, and how many there are. */
  moved: Balances
  entryCount: number
  /** How many items are of no payment. */
  itemCount: number
  /** How many items and expectations are of disputes by their types. */
  disputeItemCount: number
  disputeExpectationCount: number
}

export const RECEIVABLE = 'acquirer_receivable'
export const IN_TRANSIT = 'payout_in_transit'
export const payableOf = (merchantId: string): string => `merchant_payable:${merchantId}`

/** What these entries moved on an account: debits less credits. */
export const movedOn = (account: string, entries: readonly EntryRow[]): number =>
  entries.reduce(
    (sum, { debitAccount, creditAccount, amount }) =>
      sum + (debitAccount === account ? amount : 0) - (creditAccount === account ? amount : 0),
    0,
  )

/** Of one payment: the events whose amounts settlement takes up, each with what was made of it. */
export function settledEvents(history: PaymentHistory) {
  return history.outbox
    .filter(row => row.event !== null && Object.hasOwn(kindOfTopic, row.topic))
    .map(row => ({
      row,
      event: row.event!,
      kind: kindOfTopic[row.topic]!,
      items: history.items.filter(item => item.eventId === row.eventId),
      expectations: history.expectations.filter(expectation => expectation.eventId === row.eventId),
      entries: history.entries.filter(entry => entry.eventId === row.eventId),
    }))
}
export type SettledEvent = ReturnType<typeof settledEvents>[number]

const kindOfTopic: Record<string, 'capture' | 'refund'> = {
  'payment.captured': 'capture',
  'payment.refunded': 'refund',
}

/** What the event moved, as a merchant, or the acquirer, sees it: a refund is negative. */
export const signedAmount = ({ kind, event }: SettledEvent): number =>
  kind === 'capture' ? event.amount : -event.amount

/** Whether the ledger consumer has booked the event: it writes all its entries together. */
export function isBooked({ kind, event, items, entries }: SettledEvent): boolean {
  if (kind === 'capture') return event.feeAmount === 0 || entries.some(({ type }) => type === 'fee')
  const isAllBack = items.every(({ net }) => net === -event.amount)
  return isAllBack || entries.some(({ type }) => type.startsWith('refund_fee'))
}

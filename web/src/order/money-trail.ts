/** Reads from a payment how far its money has come: through the outbox, Kafka and the ledger. */
import type { EventView, LedgerEntryView, PaymentDetailView } from '../../../shared/contracts/payment.ts'

export type StopId = 'authorize' | 'capture' | 'refund' | 'outbox' | 'kafka' | 'ledger'

export interface Stop {
  id: StopId
  done: boolean
  /** When it happened, if that is told: the ledger keeps the time of the movement, not of the entry's arrival. */
  at: string | null
}

export interface Trail {
  kind: 'payment' | 'refund'
  stops: Stop[]
}

const eventOf = (payment: PaymentDetailView, type: string): EventView | undefined =>
  payment.events.find(event => event.type === type)
const entryOf = (payment: PaymentDetailView, type: string): LedgerEntryView | undefined =>
  payment.ledgerEntries.find(entry => entry.type === type)

/** The stops of the payment and, once it began, of its refund. */
export function trailsOf(payment: PaymentDetailView): Trail[] {
  const authorized = eventOf(payment, 'payment.authorized')
  const captured = eventOf(payment, 'payment.captured')
  const refunded = eventOf(payment, 'payment.refunded')
  const paid: Trail = {
    kind: 'payment',
    stops: [
      timed('authorize', authorized?.createdAt),
      timed('capture', captured?.createdAt),
      timed('outbox', captured?.createdAt),
      timed('kafka', captured?.publishedAt),
      { id: 'ledger', done: entryOf(payment, 'fee') !== undefined, at: null },
    ],
  }
  if (!refunded) return [paid]
  const refundEntered = refunded.publishedAt !== null && entryOf(payment, 'refund') !== undefined
  return [
    paid,
    {
      kind: 'refund',
      stops: [
        timed('refund', refunded.createdAt),
        timed('outbox', refunded.createdAt),
        timed('kafka', refunded.publishedAt),
        { id: 'ledger', done: refundEntered, at: null },
      ],
    },
  ]
}

const timed = (id: StopId, at: string | null | undefined): Stop => ({ id, done: Boolean(at), at: at ?? null })

/** Whether every event is published and every movement of money is in the ledger. */
export function isFollowed(payment: PaymentDetailView): boolean {
  const entryTypes = [
    ...(payment.capturedAmount > 0 ? ['capture', 'fee'] : []),
    ...(payment.refundedAmount > 0 ? ['refund'] : []),
  ]
  const eventTypes = [
    'payment.authorized',
    ...(payment.capturedAmount > 0 ? ['payment.captured'] : []),
    ...(payment.refundedAmount > 0 ? ['payment.refunded'] : []),
  ]
  return (
    payment.pendingOperation === null &&
    entryTypes.every(type => entryOf(payment, type)) &&
    eventTypes.every(type => eventOf(payment, type)) &&
    payment.events.every(event => event.publishedAt !== null)
  )
}

/** Accounts where a debit adds: what we own or are owed. On all others a credit adds. */
const assets = new Set(['acquirer_receivable', 'cash'])

export interface Balance {
  account: string
  amount: number
}

/** What these entries leave on each account, in the order of first mention. */
export function balancesOf(entries: readonly LedgerEntryView[]): Balance[] {
  const balances = new Map<string, number>()
  const add = (account: string, amount: number) => balances.set(account, (balances.get(account) ?? 0) + amount)
  for (const entry of entries) {
    add(entry.debitAccount, assets.has(entry.debitAccount) ? entry.amount : -entry.amount)
    add(entry.creditAccount, assets.has(entry.creditAccount) ? -entry.amount : entry.amount)
  }
  return [...balances].map(([account, amount]) => ({ account, amount }))
}

/** Polling: briskly while the records are expected any moment, slowly once they are late, not at all when they are complete. */
export const FOLLOW_DEADLINE_MS = 20_000
const BRISK_MS = 600
const SLOW_MS = 5_000

export function pollIntervalMs(payment: PaymentDetailView | undefined, waitedMs: number): number | false {
  if (payment && isFollowed(payment)) return false
  return waitedMs < FOLLOW_DEADLINE_MS ? BRISK_MS : SLOW_MS
}

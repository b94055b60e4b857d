/** Reads from a payment how far its money has come: through the outbox, Kafka and the ledger. */
import type { EntryType, EventType } from '../../../shared/contracts/lists.ts'
import type { EventView, LedgerEntryView } from '../../../shared/contracts/payment.ts'
import type { PaymentDetailView } from '../../../shared/contracts/routes/get-payment.ts'

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

const eventOf = (payment: PaymentDetailView, type: EventType): EventView | undefined =>
  payment.events.find(event => event.type === type)
const entryOf = (payment: PaymentDetailView, type: EntryType): LedgerEntryView | undefined =>
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

type IsAwaited = (payment: PaymentDetailView) => boolean
const always: IsAwaited = () => true
const never: IsAwaited = () => false
const onceCaptured: IsAwaited = ({ capturedAmount }) => capturedAmount > 0
const onceRefunded: IsAwaited = ({ refundedAmount }) => refundedAmount > 0

/** Which entries and events a paid purchase must come to have. */
const awaitedEntries: Record<EntryType, IsAwaited> = { capture: onceCaptured, fee: onceCaptured, refund: onceRefunded }
const awaitedEvents: Record<EventType, IsAwaited> = {
  'payment.authorized': always,
  'payment.captured': onceCaptured,
  'payment.refunded': onceRefunded,
  'payment.voided': never,
  'payment.expired': never,
  'payment.declined': never,
}
const keysOf = <Key extends string>(table: Record<Key, unknown>) => Object.keys(table) as Key[]

/** Whether every event is published and every movement of money is in the ledger. */
export const isFollowed = (payment: PaymentDetailView): boolean =>
  payment.pendingOperation === null &&
  keysOf(awaitedEntries).every(type => !awaitedEntries[type](payment) || entryOf(payment, type)) &&
  keysOf(awaitedEvents).every(type => !awaitedEvents[type](payment) || eventOf(payment, type)) &&
  payment.events.every(event => event.publishedAt !== null)

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

/** Reads from a payment how far its money has come: through the outbox, Kafka and the ledger. */
import { type EntryType, type EventType, entriesByEvent, eventTypes } from '../../../shared/contracts/lists.ts'
import type { EventView, LedgerEntryView } from '../../../shared/contracts/payment.ts'
import type { PaymentDetailView } from '../../../shared/contracts/routes/get-payment.ts'

type OperationStop = 'authorize' | 'capture' | 'refund' | 'void' | 'expire' | 'decline'
export type StopId = OperationStop | 'outbox' | 'kafka' | 'ledger'

export interface Stop {
  id: StopId
  done: boolean
  /** When it happened, if that is told: the ledger keeps the time of the movement, not of the entry's arrival. */
  at: string | null
}

export interface Trail {
  /** The event whose way it is. */
  type: EventType
  /** Counts the events of this type, from 1. */
  ordinal: number
  stops: Stop[]
}

const operationStops: Record<EventType, OperationStop> = {
  'payment.authorized': 'authorize',
  'payment.captured': 'capture',
  'payment.refunded': 'refund',
  'payment.voided': 'void',
  'payment.expired': 'expire',
  'payment.declined': 'decline',
}
const isEventType = (type: string): type is EventType => eventTypes.some(known => known === type)

/** One way for each event. The authorization has none of its own once something followed it: it is where that begins. */
export function trailsOf(payment: PaymentDetailView): Trail[] {
  const counts = new Map<EventType, number>()
  const events = eventsKnownOf(payment).map(event => {
    const ordinal = (counts.get(event.type) ?? 0) + 1
    counts.set(event.type, ordinal)
    return { ...event, ordinal }
  })
  const [first, ...more] = events
  if (first?.type !== 'payment.authorized') return events.map(event => trailOf(payment, event))
  const [next, ...rest] = more
  const opening = timed('authorize', first.createdAt, true)
  if (next === undefined) return [trailOf(payment, first)]
  const trail = trailOf(payment, next)
  return [{ ...trail, stops: [opening, ...trail.stops] }, ...rest.map(event => trailOf(payment, event))]
}

interface KnownEvent {
  type: EventType
  createdAt: string | null
  publishedAt: string | null
}

/** The events that are told, else those that the amounts prove: an answer to an operation brings none. */
function eventsKnownOf(payment: PaymentDetailView): KnownEvent[] {
  const told = payment.events.flatMap(event => (isEventType(event.type) ? [{ ...event, type: event.type }] : []))
  if (told.length > 0) return told
  const proved: [EventType, boolean][] = [
    ['payment.authorized', payment.captureBefore !== null],
    ['payment.captured', payment.capturedAmount > 0],
    ['payment.refunded', payment.refundedAmount > 0],
  ]
  return proved.flatMap(([type, isProved]) => (isProved ? [{ type, createdAt: null, publishedAt: null }] : []))
}

function trailOf(payment: PaymentDetailView, event: KnownEvent & { ordinal: number }): Trail {
  const { type, ordinal, createdAt, publishedAt } = event
  const ledger: Stop[] =
    entriesByEvent[type].length === 0 ? [] : [{ id: 'ledger', done: isEntered(payment, event), at: null }]
  return {
    type,
    ordinal,
    stops: [
      timed(operationStops[type], createdAt, true),
      timed('outbox', createdAt),
      timed('kafka', publishedAt),
      ...ledger,
    ],
  }
}

/** The entries that their event always books. The others depend on the fee and on the merchant's terms, which a page does not know. */
const isCertain: Record<EntryType, boolean> = {
  capture: true,
  fee: false,
  fee_vat: false,
  refund: true,
  refund_fee: false,
  refund_fee_vat: false,
}

/** Read by the consumer: a later capture may bring no fee of its own, so that only the first one's fee can be waited for. */
function isEntered(
  payment: PaymentDetailView,
  { type, ordinal, publishedAt }: KnownEvent & { ordinal: number },
): boolean {
  const count = (entry: EntryType) => payment.ledgerEntries.filter(({ type: kind }) => kind === entry).length
  if (publishedAt === null) return false
  if (entriesByEvent[type].some(entry => isCertain[entry] && count(entry) < ordinal)) return false
  return type !== 'payment.captured' || !isFeeAwaited(payment) || count('fee') > 0
}

const timed = (id: StopId, at: string | null, done = at !== null): Stop => ({ id, done, at })

/** Below this the fee can be less than half of the minor unit, which has no row. */
const FEE_CERTAIN_FROM = 100

const isFeeAwaited = ({ capturedAmount }: PaymentDetailView) => capturedAmount >= FEE_CERTAIN_FROM

type IsAwaited = (payment: PaymentDetailView) => boolean
const never: IsAwaited = () => false
const onceCaptured: IsAwaited = ({ capturedAmount }) => capturedAmount > 0
const onceRefunded: IsAwaited = ({ refundedAmount }) => refundedAmount > 0

/** Which entries and events a payment must come to have. */
const awaitedEntries: Record<EntryType, IsAwaited> = {
  capture: onceCaptured,
  fee: isFeeAwaited,
  fee_vat: never,
  refund: onceRefunded,
  refund_fee: never,
  refund_fee_vat: never,
}
const awaitedEvents: Record<EventType, IsAwaited> = {
  'payment.authorized': ({ captureBefore }) => captureBefore !== null,
  'payment.captured': onceCaptured,
  'payment.refunded': onceRefunded,
  'payment.voided': ({ status }) => status === 'VOIDED',
  'payment.expired': ({ status }) => status === 'EXPIRED',
  'payment.declined': never,
}
const keysOf = <Key extends string>(table: Record<Key, unknown>) => Object.keys(table) as Key[]

const eventOf = (payment: PaymentDetailView, type: EventType): EventView | undefined =>
  payment.events.find(event => event.type === type)
const entryOf = (payment: PaymentDetailView, type: EntryType): LedgerEntryView | undefined =>
  payment.ledgerEntries.find(entry => entry.type === type)

/** Whether nothing is in progress, every event is published and every movement of money is in the ledger. */
export const isFollowed = (payment: PaymentDetailView): boolean =>
  payment.pendingOperation === null &&
  payment.status !== 'REQUESTED' &&
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

/** What the console finds: lists, counts, what an id is of, and everything that happened to one payment. */
import type { Language } from '../contracts/errors.ts'
import { COUNT_MAX, DAYS_DEFAULT, type FiltersQuery } from '../contracts/finding.ts'
import { type EntryType, type PaymentStatus, paymentStatuses } from '../contracts/lists.ts'
import type { PaymentCountsView } from '../contracts/routes/count-payments.ts'
import type { FindQuery, FoundPaymentsView } from '../contracts/routes/find-payments.ts'
import type { TimelineView } from '../contracts/routes/get-timeline.ts'
import type { LookupView } from '../contracts/routes/look-up.ts'
import { isWrittenByOperation } from '../domain/ledger.ts'
import { actorBy } from './actor-by.ts'
import { entryView, paymentView } from './answer.ts'
import type {
  Clock,
  PaymentDetail,
  PaymentFilters,
  PaymentFinder,
  PlaceInList,
  TracedOperation,
  Traces,
} from './ports.ts'
import { virtualAheadMs } from './virtual-ahead.ts'

export interface FindPorts {
  finder: PaymentFinder
  clock: Clock
}

const DAY_MS = 86_400_000
const MATCHES_MAX = 20

const timeOf = (epochMs: number): string => new Date(epochMs).toISOString()
const timeOrNull = (epochMs: number | null): string | null => (epochMs === null ? null : timeOf(epochMs))

/** Until now, in virtual time, and over the last days, where the query does not say. The present millisecond is in it. */
export function filtersOf(query: FiltersQuery, virtualNowMs: number): PaymentFilters {
  const toMs = query.to === undefined ? virtualNowMs + 1 : Date.parse(query.to)
  const fromMs = query.from === undefined ? toMs - DAYS_DEFAULT * DAY_MS : Date.parse(query.from)
  return {
    fromMs,
    toMs,
    ...{ merchantId: query.merchantId, orderId: query.orderId, currency: query.currency, method: query.method },
    statuses: query.status?.split(',') as PaymentStatus[] | undefined,
    amountMinMinor: query.amountMin,
    amountMaxMinor: query.amountMax,
  }
}

/**
 * One page, newest first, after the place where the page before ended. `partial`: what may be looked at for one page is looked at, and
 * the page is not full. Throws DependencyUnavailableError.
 */
export async function findPayments(
  { finder, clock }: FindPorts,
  query: Omit<FindQuery, 'cursor'>,
  after: PlaceInList | undefined,
  language: Language,
): Promise<FoundPaymentsView> {
  await clock.catchUp()
  const nowMs = clock.virtualNowMs()
  const filters = filtersOf(query, nowMs)
  const { payments, lookedAtUntil } = await finder.page(filters, query.limit + 1, after)
  const shown = payments.slice(0, query.limit)
  const hasMore = payments.length > query.limit
  const next = hasMore ? placeOf(shown.at(-1)!) : lookedAtUntil
  return {
    items: shown.map(detail => ({ ...paymentView(detail, language, nowMs), method: detail.payment.paymentMethod })),
    nextCursor: next === undefined ? null : cursorOf(next),
    partial: !hasMore && lookedAtUntil !== undefined,
    from: timeOf(filters.fromMs),
    to: timeOf(filters.toMs),
    searchedTo: timeOf(next?.createdAtMs ?? filters.fromMs),
  }
}

/** How many payments fit, by status. Throws DependencyUnavailableError. */
export async function countPayments({ finder, clock }: FindPorts, query: FiltersQuery): Promise<PaymentCountsView> {
  await clock.catchUp()
  const filters = filtersOf(query, clock.virtualNowMs())
  const { counts, isAll } = await finder.count(filters)
  const bounded = (count: number) => ({ count: Math.min(count, COUNT_MAX), atLeast: !isAll || count > COUNT_MAX })
  const occurring = paymentStatuses.filter(status => counts.has(status))
  const { count: total, atLeast } = bounded(occurring.reduce((sum, status) => sum + counts.get(status)!, 0))
  return {
    total,
    atLeast,
    statuses: occurring.map(status => ({ status, ...bounded(counts.get(status)!) })),
    from: timeOf(filters.fromMs),
    to: timeOf(filters.toMs),
  }
}

/** What an id is of. Throws DependencyUnavailableError. */
export async function lookUp(finder: PaymentFinder, id: string): Promise<LookupView> {
  const found = await finder.lookup(id, MATCHES_MAX + 1)
  const matches = found.slice(0, MATCHES_MAX).map(({ createdAtMs, ...match }) => ({
    ...match,
    createdAt: timeOrNull(createdAtMs),
  }))
  return { id, matches, more: found.length > MATCHES_MAX }
}

/** One row for each operation on the payment; undefined when there is no payment. Throws DependencyUnavailableError. */
export async function readTimeline({ finder, clock }: FindPorts, paymentId: string): Promise<TimelineView | undefined> {
  await clock.catchUp()
  const traces = await finder.traces(paymentId)
  if (traces === undefined) return undefined
  const operations = traces.operations.map(operation => rowOf(operation, traces))
  return { paymentId, virtualAheadMs: virtualAheadMs(clock), operations }
}

type TimelineRow = TimelineView['operations'][number]

function rowOf(operation: TracedOperation, traces: Traces): TimelineRow {
  const event = traces.events.find(({ operationId }) => operationId === operation.operationId)
  const entries = event === undefined ? [] : traces.entries.filter(({ eventId }) => eventId === event.eventId)
  const { operationId, kind, state, amountMinor, currency, declineReason, attempt } = operation
  return {
    ...{ operationId, kind, state, amount: amountMinor, currency, declineReason, attempt },
    by: actorOf(operation, traces),
    claimedAt: timeOf(operation.createdAtMs),
    askedAt: timeOrNull(operation.askedAtMs),
    answeredAt: timeOrNull(operation.answeredAtMs),
    recordedAt: timeOrNull(operation.finishedAtMs),
    event: event === undefined ? null : eventViewOf(event),
    entries: entries.map(entry => ({ ...entryView(entry), recordedAt: timeOf(entry.recordedAtMs) })),
    durations: durationsOf(operation, event, entries),
  }
}

const eventViewOf = ({ eventId, type, sequence, createdAtMs, publishedAtMs }: Traces['events'][number]) => ({
  ...{ eventId, type, sequence },
  createdAt: timeOf(createdAtMs),
  publishedAt: timeOrNull(publishedAtMs),
})

const actorOf = (operation: TracedOperation, { settlements, asks }: Traces): TimelineRow['by'] =>
  actorBy(operation, {
    settled: settlements.find(({ operationId }) => operationId === operation.operationId),
    asked: asks.find(({ operationId }) => operationId === operation.operationId),
  })

function durationsOf(
  { askedAtMs, answeredAtMs }: TracedOperation,
  event: Traces['events'][number] | undefined,
  entries: Traces['entries'],
): TimelineRow['durations'] {
  const publishedAtMs = event?.publishedAtMs ?? null
  const bookedAtMs = entries
    .filter(({ type }) => !isWrittenByOperation(type as EntryType))
    .reduce<number | null>((last, { recordedAtMs }) => Math.max(last ?? 0, recordedAtMs), null)
  return {
    acquirerMs: between(askedAtMs, answeredAtMs),
    recordMs: between(answeredAtMs, event?.createdAtMs ?? null),
    publishMs: between(event?.createdAtMs ?? null, publishedAtMs),
    bookMs: between(publishedAtMs, bookedAtMs),
  }
}

/** Both are real times, maybe of two clocks: one that goes backwards says nothing. */
const between = (fromMs: number | null, toMs: number | null): number | null =>
  fromMs === null || toMs === null || toMs < fromMs ? null : toMs - fromMs

const placeOf = ({ payment: { createdAtMs, paymentId } }: PaymentDetail): PlaceInList => ({ createdAtMs, paymentId })

const cursorOf = ({ createdAtMs, paymentId }: PlaceInList): string =>
  Buffer.from(`${createdAtMs} ${paymentId}`, 'utf8').toString('base64url')

/** The place inside a cursor; undefined when it is not one of ours. */
export function placeOfCursor(cursor: string): PlaceInList | undefined {
  const text = Buffer.from(cursor, 'base64url').toString('utf8')
  const [, createdAt, paymentId] = /^(\d{1,14}) (pay_[0-9A-Z]{26})$/.exec(text) ?? []
  if (createdAt === undefined || paymentId === undefined) return undefined
  const place = { createdAtMs: Number(createdAt), paymentId }
  return cursorOf(place) === cursor ? place : undefined
}

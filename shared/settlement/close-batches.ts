/**
 * Closes the batches of periods that have ended: their items get the batch in chunks, and the last chunk closes it. A crash between
 * chunks leaves an OPEN batch that the next run goes on with. Items in an OPEN batch count as in none.
 */
import type { BatchState } from '../contracts/lists.ts'
import { addBusinessDays, addDays } from '../domain/business-days.ts'
import {
  type Clock,
  type Doorbell,
  DuplicateKeyError,
  type Ids,
  type OutboxWriter,
  type SeparateTransactions,
  type Transaction,
} from '../payments/ports.ts'
import {
  isPayable,
  nextPeriod,
  type Period,
  type PeriodPorts,
  type PeriodTerms,
  termsOfPeriod,
} from './ended-period.ts'
import type { Account, Items, PayoutAlarms, SettlementBatch, SettlementIds, SettlementItem } from './ports.ts'
import { ringFor } from './ring-for.ts'
import { batchClosedEvent } from './settlement-event.ts'

export interface ClosePorts extends PeriodPorts {
  /** Separate: a chunk locks thousands of rows. */
  transactions: SeparateTransactions
  items: Pick<Items, 'insert'>
  outbox: OutboxWriter
  doorbell: Doorbell
  clock: Clock
  ids: Pick<SettlementIds, 'batch' | 'item'> & Pick<Ids, 'event'>
  payoutAlarms: Pick<PayoutAlarms, 'batchWithoutCalendar'>
}

export interface CloseSummary {
  /** Will be paid. */
  closed: number
  /** Had nothing to pay, or less than the minimum. */
  carried: number
}

/** Items of one transaction. */
export const CHUNK_ITEMS = 10_000

/** Of one look for batches that were left open. */
const OPEN_BATCHES_MAX = 1_000

/**
 * Closes what has ended, account by account and day by day, and begins nothing after `deadlineMs` (epoch, real time). Who else does the
 * same meanwhile does part of it. Throws DependencyUnavailableError.
 */
export async function closeBatches(
  ports: ClosePorts,
  deadlineMs: number,
  chunkItems = CHUNK_ITEMS,
): Promise<CloseSummary> {
  await ports.clock.catchUp()
  const run = { deadlineMs, chunkItems, summary: { closed: 0, carried: 0 } }
  for (const batch of await ports.batches.listByState('OPEN', OPEN_BATCHES_MAX)) await fill(ports, batch, run)
  let account = await ports.unbatchedItems.nextAccount(undefined)
  while (account !== undefined && mayGoOn(ports, run)) {
    await closeAccount(ports, account, run)
    account = await ports.unbatchedItems.nextAccount(account)
  }
  return run.summary
}

interface Run {
  deadlineMs: number
  chunkItems: number
  summary: CloseSummary
}

const mayGoOn = ({ clock }: ClosePorts, { deadlineMs }: Run): boolean => clock.nowMs() < deadlineMs

/** Each period that has ended, in order: one that somebody has begun is closed before the next one is opened. */
async function closeAccount(ports: ClosePorts, account: Account, run: Run): Promise<void> {
  while (mayGoOn(ports, run)) {
    const last = await ports.batches.last(account)
    const batch = last?.state === 'OPEN' ? last : await openNext(ports, account, last?.periodEnd)
    if (batch === undefined) return
    await fill(ports, batch, run)
  }
}

/** The batch of the next period; undefined when none has ended, or its calendar does not say when it is due. */
async function openNext(
  ports: ClosePorts,
  account: Account,
  afterPeriodEnd: string | undefined,
): Promise<SettlementBatch | undefined> {
  const virtualNowMs = ports.clock.virtualNowMs()
  const period = await nextPeriod(ports, account, afterPeriodEnd, virtualNowMs)
  if (period === undefined || period.endsAtMs > virtualNowMs) return undefined
  if (period.dueOn !== undefined) return open(ports, account, { ...period, dueOn: period.dueOn })
  ports.payoutAlarms.batchWithoutCalendar(account, period.periodEnd, period.terms.calendar)
  return undefined
}

/** The batch of the period, whoever opened it. */
async function open(
  ports: ClosePorts,
  { merchantId, currency }: Account,
  { periodEnd, dueOn }: Period & { dueOn: string },
): Promise<SettlementBatch | undefined> {
  const batch: SettlementBatch = {
    ...{ batchId: ports.ids.batch(), merchantId, currency, periodEnd, sequence: 1, dueOn },
    ...{ state: 'OPEN', itemCount: 0, netMinor: 0, openedAtMs: ports.clock.virtualNowMs(), closedAtMs: null },
  }
  try {
    await ports.transactions.run(batch.batchId, tx => ports.batches.insert(tx, batch))
    return batch
  } catch (error) {
    if (!(error instanceof DuplicateKeyError)) throw error
    return ports.batches.find(batch)
  }
}

/** Chunk by chunk until the batch is closed, by us or by somebody else. */
async function fill(ports: ClosePorts, batch: SettlementBatch, run: Run): Promise<void> {
  const by = await termsOfPeriod(ports, batch, batch.periodEnd)
  while (mayGoOn(ports, run)) {
    const state = await ports.transactions.run(batch.batchId, tx => fillChunk(ports, tx, batch, by, run.chunkItems))
    if (state === 'OPEN') continue
    if (state === undefined) return
    await ringFor(ports.doorbell, [batch.batchId])
    if (state === 'CLOSED') run.summary.closed++
    else run.summary.carried++
    return
  }
}

/** The state that the chunk left the batch in; undefined when it was not open any more. */
async function fillChunk(
  ports: ClosePorts,
  tx: Transaction,
  { batchId }: SettlementBatch,
  by: PeriodTerms,
  chunkItems: number,
): Promise<BatchState | undefined> {
  const batch = await ports.batches.lock(tx, batchId)
  if (batch?.state !== 'OPEN') return undefined
  const { count, netMinor } = await ports.unbatchedItems.take(tx, batch, chunkItems)
  const grown = { ...batch, itemCount: batch.itemCount + count, netMinor: batch.netMinor + netMinor }
  if (count < chunkItems) return close(ports, tx, grown, by)
  await ports.batches.update(tx, grown)
  return 'OPEN'
}

async function close(ports: ClosePorts, tx: Transaction, full: SettlementBatch, by: PeriodTerms): Promise<BatchState> {
  const eventId = ports.ids.event()
  const carriedMinor = isPayable(full.netMinor, by.terms) ? 0 : full.netMinor
  if (carriedMinor !== 0) await carry(ports, tx, full, eventId, by)
  const closed: SettlementBatch = {
    ...full,
    state: isPayable(full.netMinor, by.terms) ? 'CLOSED' : 'CARRIED',
    itemCount: full.itemCount + (carriedMinor === 0 ? 0 : 1),
    netMinor: full.netMinor - carriedMinor,
    closedAtMs: ports.clock.virtualNowMs(),
  }
  await ports.batches.update(tx, closed)
  await ports.outbox.insert(tx, batchClosedEvent(eventId, closed, carriedMinor), ports.clock.nowMs())
  return closed.state
}

/** Moves the sum of the batch to the next one: an item that takes it out, and one that waits for the next period. */
async function carry(
  ports: ClosePorts,
  tx: Transaction,
  batch: SettlementBatch,
  eventId: string,
  { terms, calendar }: PeriodTerms,
): Promise<void> {
  const { batchId, merchantId, currency, periodEnd, netMinor, dueOn } = batch
  const itemOf = (type: 'carry_out' | 'carry_in', sumMinor: number, day: string): SettlementItem => ({
    ...{ itemId: ports.ids.item(), merchantId, currency, paymentId: null, eventId, type },
    ...{ grossMinor: sumMinor, feeMinor: 0, vatMinor: 0, netMinor: sumMinor },
    ...{ soldOn: day, periodEnd: day, dueOn, calendarVersion: calendar.version },
  })
  const out = itemOf('carry_out', -netMinor, periodEnd)
  const nextDay = addDays(periodEnd, 1)
  const nextDueOn = addBusinessDays(calendar, nextDay, terms.delayDays) ?? null
  // The first day after: whatever cycle comes, the next period holds it.
  const into = { ...itemOf('carry_in', netMinor, nextDay), dueOn: nextDueOn }
  await ports.items.insert(tx, [out, into], ports.clock.nowMs())
  await ports.unbatchedItems.assign(tx, out.itemId, batchId)
}

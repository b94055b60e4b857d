/**
 * Closes the batches of periods that have ended: their items get the batch in chunks, and the last chunk closes it. A crash between
 * chunks leaves an OPEN batch that the next run goes on with. Items in an OPEN batch count as in none.
 */
import type { BatchState } from '../contracts/lists.ts'
import { type Doorbell, DuplicateKeyError, type SeparateTransactions, type Transaction } from '../payments/ports.ts'
import { type DateItemPorts, dateItems } from './date-items.ts'
import {
  type NextPeriod,
  nextPeriods,
  nextPeriodsOf,
  type Period,
  type PeriodPorts,
  type PeriodTerms,
  termsOfPeriod,
} from './ended-period.ts'
import { type FinishPorts, finishBatch } from './finish-batch.ts'
import { invoiceBalances } from './invoice-balances.ts'
import { ATTEMPTS_MAX } from './move-payouts.ts'
import type { Account, PayoutAlarms, SettlementBatch, SettlementIds, UnbatchedItems } from './ports.ts'
import { readOnce } from './read-once.ts'
import { releaseReserves } from './release-reserves.ts'
import { ringFor } from './ring-for.ts'

export interface ClosePorts extends PeriodPorts, FinishPorts, DateItemPorts {
  /** Separate: a chunk locks thousands of rows. */
  transactions: SeparateTransactions
  batches: PeriodPorts['batches']
  unbatchedItems: UnbatchedItems
  doorbell: Doorbell
  ids: FinishPorts['ids'] & Pick<SettlementIds, 'batch' | 'invoice'>
  payoutAlarms: Pick<PayoutAlarms, 'batchWithoutCalendar'>
}

export interface CloseSummary {
  /** Will be paid. */
  closed: number
  /** Had nothing to pay, or less than the minimum. */
  carried: number
  /** Reserves whose day has come. */
  released: number
  /** Balances that have stayed negative. */
  invoiced: number
}

/** Items of one transaction. */
export const CHUNK_ITEMS = 10_000

/** Of one look for batches that were left open. */
const OPEN_BATCHES_MAX = 1_000

/**
 * Releases reserves and invoices balances that are due, so that their items are in the next batch; then closes what has ended, account by
 * account and day by day. Begins nothing after `deadlineMs` (epoch, real time). Who else does the same meanwhile does part of it. Throws
 * DependencyUnavailableError.
 */
export async function closeBatches(
  ports: ClosePorts,
  deadlineMs: number,
  chunkItems = CHUNK_ITEMS,
): Promise<CloseSummary> {
  await ports.clock.catchUp()
  const summary = { closed: 0, carried: 0, released: 0, invoiced: 0 }
  const run: Run = { periods: periodsOf(ports), deadlineMs, chunkItems, summary }
  const { transactions, undatedItems } = ports
  await dateItems({ ...run.periods, transactions, undatedItems }, () => mayGoOn(ports, run))
  run.summary.released = await releaseReserves(ports, () => mayGoOn(ports, run))
  run.summary.invoiced = await invoiceBalances(ports, () => mayGoOn(ports, run))
  for (const batch of await ports.batches.listByState('OPEN', OPEN_BATCHES_MAX)) await fill(ports, batch, run)
  for await (const next of nextPeriods(run.periods, ports.clock)) {
    if (!mayGoOn(ports, run)) break
    if (toClose(ports, next) !== undefined) await closeAccount(ports, next.account, run)
  }
  return run.summary
}

/** For one look at all accounts. */
export const periodsOf = ({
  unbatchedItems,
  batches,
  terms,
  calendars,
  settlementDefaults,
}: ClosePorts): PeriodPorts => ({
  ...{ unbatchedItems, batches, terms, settlementDefaults },
  calendars: readOnce(calendars),
})

interface Run {
  periods: PeriodPorts
  deadlineMs: number
  chunkItems: number
  summary: CloseSummary
}

const mayGoOn = ({ clock }: ClosePorts, { deadlineMs }: Run): boolean => clock.nowMs() < deadlineMs

/** Each period that has ended, in order: one that somebody has begun is closed before the next one is opened. */
async function closeAccount(ports: ClosePorts, account: Account, run: Run): Promise<void> {
  while (mayGoOn(ports, run)) {
    const [next] = await nextPeriodsOf(run.periods, [account], ports.clock.virtualNowMs())
    const found = toClose(ports, next!)
    if (found === undefined) return
    const batch = 'batchId' in found ? found : await open(ports, account, found)
    if (batch === undefined) return
    await fill(ports, batch, run)
  }
}

type DatedPeriod = Period & { dueOn: string }

/** The batch that is open, or the period that has ended; undefined when none has, or its calendar does not say when it is due. */
function toClose(ports: ClosePorts, { account, last, period }: NextPeriod): SettlementBatch | DatedPeriod | undefined {
  if (last?.state === 'OPEN') return last
  if (period === undefined || period.endsAtMs > ports.clock.virtualNowMs()) return undefined
  const { dueOn } = period
  if (dueOn !== undefined) return { ...period, dueOn }
  ports.payoutAlarms.batchWithoutCalendar(account, period.periodEnd, period.terms.calendar)
  return undefined
}

/** The batch of the period, whoever opened it. */
async function open(
  ports: ClosePorts,
  { merchantId, currency }: Account,
  { periodEnd, dueOn }: DatedPeriod,
): Promise<SettlementBatch | undefined> {
  const batch: SettlementBatch = {
    ...{ batchId: ports.ids.batch(), merchantId, currency, periodEnd, sequence: 1, dueOn },
    ...{ state: 'OPEN', itemCount: 0, netMinor: 0, openedAtMs: ports.clock.virtualNowMs(), closedAtMs: null },
    attemptsMax: ATTEMPTS_MAX,
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
  const by = await termsOfPeriod(run.periods, batch, batch.periodEnd)
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
  if (count < chunkItems) return finishBatch(ports, tx, grown, by)
  await ports.batches.update(tx, grown)
  return 'OPEN'
}

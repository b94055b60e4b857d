/** Closes a batch that has all its items: reserves and invoices first, then it is paid, or its sum is carried to the next one. */
import type { BatchState } from '../contracts/lists.ts'
import { addBusinessDays, addDays } from '../domain/business-days.ts'
import type { Clock, Ids, OutboxWriter, Transaction } from '../payments/ports.ts'
import { deductInvoices, type InvoicePorts } from './deduct-invoices.ts'
import { isPaidOut, type PeriodTerms } from './ended-period.ts'
import { addOwnItem, itemOfBatch, type OwnItemPorts } from './own-item.ts'
import type { Batches, NegativeBalances, SettlementBatch, SettlementIds } from './ports.ts'
import { holdReserve, type ReservePorts, reserveOf, useReserves } from './reserve-batch.ts'
import { batchClosedEvent } from './settlement-event.ts'

export interface FinishPorts extends OwnItemPorts, ReservePorts, InvoicePorts {
  batches: Pick<Batches, 'update'>
  negativeBalances: NegativeBalances
  outbox: OutboxWriter
  clock: Clock
  ids: Pick<SettlementIds, 'item' | 'hold'> & Pick<Ids, 'event' | 'entry'>
}

/** Reserves or invoices of one transaction: each takes four rows. */
const STEPS_MAX = 200

/**
 * The state that it leaves the batch in, which must be locked: OPEN when there are more reserves or invoices than one transaction takes.
 * The next one goes on with them.
 */
export async function finishBatch(
  ports: FinishPorts,
  tx: Transaction,
  full: SettlementBatch,
  by: PeriodTerms,
): Promise<BatchState> {
  const { batch, count } = await evenOut(ports, tx, full, by)
  if (count < STEPS_MAX) return close(ports, tx, batch, by)
  await ports.batches.update(tx, batch)
  return 'OPEN'
}

/** Covers what is negative with reserves, and pays invoices from what is positive. */
function evenOut(ports: FinishPorts, tx: Transaction, batch: SettlementBatch, by: PeriodTerms) {
  return batch.netMinor < 0
    ? useReserves(ports, tx, batch, by, STEPS_MAX)
    : deductInvoices(ports, tx, batch, by, STEPS_MAX)
}

async function close(ports: FinishPorts, tx: Transaction, full: SettlementBatch, by: PeriodTerms): Promise<BatchState> {
  const eventId = ports.ids.event()
  const reserveMinor = await reserveOf(ports, tx, full, by)
  const isPaid = isPaidOut(full.netMinor - reserveMinor, by.terms)
  const carriedMinor = isPaid ? 0 : full.netMinor
  const held = isPaid ? await holdReserve(ports, tx, full, by, reserveMinor) : full
  const even = carriedMinor === 0 ? held : await carry(ports, tx, held, eventId, by)
  const [state, closedAtMs] = [isPaid ? 'CLOSED' : 'CARRIED', ports.clock.virtualNowMs()] as const
  const closed: SettlementBatch = { ...even, state, closedAtMs }
  await ports.batches.update(tx, closed)
  await rememberNegative(ports, tx, closed, carriedMinor)
  await ports.outbox.insert(tx, batchClosedEvent(eventId, closed, carriedMinor), ports.clock.nowMs())
  return state
}

/** Moves the sum of the batch to the next one: an item that takes it out, and one that waits for the next period. */
async function carry(
  ports: FinishPorts,
  tx: Transaction,
  batch: SettlementBatch,
  eventId: string,
  { terms, calendar }: PeriodTerms,
): Promise<SettlementBatch> {
  const { netMinor } = batch
  // The first day after: whatever cycle comes, the next period holds it.
  const day = addDays(batch.periodEnd, 1)
  const place = { day, calendarVersion: calendar.version }
  const dueOn = addBusinessDays(calendar, day, terms.delayDays) ?? null
  const empty = await addOwnItem(ports, tx, batch, { type: 'carry_out', eventId, netMinor: -netMinor }, calendar)
  const into = { ...itemOfBatch(ports, batch, { type: 'carry_in', eventId, netMinor }, place), dueOn }
  await ports.items.insert(tx, [into], ports.clock.nowMs())
  return empty
}

/** Since when its batches have been negative. Whoever invoices the account waits for the row. */
async function rememberNegative(
  { negativeBalances }: FinishPorts,
  tx: Transaction,
  batch: SettlementBatch,
  carriedMinor: number,
): Promise<void> {
  const known = await negativeBalances.lock(tx, batch)
  if (known === undefined && carriedMinor < 0) return negativeBalances.insert(tx, batch, batch.periodEnd)
  if (known === undefined) return
  const since = carriedMinor < 0 ? (known.since ?? batch.periodEnd) : null
  if (since !== known.since) await negativeBalances.update(tx, batch, since)
}

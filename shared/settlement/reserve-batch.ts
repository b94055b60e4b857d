/** What a batch that is being closed takes from the reserve of its merchant, or puts into it. */
import { addBusinessDays } from '../domain/business-days.ts'
import { reserveOfMinor } from '../domain/settlement-terms.ts'
import type { Clock, Ids, OutboxWriter, Transaction } from '../payments/ports.ts'
import type { PeriodTerms } from './ended-period.ts'
import { addOwnItem, type OwnItemPorts } from './own-item.ts'
import type { ReserveHold, Reserves, SettlementBatch, SettlementIds, SettlementLedger } from './ports.ts'
import { reserveEvent } from './settlement-event.ts'
import { entryOfSubject } from './subject-entry.ts'

export interface ReservePorts extends OwnItemPorts {
  reserves: Reserves
  settlementLedger: SettlementLedger
  outbox: OutboxWriter
  clock: Clock
  ids: Pick<SettlementIds, 'item' | 'hold'> & Pick<Ids, 'event' | 'entry'>
}

export const restOfMinor = ({ amountMinor, releasedMinor, usedMinor }: ReserveHold): number =>
  amountMinor - releasedMinor - usedMinor

/** Covers a negative batch, which must be locked, with reserves, the oldest first, at most `limit` of them. Returns how many. */
export async function useReserves(
  ports: ReservePorts,
  tx: Transaction,
  negative: SettlementBatch,
  { calendar }: PeriodTerms,
  limit: number,
): Promise<{ batch: SettlementBatch; count: number }> {
  let [batch, count] = [negative, 0]
  for (const hold of await ports.reserves.lockOpen(tx, negative, limit)) {
    if (batch.netMinor >= 0) break
    const movedMinor = Math.min(restOfMinor(hold), -batch.netMinor)
    const eventId = ports.ids.event()
    const used = { ...hold, usedMinor: hold.usedMinor + movedMinor, eventCount: hold.eventCount + 1 }
    await ports.reserves.update(tx, used)
    await bookReserve(ports, tx, eventId, used, { eventType: 'reserve.used', moved: movedMinor, usedBy: batch.batchId })
    batch = await addOwnItem(ports, tx, batch, { type: 'reserve_use', eventId, netMinor: movedMinor }, calendar)
    count++
  }
  return { batch, count }
}

/** What would be held back of a batch with all its items: a part of what is sold, not of what was held before and is released. */
export async function reserveOf(
  { reserves }: Pick<ReservePorts, 'reserves'>,
  tx: Transaction,
  { batchId, netMinor }: SettlementBatch,
  { terms }: PeriodTerms,
): Promise<number> {
  if (reserveOfMinor(netMinor, terms) === 0) return 0
  return reserveOfMinor(netMinor - (await reserves.releasedIntoMinor(tx, batchId)), terms)
}

/** Holds this back of a batch that is paid, which must be locked; nothing when it is 0. */
export async function holdReserve(
  ports: ReservePorts,
  tx: Transaction,
  batch: SettlementBatch,
  by: PeriodTerms,
  amountMinor: number,
): Promise<SettlementBatch> {
  if (amountMinor === 0) return batch
  const eventId = ports.ids.event()
  const hold = newHold(ports, batch, amountMinor, by)
  await ports.reserves.insert(tx, hold)
  await bookReserve(ports, tx, eventId, hold, { eventType: 'reserve.held', moved: amountMinor })
  return addOwnItem(ports, tx, batch, { type: 'reserve_hold', eventId, netMinor: -amountMinor }, by.calendar)
}

function newHold(
  { ids, clock }: ReservePorts,
  { batchId, merchantId, currency, periodEnd }: SettlementBatch,
  amountMinor: number,
  { terms, calendar }: PeriodTerms,
): ReserveHold {
  const { reserveDays, timezone } = terms
  return {
    ...{ holdId: ids.hold(), batchId, merchantId, currency, amountMinor, releasedMinor: 0, usedMinor: 0 },
    ...{ periodEnd, reserveDays, calendar: terms.calendar, timezone },
    releaseOn: addBusinessDays(calendar, periodEnd, reserveDays) ?? null,
    ...{ eventCount: 1, heldAtMs: clock.virtualNowMs() },
  }
}

const entryTypes = {
  'reserve.held': 'reserve_held',
  'reserve.released': 'reserve_released',
  'reserve.used': 'reserve_used',
} as const

/** The ledger entry and the event of a step. `hold` is the reserve after it. */
export async function bookReserve(
  ports: Pick<ReservePorts, 'settlementLedger' | 'outbox' | 'clock'> & { ids: Pick<Ids, 'entry'> },
  tx: Transaction,
  eventId: string,
  hold: ReserveHold,
  step: Parameters<typeof reserveEvent>[3],
): Promise<void> {
  const [nowMs, atMs] = [ports.clock.nowMs(), ports.clock.virtualNowMs()]
  const { merchantId, currency, holdId } = hold
  const moved = { merchantId, currency, amountMinor: step.moved, subjectId: holdId, eventId, atMs }
  await ports.settlementLedger.insertOfSubjects(
    tx,
    [entryOfSubject(ports.ids, entryTypes[step.eventType], moved)],
    nowMs,
  )
  await ports.outbox.insert(tx, reserveEvent(eventId, hold, atMs, step), nowMs)
}

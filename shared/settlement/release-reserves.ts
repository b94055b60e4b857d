/** Gives back what was held long enough: an item that joins the next batch of the merchant. */
import { addBusinessDays, addDays, dayEndsAtMs, soldOn } from '../domain/business-days.ts'
import type { Clock, Doorbell, Ids, OutboxWriter, SeparateTransactions, Transaction } from '../payments/ports.ts'
import type { Items, ReserveHold, Reserves, SettlementIds, SettlementLedger } from './ports.ts'
import { bookReserve, restOfMinor } from './reserve-batch.ts'
import { ringFor } from './ring-for.ts'
import { type ItemPorts, writeItems } from './write-items.ts'

export interface ReleasePorts extends ItemPorts {
  transactions: SeparateTransactions
  reserves: Reserves
  items: Pick<Items, 'insert'>
  settlementLedger: SettlementLedger
  outbox: OutboxWriter
  doorbell: Doorbell
  clock: Clock
  ids: Pick<SettlementIds, 'item'> & Pick<Ids, 'event' | 'entry'>
}

/** Of one transaction: each asks for the terms of its merchant. */
const CHUNK_HOLDS = 100
/** There is one for each period and length of the reserve. */
const RULES_MAX = 1_000

/** Returns how many it released. Two at once share the work: each holds the rows that it releases. Throws DependencyUnavailableError. */
export async function releaseReserves(ports: ReleasePorts, mayGoOn: () => boolean): Promise<number> {
  await dateHolds(ports)
  let released = 0
  for (const { timezone, releaseOn } of await ports.reserves.firstReleases()) {
    const today = dayIn(timezone, ports.clock.virtualNowMs())
    let count = releaseOn <= today ? CHUNK_HOLDS : 0
    while (count === CHUNK_HOLDS && mayGoOn()) {
      count = await releaseChunk(ports, timezone, today)
      released += count
    }
  }
  return released
}

/** When the first reserve of each time zone is released; virtual time. */
export async function releaseTimes({ reserves }: Pick<ReleasePorts, 'reserves'>): Promise<number[]> {
  const first = await reserves.firstReleases()
  return first.map(({ timezone, releaseOn }) => dayEndsAtMs(addDays(releaseOn, -1), { timezone, cutoff: '24:00' }))
}

// The cut-off is for sales.
const dayIn = (timezone: string, atMs: number): string => soldOn(atMs, { timezone, cutoff: '24:00' })

/** Those whose year was not loaded when they were held, and is now. */
async function dateHolds({ reserves, calendars }: ReleasePorts): Promise<void> {
  for (const rule of await reserves.undated(RULES_MAX)) {
    const calendar = await calendars.calendar(rule.calendar)
    const releaseOn = addBusinessDays(calendar, rule.periodEnd, rule.reserveDays)
    if (releaseOn !== undefined) await reserves.date(rule, releaseOn)
  }
}

async function releaseChunk(ports: ReleasePorts, timezone: string, today: string): Promise<number> {
  const ids = await ports.transactions.run('reserves', async tx => {
    const due = await ports.reserves.lockDue(tx, timezone, today, CHUNK_HOLDS)
    for (const hold of due) await release(ports, tx, hold)
    return due.map(({ holdId }) => holdId)
  })
  await ringFor(ports.doorbell, ids)
  return ids.length
}

async function release(ports: ReleasePorts, tx: Transaction, hold: ReserveHold): Promise<void> {
  const movedMinor = restOfMinor(hold)
  const eventId = ports.ids.event()
  const { merchantId, currency } = hold
  const atMs = ports.clock.virtualNowMs()
  const of = { merchantId, currency, eventId, type: 'reserve_release', netMinor: movedMinor, atMs } as const
  const released = { ...hold, releasedMinor: hold.releasedMinor + movedMinor, eventCount: hold.eventCount + 1 }
  await ports.reserves.update(tx, released)
  await writeItems(ports, tx, [of])
  await bookReserve(ports, tx, eventId, released, { eventType: 'reserve.released', moved: movedMinor })
}

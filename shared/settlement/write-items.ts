/** Items that follow from no capture and no refund, such as an adjustment, a payout that came back or a dispute. */
import type { ItemType } from '../contracts/lists.ts'
import { addBusinessDays, type BusinessCalendar, periodEndOf, soldOn } from '../domain/business-days.ts'
import { type SettlementTerms, termsAt } from '../domain/settlement-terms.ts'
import type { Clock, Transaction } from '../payments/ports.ts'
import type { Account, Calendars, Items, SettlementIds, SettlementItem, TermsReader } from './ports.ts'

export interface ItemPorts {
  items: Pick<Items, 'insert'>
  terms: TermsReader
  /** Of merchants without terms of their own. */
  settlementDefaults: SettlementTerms
  calendars: Calendars
  clock: Clock
  ids: Pick<SettlementIds, 'item'>
}

/** What an item follows from, and when (virtual time). */
export interface OwedItem extends Account {
  eventId: string
  type: ItemType
  netMinor: number
  atMs: number
  /** Absent when it is not of one payment. */
  paymentId?: string
}

/** Writes the item of each, at least one, by the terms of its moment, as if it were sold then. */
export async function writeItems(ports: ItemPorts, tx: Transaction, all: readonly OwedItem[]): Promise<void> {
  const rows = await ports.terms.listTerms(tx, [...new Set(all.map(({ merchantId }) => merchantId))])
  const termsOf = ({ merchantId, currency, atMs }: OwedItem) =>
    termsAt(rows, ports.settlementDefaults, merchantId, currency, atMs)
  const calendars = new Map<string, BusinessCalendar>()
  for (const name of new Set(all.map(of => termsOf(of).calendar)))
    calendars.set(name, await ports.calendars.calendar(name, tx))
  const items = all.map(of => itemBy(ports, of, termsOf(of), calendars))
  await ports.items.insert(tx, items, ports.clock.nowMs())
}

function itemBy(
  { ids }: ItemPorts,
  { merchantId, currency, eventId, type, netMinor, atMs, paymentId }: OwedItem,
  terms: SettlementTerms,
  calendars: ReadonlyMap<string, BusinessCalendar>,
): SettlementItem {
  const calendar = calendars.get(terms.calendar)!
  const day = soldOn(atMs, terms)
  const periodEnd = periodEndOf(day, terms.cycle)
  return {
    ...{ itemId: ids.item(), merchantId, currency, paymentId: paymentId ?? null, eventId, type },
    ...{ grossMinor: netMinor, feeMinor: 0, vatMinor: 0, netMinor },
    ...{ soldOn: day, periodEnd, dueOn: addBusinessDays(calendar, periodEnd, terms.delayDays) ?? null },
    calendarVersion: calendar.version,
  }
}

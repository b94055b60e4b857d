/** Items that a batch makes itself while it is closed: they are in it from the start. */
import type { BusinessCalendar } from '../domain/business-days.ts'
import type { Clock, Transaction } from '../payments/ports.ts'
import type { Items, SettlementBatch, SettlementIds, SettlementItem, UnbatchedItems } from './ports.ts'

export interface OwnItemPorts {
  items: Pick<Items, 'insert'>
  unbatchedItems: Pick<UnbatchedItems, 'assign'>
  clock: Clock
  ids: Pick<SettlementIds, 'item'>
}

export type OwnItem = Pick<SettlementItem, 'type' | 'eventId' | 'netMinor'>

/** An item of this day, due with the batch. */
export function itemOfBatch(
  { ids }: Pick<OwnItemPorts, 'ids'>,
  { merchantId, currency, dueOn }: SettlementBatch,
  { type, eventId, netMinor }: OwnItem,
  { day, calendarVersion }: { day: string; calendarVersion: number },
): SettlementItem {
  return {
    ...{ itemId: ids.item(), merchantId, currency, paymentId: null, eventId, type },
    ...{ grossMinor: netMinor, feeMinor: 0, vatMinor: 0, netMinor },
    ...{ soldOn: day, periodEnd: day, dueOn, calendarVersion },
  }
}

/** Puts an item of its last day into the batch, which must be locked, and returns the batch with it. The caller writes it. */
export async function addOwnItem(
  ports: OwnItemPorts,
  tx: Transaction,
  batch: SettlementBatch,
  item: OwnItem,
  calendar: BusinessCalendar,
): Promise<SettlementBatch> {
  const written = itemOfBatch(ports, batch, item, { day: batch.periodEnd, calendarVersion: calendar.version })
  await ports.items.insert(tx, [written], ports.clock.nowMs())
  await ports.unbatchedItems.assign(tx, written.itemId, batch.batchId)
  return { ...batch, itemCount: batch.itemCount + 1, netMinor: batch.netMinor + item.netMinor }
}

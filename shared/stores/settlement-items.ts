/** The table `settlement_item`: what merchants are owed, item by item. */
import type { Transaction } from '../payments/ports.ts'
import type { Items, SettlementItem } from '../settlement/ports.ts'
import type { Database } from './database.ts'

const COLUMNS = `item_id, merchant_id, currency, payment_id, event_id, type, gross, fee, vat, net, sold_on, period_end, due_on,
  calendar_version, recorded_at`

export class SettlementItemTable implements Items {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(tx: Transaction, items: readonly SettlementItem[], nowMs: number): Promise<void> {
    for (const item of items) {
      const row = [
        item.itemId,
        item.merchantId,
        item.currency,
        item.paymentId,
        item.eventId,
        item.type,
        item.grossMinor,
        item.feeMinor,
        item.vatMinor,
        item.netMinor,
        item.soldOn,
        item.periodEnd,
        item.dueOn,
        item.calendarVersion,
        new Date(nowMs),
      ]
      this.#database.insertLater(`INSERT INTO settlement_item (${COLUMNS}) VALUES`, row, tx)
    }
  }

  async eventsWithItems(tx: Transaction, eventIds: readonly string[]): Promise<Set<string>> {
    const rows = await this.#database.select<{ event_id: string }>(
      'SELECT event_id FROM settlement_item WHERE event_id IN (?)',
      [eventIds],
      tx,
    )
    return new Set(rows.map(row => row.event_id))
  }
}

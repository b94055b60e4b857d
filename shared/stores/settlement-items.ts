/** The table `settlement_item`: what merchants are owed, item by item. */
import type { Transaction } from '../payments/ports.ts'
import type { ItemPeriod, Items, SettlementItem, UndatedItems } from '../settlement/ports.ts'
import type { Database } from './database.ts'
import { dayIn } from './days.ts'

export const ITEM_COLUMNS = `item_id, merchant_id, currency, payment_id, event_id, type, gross, fee, vat, net, sold_on, period_end, due_on,
  calendar_version`

/** The items of one merchant and currency that are in no batch. */
export interface OpenSum {
  merchantId: string
  currency: string
  itemCount: number
  netMinor: number
  /** Null: no item has a due date. */
  nextDueOn: string | null
  undatedCount: number
}

interface OpenRow {
  merchant_id: string
  currency: string
  item_count: number
  /** Sums come as text. */
  net: string
  next_due_on: Date | null
  undated_count: string
}

/** With this index nothing is read that has a due date. */
const BY_DUE = 'FORCE INDEX (settlement_item_by_due)'

export class SettlementItemTable implements Items, UndatedItems {
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
      this.#database.insertLater(`INSERT INTO settlement_item (${ITEM_COLUMNS}, recorded_at) VALUES`, row, tx)
    }
  }

  /** What is owed and in no batch, by merchant and currency, at most `limit` of them. Reads every such item. */
  async openSums(limit: number): Promise<OpenSum[]> {
    const rows = await this.#database.select<OpenRow>(
      `SELECT merchant_id, currency, COUNT(*) AS item_count, SUM(net) AS net, MIN(due_on) AS next_due_on,
         SUM(CASE WHEN due_on IS NULL THEN 1 ELSE 0 END) AS undated_count
       FROM settlement_item WHERE batch_id IS NULL GROUP BY merchant_id, currency ORDER BY merchant_id, currency LIMIT ?`,
      [limit],
    )
    return rows.map(row => ({
      ...{ merchantId: row.merchant_id, currency: row.currency, itemCount: row.item_count, netMinor: Number(row.net) },
      nextDueOn: row.next_due_on && dayIn(row.next_due_on),
      undatedCount: Number(row.undated_count),
    }))
  }

  async listUndated(limit: number): Promise<ItemPeriod[]> {
    const rows = await this.#database.select<{ merchant_id: string; currency: string; period_end: Date }>(
      `SELECT DISTINCT merchant_id, currency, period_end FROM settlement_item ${BY_DUE} WHERE due_on IS NULL
       ORDER BY period_end, merchant_id, currency LIMIT ?`,
      [limit],
    )
    return rows.map(row => ({
      ...{ merchantId: row.merchant_id, currency: row.currency, periodEnd: dayIn(row.period_end) },
    }))
  }

  /** In the order in which a batch takes them. */
  async date(
    tx: Transaction,
    { merchantId, currency, periodEnd }: ItemPeriod,
    { dueOn, calendarVersion }: { dueOn: string; calendarVersion: number },
    limit: number,
  ): Promise<number> {
    const rows = await this.#database.select<{ item_id: string }>(
      `SELECT item_id FROM settlement_item ${BY_DUE}
       WHERE due_on IS NULL AND merchant_id = ? AND currency = ? AND period_end = ? ORDER BY item_id LIMIT ? FOR UPDATE`,
      [merchantId, currency, periodEnd, limit],
      tx,
    )
    const ids = rows.map(row => row.item_id)
    const sql = 'UPDATE settlement_item SET due_on = ?, calendar_version = ? WHERE item_id IN (?)'
    if (ids.length > 0) this.#database.writeLater(sql, [dueOn, calendarVersion, ids], tx)
    return ids.length
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

/** Reads the table `settlement_item` by the day of the sale. */
import type { FeeItem, FeeItems, FeePosition } from '../books/ports.ts'
import type { Database } from './database.ts'
import { dayIn } from './days.ts'

interface FeeRow {
  item_id: string
  merchant_id: string
  currency: string
  event_id: string
  type: FeeItem['type']
  gross: number
  fee: number
  vat: number
  sold_on: Date
}

export class FeeItemTable implements FeeItems {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async listSold({ from, to }: { from: string; to: string }, limit: number, after?: FeePosition): Promise<FeeItem[]> {
    const first = after?.soldOn ?? from
    const rows = await this.#database.select<FeeRow>(
      `SELECT item_id, merchant_id, currency, event_id, type, gross, fee, vat, sold_on FROM settlement_item
       WHERE sold_on >= ? AND sold_on <= ? AND (sold_on > ? OR item_id > ?) AND type IN ('capture', 'refund')
       ORDER BY sold_on, item_id LIMIT ?`,
      [first, to, first, after?.itemId ?? '', limit],
    )
    return rows.map(itemOf)
  }

  async eventsWithItem(eventIds: readonly string[]): Promise<Set<string>> {
    const rows = await this.#database.select<{ event_id: string }>(
      "SELECT event_id FROM settlement_item WHERE event_id IN (?) AND type IN ('capture', 'refund')",
      [eventIds],
    )
    return new Set(rows.map(row => row.event_id))
  }
}

const itemOf = (row: FeeRow): FeeItem => ({
  itemId: row.item_id,
  merchantId: row.merchant_id,
  currency: row.currency,
  eventId: row.event_id,
  type: row.type,
  grossMinor: row.gross,
  feeMinor: row.fee,
  vatMinor: row.vat,
  soldOn: dayIn(row.sold_on),
})

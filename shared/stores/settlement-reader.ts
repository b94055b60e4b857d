/** Reads batches, their items and payouts for callers, page by page. */
import { type BatchState, batchStates, type ItemType } from '../contracts/lists.ts'
import type {
  BatchQuery,
  ItemPosition,
  Payout,
  PayoutQuery,
  SettlementBatch,
  SettlementItem,
  SettlementReader,
} from '../settlement/ports.ts'
import type { Database, SqlValue } from './database.ts'
import { dayIn } from './days.ts'
import { PAYOUT_COLUMNS, type PayoutRow, payoutOf } from './payouts.ts'
import { BATCH_COLUMNS, type BatchRow, batchOf, USED_UP } from './settlement-batches.ts'
import { ITEM_COLUMNS } from './settlement-items.ts'

interface ItemRow {
  item_id: string
  merchant_id: string
  currency: string
  payment_id: string | null
  event_id: string
  type: ItemType
  gross: number
  fee: number
  vat: number
  net: number
  sold_on: Date
  period_end: Date
  due_on: Date | null
  calendar_version: number
}

/** Conditions with their values; all must hold. */
type Conditions = Array<[sql: string, values: readonly SqlValue[]]>

const dayColumns = { periodEnd: 'period_end', dueOn: 'due_on' } as const satisfies Record<BatchQuery['by'], string>

export class SettlementReaderTables implements SettlementReader {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async listBatches(query: BatchQuery): Promise<Array<{ batch: SettlementBatch; payout: Payout | null }>> {
    const { sql, values } = query.isUsedUp === true ? usedUpPage(query) : batchPage(query)
    const batches = (await this.#database.select<BatchRow>(sql, values)).map(batchOf)
    const payouts = await this.#newestPayouts(batches.map(({ batchId }) => batchId))
    return batches.map(batch => ({ batch, payout: payouts.get(batch.batchId) ?? null }))
  }

  async findBatch(batchId: string): Promise<{ batch: SettlementBatch; payouts: Payout[] } | undefined> {
    const [[row], payouts] = await Promise.all([
      this.#database.select<BatchRow>(`SELECT ${BATCH_COLUMNS} FROM settlement_batch WHERE batch_id = ?`, [batchId]),
      this.#payoutsWhere('batch_id = ? ORDER BY attempt', [batchId]),
    ])
    return row && { batch: batchOf(row), payouts }
  }

  /** A batch is of one merchant and currency: its part of the index is in the order of periods and ids. */
  async listItems(batchId: string, limit: number, after?: ItemPosition): Promise<SettlementItem[]> {
    const [of] = await this.#database.select<{ merchant_id: string; currency: string }>(
      'SELECT merchant_id, currency FROM settlement_batch WHERE batch_id = ?',
      [batchId],
    )
    if (of === undefined) return []
    const conditions = oneValueRanges({ batch_id: batchId, merchant_id: of.merchant_id, currency: of.currency })
    if (after !== undefined)
      conditions.push([
        '(period_end > ? OR (period_end = ? AND item_id > ?))',
        [after.periodEnd, after.periodEnd, after.itemId],
      ])
    const rows = await this.#database.select<ItemRow>(
      `SELECT ${ITEM_COLUMNS} FROM settlement_item FORCE INDEX (settlement_item_by_batch) WHERE ${allOf(conditions)}
       ORDER BY batch_id, merchant_id, currency, period_end, item_id LIMIT ?`,
      [...valuesOf(conditions), limit],
    )
    return rows.map(itemOf)
  }

  listPayouts({ merchantId, state, fileId, limit, beforePayoutId }: PayoutQuery): Promise<Payout[]> {
    const filters = { merchant_id: merchantId, state, file_id: fileId }
    const conditions = oneValueRanges(filters)
    if (beforePayoutId !== undefined) conditions.push(['payout_id < ?', [beforePayoutId]])
    // What is in a file is in its part of the index, in the order of the ids; other filters look at the rows.
    const [index, ordered] =
      fileId === undefined ? ['', givenIn(filters)] : ['FORCE INDEX (payout_by_file)', ['file_id']]
    const order = [...ordered, 'payout_id'].map(column => `${column} DESC`)
    return this.#payoutsWhere(
      `${allOf(conditions)} ORDER BY ${order.join(', ')} LIMIT ?`,
      [...valuesOf(conditions), limit],
      index,
    )
  }

  async #newestPayouts(batchIds: readonly string[]): Promise<Map<string, Payout>> {
    if (batchIds.length === 0) return new Map()
    const payouts = await this.#payoutsWhere('batch_id IN (?) ORDER BY attempt', [batchIds])
    return new Map(payouts.map(payout => [payout.batchId, payout]))
  }

  async #payoutsWhere(condition: string, values: readonly SqlValue[], index = ''): Promise<Payout[]> {
    const rows = await this.#database.select<PayoutRow>(
      `SELECT ${PAYOUT_COLUMNS} FROM payout ${index} WHERE ${condition}`,
      values,
    )
    return rows.map(payoutOf)
  }
}

/**
 * The newest of each state, and of these the newest: every index is by state, so that four of them do for eight combinations of
 * filters. Of each state no more is read than the page holds, from the index alone; then the rows of the page.
 */
function batchPage(query: BatchQuery): { sql: string; values: SqlValue[] } {
  const day = dayColumns[query.by]
  const states = query.state === undefined ? batchStates : [query.state]
  const parts = states.map(state => newestOf(query, state, day))
  const newest = parts.map(({ sql }) => `(${sql})`).join(' UNION ALL ')
  return {
    sql: `SELECT ${BATCH_COLUMNS} FROM settlement_batch
      JOIN (${newest} ORDER BY listed_day DESC, listed_id DESC LIMIT ?) listed ON listed_id = batch_id
      ORDER BY ${day} DESC, batch_id DESC`,
    values: [...parts.flatMap(({ values }) => values), query.limit],
  }
}

/** All that are used up are looked at: there are as many as people have to look at. */
function usedUpPage(query: BatchQuery): { sql: string; values: SqlValue[] } {
  const day = dayColumns[query.by]
  const conditions: Conditions = [
    [USED_UP.condition, USED_UP.values],
    ...oneValueRanges({ merchant_id: query.merchantId, currency: query.currency, state: query.state }),
    ...placesOf(query, day),
  ]
  return {
    sql: `SELECT ${BATCH_COLUMNS} FROM ${USED_UP.from} WHERE ${allOf(conditions)} ORDER BY ${day} DESC, batch_id DESC LIMIT ?`,
    values: [...valuesOf(conditions), query.limit],
  }
}

function newestOf(query: BatchQuery, state: BatchState, day: string): { sql: string; values: SqlValue[] } {
  const { merchantId, currency, limit } = query
  const filters = { merchant_id: merchantId, currency, state }
  const conditions = [...oneValueRanges(filters), ...placesOf(query, day)]
  const order = [...givenIn(filters), day, 'batch_id'].map(column => `${column} DESC`)
  return {
    sql: `SELECT ${day} AS listed_day, batch_id AS listed_id FROM settlement_batch FORCE INDEX (${indexOf(query)}) WHERE ${allOf(conditions)}
      ORDER BY ${order.join(', ')} LIMIT ?`,
    values: [...valuesOf(conditions), limit],
  }
}

function placesOf({ from, to, before }: BatchQuery, day: string): Conditions {
  const conditions: Conditions = []
  if (from !== undefined) conditions.push([`${day} >= ?`, [from]])
  if (to !== undefined) conditions.push([`${day} <= ?`, [to]])
  if (before !== undefined)
    conditions.push([`(${day} < ? OR (${day} = ? AND batch_id < ?))`, [before.day, before.day, before.batchId]])
  return conditions
}

/** Named, since the statistics of a table say nothing about a merchant: another index is sometimes taken, and read whole. */
function indexOf({ by, merchantId, currency }: BatchQuery): string {
  const filters = [merchantId !== undefined && 'merchant', currency !== undefined && 'currency'].filter(Boolean)
  const order = by === 'dueOn' ? 'due' : 'sold'
  return ['settlement_batch', ...filters, order].join('_')
}

const givenIn = (filters: Record<string, SqlValue | undefined>): string[] =>
  Object.keys(filters).filter(column => filters[column] !== undefined)

/** A filter is a range of one value: see `MySqlPaymentReader.list`. */
const oneValueRanges = (filters: Record<string, SqlValue | undefined>): Conditions =>
  givenIn(filters).map(column => [`${column} >= ? AND ${column} <= ?`, [filters[column]!, filters[column]!]])

const allOf = (conditions: Conditions): string =>
  conditions.length === 0 ? 'TRUE' : conditions.map(([sql]) => sql).join(' AND ')

const valuesOf = (conditions: Conditions): SqlValue[] => conditions.flatMap(([, values]) => values)

const itemOf = (row: ItemRow): SettlementItem => ({
  itemId: row.item_id,
  merchantId: row.merchant_id,
  currency: row.currency,
  paymentId: row.payment_id,
  eventId: row.event_id,
  type: row.type,
  grossMinor: row.gross,
  feeMinor: row.fee,
  vatMinor: row.vat,
  netMinor: row.net,
  soldOn: dayIn(row.sold_on),
  periodEnd: dayIn(row.period_end),
  dueOn: row.due_on && dayIn(row.due_on),
  calendarVersion: row.calendar_version,
})

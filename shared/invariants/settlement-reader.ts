/** The SQL of the settlement invariants: batches and files, a page at a time, and the sums beside them. Never writes, never locks. */
import { entryOf, everyEvent, itemOf, type Query } from './database-reader.ts'
import { Balances } from './database-totals.ts'
import { disputeExpectationKinds, disputeItemTypes, quoted } from './dispute-history.ts'
import {
  type BatchHistory,
  type BatchRow,
  type FileHistory,
  type PayoutHistory,
  payableOf,
  RECEIVABLE,
  type SettlementSums,
  type SubjectEvent,
} from './settlement-history.ts'

// biome-ignore lint/suspicious/noExplicitAny: what a column holds is said by the migrations.
type Row = Record<string, any>

const PAGE_ROWS = 500

const OPEN_ITEMS = `SELECT merchant_id, currency, SUM(net) AS total FROM settlement_item WHERE batch_id IS NULL GROUP BY merchant_id, currency
  UNION ALL
  SELECT i.merchant_id, i.currency, SUM(i.net) AS total FROM settlement_batch b
    JOIN settlement_item i ON i.batch_id = b.batch_id WHERE b.state = 'OPEN' GROUP BY i.merchant_id, i.currency`

const ITEMS_OF_BATCHES = `SELECT batch_id, COUNT(*) AS item_count, SUM(net) AS net,
  SUM(CASE WHEN type = 'carry_out' THEN net ELSE 0 END) AS carried_out,
  SUM(CASE WHEN type = 'carry_out' THEN 1 ELSE 0 END) AS carry_out_count
  FROM settlement_item WHERE batch_id IN (?) GROUP BY batch_id`

const LINES_OF_PAYOUTS = `SELECT a.subject, a.subject_kind, a.amount, a.currency, s.account,
  (SELECT COALESCE(SUM(k.booked), 0) FROM recon_break k WHERE k.file_id = a.file_id AND k.line_no = a.line_no) AS booked
  FROM recon_allocation a JOIN recon_file f ON f.file_id = a.file_id LEFT JOIN recon_source s ON s.source_id = f.source_id
  WHERE a.subject_kind IN ('payout', 'return') AND a.subject IN (?)`

export class SettlementReader {
  readonly #rows: Query

  constructor(query: Query) {
    this.#rows = query
  }

  async *batches(): AsyncGenerator<BatchHistory> {
    for await (const rows of this.#pages('settlement_batch', 'batch_id')) yield* await this.#historiesOf(rows)
  }

  async *payoutFiles(): AsyncGenerator<FileHistory> {
    for await (const rows of this.#pages('payout_file', 'file_id')) yield* await this.#filesOf(rows)
  }

  async sums(): Promise<SettlementSums> {
    const [openItems, expected, moved] = [new Balances(), new Balances(), new Balances()]
    for (const row of await this.#rows(OPEN_ITEMS, []))
      openItems.add(payableOf(row.merchant_id), row.currency, BigInt(row.total))
    const unsettled =
      "SELECT currency, SUM(amount) AS total FROM recon_expectation WHERE state <> 'SETTLED' GROUP BY currency"
    for (const row of await this.#rows(unsettled, [])) expected.add(RECEIVABLE, row.currency, BigInt(row.total))
    let entryCount = 0
    const entries = `SELECT debit_account, credit_account, currency, SUM(amount) AS total, COUNT(*) AS count
      FROM ledger_entry WHERE payment_id IS NULL GROUP BY debit_account, credit_account, currency`
    for (const row of await this.#rows(entries, [])) {
      moved.add(row.debit_account, row.currency, BigInt(row.total))
      moved.add(row.credit_account, row.currency, -BigInt(row.total))
      entryCount += Number(row.count)
    }
    const [items] = await this.#rows('SELECT COUNT(*) AS count FROM settlement_item WHERE payment_id IS NULL', [])
    const itemCount = Number(items!.count)
    return { openItems, expected, moved, entryCount, itemCount, ...(await this.#countsOfDisputes()) }
  }

  async #countsOfDisputes(): Promise<Pick<SettlementSums, 'disputeItemCount' | 'disputeExpectationCount'>> {
    const [items] = await this.#rows(
      `SELECT COUNT(*) AS count FROM settlement_item WHERE type IN (${quoted(disputeItemTypes)})`,
      [],
    )
    const [expected] = await this.#rows(
      `SELECT COUNT(*) AS count FROM recon_expectation WHERE kind IN (${quoted(disputeExpectationKinds)})`,
      [],
    )
    return { disputeItemCount: Number(items!.count), disputeExpectationCount: Number(expected!.count) }
  }

  async *#pages(table: string, key: string): AsyncGenerator<Row[]> {
    for (let after = ''; ; ) {
      const rows = await this.#rows(`SELECT * FROM ${table} WHERE ${key} > ? ORDER BY ${key} LIMIT ?`, [
        after,
        PAGE_ROWS,
      ])
      if (rows.length > 0) yield rows
      if (rows.length < PAGE_ROWS) return
      after = rows.at(-1)![key]
    }
  }

  async #historiesOf(rows: Row[]): Promise<BatchHistory[]> {
    const ids = rows.map(row => row.batch_id)
    const items = await this.#byKey(ITEMS_OF_BATCHES, ids, 'batch_id')
    const events = await this.#eventsOf(ids)
    const carried = await this.#byKey(
      'SELECT * FROM settlement_item WHERE event_id IN (?)',
      eventIdsOf([...events.values()].flat()),
      'event_id',
    )
    const payouts = await this.#payoutsOf(ids)
    return rows.map(row => {
      const own = events.get(row.batch_id) ?? []
      const ofPayouts = payouts.get(row.batch_id) ?? []
      return {
        batch: batchOf(row),
        items: sumsOf(items.get(row.batch_id)?.[0]),
        carried: eventIdsOf(own)
          .flatMap(eventId => carried.get(eventId) ?? [])
          .map(placedItemOf),
        payouts: ofPayouts.map(({ history }) => history),
        events: [...own, ...ofPayouts.flatMap(({ events }) => events)],
      }
    })
  }

  async #payoutsOf(batchIds: string[]): Promise<Map<string, { history: PayoutHistory; events: SubjectEvent[] }[]>> {
    const rows = await this.#rows('SELECT * FROM payout WHERE batch_id IN (?) ORDER BY batch_id, attempt', [batchIds])
    const events = await this.#eventsOf(rows.map(row => row.payout_id))
    const eventIds = eventIdsOf([...events.values()].flat())
    const entries = await this.#byKey('SELECT * FROM ledger_entry WHERE event_id IN (?)', eventIds, 'event_id')
    const items = await this.#byKey('SELECT * FROM settlement_item WHERE event_id IN (?)', eventIds, 'event_id')
    const ids = rows.map(row => row.payout_id)
    const lines = await this.#byKey(LINES_OF_PAYOUTS, ids, 'subject')
    const payouts = rows.map(row => {
      const own = events.get(row.payout_id) ?? []
      const booked = eventIdsOf(own).flatMap(eventId => entries.get(eventId) ?? [])
      const history = {
        ...payoutOf(row),
        entries: booked.map(entry => ({ ...entryOf(entry), subjectId: entry.subject_id })),
        lines: (lines.get(row.payout_id) ?? []).map(payoutLineOf),
        items: eventIdsOf(own)
          .flatMap(eventId => items.get(eventId) ?? [])
          .map(placedItemOf),
      }
      return { batchId: String(row.batch_id), history, events: own }
    })
    return Map.groupBy(payouts, ({ batchId }) => batchId)
  }

  async #filesOf(rows: Row[]): Promise<FileHistory[]> {
    const sums = await this.#byKey(
      'SELECT file_id, state, COUNT(*) AS count, SUM(amount) AS total FROM payout WHERE file_id IN (?) GROUP BY file_id, state',
      rows.map(row => row.file_id),
      'file_id',
    )
    return rows.map(row => ({
      fileId: row.file_id,
      state: row.state,
      payoutCount: row.payout_count,
      total: row.total,
      payouts: (sums.get(row.file_id) ?? []).map(({ state, count, total }) => ({
        state,
        count: Number(count),
        total: Number(total),
      })),
    }))
  }

  /** By subject, in the order of their sequence. */
  async #eventsOf(subjectIds: string[]): Promise<Map<string, SubjectEvent[]>> {
    if (subjectIds.length === 0) return new Map()
    const columns = 'event_id, topic, message_key, sequence, created_at, published_at'
    const rows = await this.#rows(everyEvent(columns, 'message_key IN (?)'), [subjectIds, subjectIds])
    const events = rows.map(eventOf).sort((one, other) => one.sequence - other.sequence)
    return Map.groupBy(events, ({ subjectId }) => subjectId)
  }

  async #byKey(sql: string, values: string[], key: string): Promise<Map<string, Row[]>> {
    return values.length === 0 ? new Map() : Map.groupBy(await this.#rows(sql, [values]), row => String(row[key]))
  }
}

const eventIdsOf = (events: readonly SubjectEvent[]): string[] => events.map(({ eventId }) => eventId)

export const eventOf = (row: Row): SubjectEvent => ({
  eventId: row.event_id,
  topic: row.topic,
  subjectId: row.message_key,
  sequence: row.sequence,
  createdAtMs: row.created_at.getTime(),
  publishedAtMs: row.published_at?.getTime() ?? null,
})

const batchOf = (row: Row): BatchRow => ({
  batchId: row.batch_id,
  merchantId: row.merchant_id,
  currency: row.currency,
  state: row.state,
  itemCount: row.item_count,
  net: row.net,
})

const payoutOf = (row: Row) => ({
  payoutId: row.payout_id,
  attempt: row.attempt,
  merchantId: row.merchant_id,
  amount: row.amount,
  currency: row.currency,
  state: row.state,
})

const payoutLineOf = (row: Row) => ({
  kind: row.subject_kind,
  amount: row.amount,
  currency: row.currency,
  account: row.account,
  booked: Number(row.booked),
})

export const placedItemOf = (item: Row) => ({ ...itemOf(item), batchId: item.batch_id })

const sumsOf = (row: Row | undefined): BatchHistory['items'] => ({
  count: Number(row?.item_count ?? 0),
  net: Number(row?.net ?? 0),
  carriedOut: Number(row?.carried_out ?? 0),
  carryOutCount: Number(row?.carry_out_count ?? 0),
})

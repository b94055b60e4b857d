/** The table `reserve_hold`: what batches held back of their merchants. */
import type { Transaction } from '../payments/ports.ts'
import type { Account, ReleaseRule, ReserveHold, Reserves } from '../settlement/ports.ts'
import type { Database } from './database.ts'
import { dayIn } from './days.ts'

interface HoldRow {
  hold_id: string
  merchant_id: string
  currency: string
  batch_id: string
  amount: number
  released: number
  used: number
  period_end: Date
  reserve_days: number
  calendar: string
  timezone: string
  release_on: Date | null
  event_count: number
  held_at: Date
}

const COLUMNS = `hold_id, merchant_id, currency, batch_id, amount, released, used, period_end, reserve_days, calendar, timezone, release_on,
  event_count, held_at`

const holdOf = (row: HoldRow): ReserveHold => ({
  holdId: row.hold_id,
  merchantId: row.merchant_id,
  currency: row.currency,
  batchId: row.batch_id,
  amountMinor: row.amount,
  releasedMinor: row.released,
  usedMinor: row.used,
  periodEnd: dayIn(row.period_end),
  reserveDays: row.reserve_days,
  calendar: row.calendar,
  timezone: row.timezone,
  releaseOn: row.release_on && dayIn(row.release_on),
  eventCount: row.event_count,
  heldAtMs: row.held_at.getTime(),
})

const isOpen = ({ amountMinor, releasedMinor, usedMinor }: ReserveHold): number =>
  releasedMinor + usedMinor < amountMinor ? 1 : 0

export class ReserveTable implements Reserves {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(tx: Transaction, hold: ReserveHold): Promise<void> {
    const row = [
      ...[hold.holdId, hold.merchantId, hold.currency, hold.batchId, hold.amountMinor, hold.releasedMinor],
      ...[hold.usedMinor, hold.periodEnd, hold.reserveDays, hold.calendar, hold.timezone, hold.releaseOn],
      ...[hold.eventCount, new Date(hold.heldAtMs), isOpen(hold)],
    ]
    this.#database.insertLater(`INSERT INTO reserve_hold (${COLUMNS}, is_open) VALUES`, row, tx)
  }

  lockOpen(tx: Transaction, { merchantId, currency }: Account, limit: number): Promise<ReserveHold[]> {
    const open = 'merchant_id = ? AND currency = ? AND is_open = 1 ORDER BY hold_id LIMIT ? FOR UPDATE'
    return this.#select(open, [merchantId, currency, limit], tx)
  }

  async releasedIntoMinor(tx: Transaction, batchId: string): Promise<number> {
    const [row] = await this.#database.select<{ net: string | null }>(
      "SELECT SUM(net) AS net FROM settlement_item WHERE batch_id = ? AND type = 'reserve_release'",
      [batchId],
      tx,
    )
    return Number(row!.net ?? 0)
  }

  async firstReleases(): Promise<{ timezone: string; releaseOn: string }[]> {
    const rows = await this.#database.select<{ timezone: string; release_on: Date }>(
      `SELECT timezone, MIN(release_on) AS release_on FROM reserve_hold
       WHERE is_open = 1 AND release_on IS NOT NULL GROUP BY timezone`,
      [],
    )
    return rows.map(row => ({ timezone: row.timezone, releaseOn: dayIn(row.release_on) }))
  }

  /** They are found without a lock and then locked by their ids: whoever locks several of an account goes by the same order. */
  async lockDue(tx: Transaction, timezone: string, releaseOnMax: string, limit: number): Promise<ReserveHold[]> {
    const found = await this.#select(
      'is_open = 1 AND timezone = ? AND release_on <= ? ORDER BY release_on, hold_id LIMIT ?',
      [timezone, releaseOnMax, limit],
      tx,
    )
    if (found.length === 0) return []
    const ids = found.map(({ holdId }) => holdId)
    return this.#select('hold_id IN (?) AND is_open = 1 ORDER BY hold_id FOR UPDATE', [ids], tx)
  }

  async update(tx: Transaction, hold: ReserveHold): Promise<void> {
    this.#database.writeLater(
      'UPDATE reserve_hold SET released = ?, used = ?, is_open = ?, event_count = ? WHERE hold_id = ?',
      [hold.releasedMinor, hold.usedMinor, isOpen(hold), hold.eventCount, hold.holdId],
      tx,
    )
  }

  async undated(limit: number): Promise<ReleaseRule[]> {
    const rows = await this.#database.select<Pick<HoldRow, 'period_end' | 'reserve_days' | 'calendar'>>(
      `SELECT DISTINCT period_end, reserve_days, calendar FROM reserve_hold WHERE is_open = 1 AND release_on IS NULL LIMIT ?`,
      [limit],
    )
    return rows.map(row => ({
      periodEnd: dayIn(row.period_end),
      reserveDays: row.reserve_days,
      calendar: row.calendar,
    }))
  }

  async date({ periodEnd, reserveDays, calendar }: ReleaseRule, releaseOn: string): Promise<void> {
    await this.#database.write(
      `UPDATE reserve_hold SET release_on = ? WHERE is_open = 1 AND release_on IS NULL AND period_end = ? AND reserve_days = ?
         AND calendar = ?`,
      [releaseOn, periodEnd, reserveDays, calendar],
    )
  }

  /** Those that hold something, of a merchant or of all, the newest first. */
  listOpen(merchantId: string | undefined, limit: number): Promise<ReserveHold[]> {
    const newest = 'is_open = 1 ORDER BY hold_id DESC LIMIT ?'
    return merchantId === undefined
      ? this.#select(newest, [limit])
      : this.#select(`merchant_id = ? AND ${newest}`, [merchantId, limit])
  }

  async #select(
    condition: string,
    values: Parameters<Database['select']>[1],
    tx?: Transaction,
  ): Promise<ReserveHold[]> {
    const sql = `SELECT ${COLUMNS} FROM reserve_hold WHERE ${condition}`
    return (await this.#database.select<HoldRow>(sql, values, tx)).map(holdOf)
  }
}

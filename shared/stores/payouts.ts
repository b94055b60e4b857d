/** The table `payout`. */
import type { PayoutState } from '../contracts/lists.ts'
import type { Transaction } from '../payments/ports.ts'
import type { Payout, PayoutChange, Payouts, PayoutsToHold, UnansweredPayouts, Waiting } from '../settlement/ports.ts'
import type { Database, SqlValue } from './database.ts'

export interface PayoutRow {
  payout_id: string
  batch_id: string
  attempt: number
  merchant_id: string
  amount: number
  currency: string
  account_token: string
  state: PayoutState
  file_id: string | null
  bank_ref: string | null
  failure: string | null
  event_count: number
  ask_at_ms: number
  created_at: Date
  updated_at: Date
}

export const PAYOUT_COLUMNS = `payout_id, batch_id, attempt, merchant_id, amount, currency, account_token, state, file_id, bank_ref, failure,
  event_count, ask_at_ms, created_at, updated_at`

export const payoutOf = (row: PayoutRow): Payout => ({
  payoutId: row.payout_id,
  batchId: row.batch_id,
  attempt: row.attempt,
  merchantId: row.merchant_id,
  amountMinor: row.amount,
  currency: row.currency,
  accountToken: row.account_token,
  state: row.state,
  fileId: row.file_id,
  bankRef: row.bank_ref,
  failure: row.failure,
  eventCount: row.event_count,
  askAtMs: row.ask_at_ms,
  createdAtMs: row.created_at.getTime(),
  updatedAtMs: row.updated_at.getTime(),
})

const UNFILED = "state = 'CREATED' AND file_id IS NULL"
const ASKABLE = `state = 'SENT' AND EXISTS
  (SELECT 1 FROM payout_file f WHERE f.file_id = payout.file_id AND f.state = 'ACCEPTED')`

export class PayoutTable implements Payouts, PayoutsToHold, UnansweredPayouts {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(tx: Transaction, payout: Payout): Promise<void> {
    const row = [
      payout.payoutId,
      payout.batchId,
      payout.attempt,
      payout.merchantId,
      payout.amountMinor,
      payout.currency,
      payout.accountToken,
      payout.state,
      payout.fileId,
      payout.bankRef,
      payout.failure,
      payout.eventCount,
      payout.askAtMs,
      new Date(payout.createdAtMs),
      new Date(payout.updatedAtMs),
    ]
    this.#database.insertLater(`INSERT INTO payout (${PAYOUT_COLUMNS}) VALUES`, row, tx)
  }

  async find(payoutId: string): Promise<Payout | undefined> {
    const rows = await this.#select('payout_id = ?', [payoutId])
    return rows[0]
  }

  async lock(tx: Transaction, payoutId: string): Promise<Payout | undefined> {
    const rows = await this.#select('payout_id = ? FOR UPDATE', [payoutId], tx)
    return rows[0]
  }

  lockByFile(tx: Transaction, fileId: string): Promise<Payout[]> {
    return this.#select('file_id = ? ORDER BY payout_id FOR UPDATE', [fileId], tx)
  }

  listByFile(fileId: string): Promise<Payout[]> {
    return this.#select('file_id = ? ORDER BY payout_id', [fileId])
  }

  listByBatch(tx: Transaction, batchId: string): Promise<Payout[]> {
    return this.#select('batch_id = ? ORDER BY attempt', [batchId], tx)
  }

  /** Of a batch, or of all. */
  listNewest(batchId: string | undefined, limit: number): Promise<Payout[]> {
    const newest = 'ORDER BY payout_id DESC LIMIT ?'
    return batchId === undefined
      ? this.#select(`TRUE ${newest}`, [limit])
      : this.#select(`batch_id = ? ${newest}`, [batchId, limit])
  }

  async change(tx: Transaction, payoutIds: readonly string[], change: PayoutChange): Promise<void> {
    const { state, updatedAtMs, failure, bankRef, askAtMs, isTold } = change
    const set: [column: string, value: SqlValue | undefined][] = [
      ['state = ?', state],
      ['updated_at = ?', new Date(updatedAtMs)],
      ['event_count = event_count + ?', isTold ? 1 : 0],
      ['failure = ?', failure],
      ['bank_ref = ?', bankRef],
      ['ask_at_ms = ?', askAtMs],
    ]
    const given = set.filter(([, value]) => value !== undefined)
    this.#database.writeLater(
      `UPDATE payout SET ${given.map(([column]) => column).join(', ')} WHERE payout_id IN (?)`,
      [...given.map(([, value]) => value), payoutIds],
      tx,
    )
  }

  async unanswered(limit: number): Promise<Waiting> {
    const [row] = await this.#database.select<{ count: number; since: Date | null }>(
      `SELECT COUNT(*) AS count, MIN(sent.updated_at) AS since
       FROM (SELECT updated_at FROM payout WHERE state = 'SENT' ORDER BY ask_at_ms, payout_id LIMIT ?) AS sent`,
      [limit],
    )
    return { count: row!.count, sinceMs: row!.since?.getTime() ?? null }
  }

  listOfHeld(state: PayoutState, limit: number, afterPayoutId = ''): Promise<Payout[]> {
    return this.#select(
      `state = ? AND payout_id > ? AND EXISTS (SELECT 1 FROM settlement_terms t WHERE t.merchant_id = payout.merchant_id
         AND t.currency = payout.currency
         AND (t.held_reason IS NOT NULL OR t.account_token IS NULL OR t.account_token <> payout.account_token))
       ORDER BY payout_id LIMIT ?`,
      [state, afterPayoutId, limit],
    )
  }

  async unfiledCurrencies(): Promise<string[]> {
    const rows = await this.#database.select<{ currency: string }>(
      `SELECT DISTINCT currency FROM payout WHERE ${UNFILED} ORDER BY currency`,
      [],
    )
    return rows.map(row => row.currency)
  }

  lockUnfiled(tx: Transaction, currency: string, limit: number): Promise<Payout[]> {
    return this.#select(`${UNFILED} AND currency = ? ORDER BY payout_id LIMIT ? FOR UPDATE`, [currency, limit], tx)
  }

  async putIntoFile(tx: Transaction, payoutIds: readonly string[], fileId: string): Promise<void> {
    this.#database.writeLater('UPDATE payout SET file_id = ? WHERE payout_id IN (?)', [fileId, payoutIds], tx)
  }

  listToAsk(askAtMsMax: number, limit: number): Promise<Payout[]> {
    return this.#select(`${ASKABLE} AND ask_at_ms <= ? ORDER BY ask_at_ms, payout_id LIMIT ?`, [askAtMsMax, limit])
  }

  async nextAskMs(): Promise<number | undefined> {
    const [first] = await this.#select(`${ASKABLE} ORDER BY ask_at_ms, payout_id LIMIT 1`, [])
    return first?.askAtMs
  }

  async askLater(payoutId: string, askAtMs: number): Promise<void> {
    await this.#database.write("UPDATE payout SET ask_at_ms = ? WHERE payout_id = ? AND state = 'SENT'", [
      askAtMs,
      payoutId,
    ])
  }

  async #select(condition: string, values: readonly SqlValue[], tx?: Transaction): Promise<Payout[]> {
    const rows = await this.#database.select<PayoutRow>(
      `SELECT ${PAYOUT_COLUMNS} FROM payout WHERE ${condition}`,
      values,
      tx,
    )
    return rows.map(payoutOf)
  }
}

/** The table `ledger_entry`. Rows are inserted and read, never changed. */
import type { EntryType } from '../contracts/lists.ts'
import type { Ledger, LedgerEntry, Transaction } from '../payments/ports.ts'
import type { Database } from './database.ts'

export interface LedgerRow {
  entry_id: string
  payment_id: string
  event_id: string
  entry_type: EntryType
  debit_account: string
  credit_account: string
  amount: number
  currency: string
  occurred_at: Date
}

export const LEDGER_COLUMNS =
  'entry_id, payment_id, event_id, entry_type, debit_account, credit_account, amount, currency, occurred_at'

export const entryOf = (row: LedgerRow): LedgerEntry => ({
  entryId: row.entry_id,
  paymentId: row.payment_id,
  eventId: row.event_id,
  type: row.entry_type,
  debitAccount: row.debit_account,
  creditAccount: row.credit_account,
  amountMinor: row.amount,
  currency: row.currency,
  occurredAtMs: row.occurred_at.getTime(),
})

export class LedgerTable implements Ledger {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(tx: Transaction, entries: readonly LedgerEntry[], nowMs: number): Promise<void> {
    const recordedAt = new Date(nowMs)
    for (const entry of entries) {
      const row = [
        entry.entryId,
        entry.paymentId,
        entry.eventId,
        entry.type,
        entry.debitAccount,
        entry.creditAccount,
        entry.amountMinor,
        entry.currency,
        new Date(entry.occurredAtMs),
        recordedAt,
      ]
      this.#database.insertLater(`INSERT INTO ledger_entry (${LEDGER_COLUMNS}, recorded_at) VALUES`, row, tx)
    }
  }

  async listByPayment(tx: Transaction, paymentId: string): Promise<LedgerEntry[]> {
    const rows = await this.#database.selectByKey<LedgerRow>(
      `SELECT ${LEDGER_COLUMNS} FROM ledger_entry`,
      'payment_id',
      paymentId,
      ' ORDER BY entry_id',
      tx,
    )
    return rows.filter(row => row.payment_id === paymentId).map(entryOf)
  }

  async listByEvents(tx: Transaction, eventIds: readonly string[]): Promise<LedgerEntry[]> {
    const rows = await this.#database.select<LedgerRow>(
      `SELECT ${LEDGER_COLUMNS} FROM ledger_entry WHERE event_id IN (?)`,
      [eventIds],
      tx,
    )
    return rows.map(entryOf)
  }
}

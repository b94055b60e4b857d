/** The entries of `ledger_entry` that are of a subject, such as a payout, and of no payment. Inserted, never changed. */
import type { Transaction } from '../payments/ports.ts'
import type { ReconEntry, ReconLedger } from '../reconciliation/ports.ts'
import type { SettlementEntry, SettlementLedger } from '../settlement/ports.ts'
import type { Database } from './database.ts'

const INSERT = `INSERT INTO ledger_entry
  (entry_id, subject_id, event_id, entry_type, debit_account, credit_account, amount, currency, occurred_at, recorded_at) VALUES`

export class SettlementLedgerTable implements SettlementLedger, ReconLedger {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  insertOfSubjects(tx: Transaction, entries: readonly SettlementEntry[], nowMs: number): Promise<void> {
    return this.#insert(tx, entries, nowMs)
  }

  insertOfRecon(tx: Transaction, entries: readonly ReconEntry[], nowMs: number): Promise<void> {
    return this.#insert(tx, entries, nowMs)
  }

  async #insert(tx: Transaction, entries: readonly (SettlementEntry | ReconEntry)[], nowMs: number): Promise<void> {
    for (const entry of entries) {
      const { entryId, subjectId, eventId, type, debitAccount, creditAccount, amountMinor, currency } = entry
      const times = [new Date(entry.occurredAtMs), new Date(nowMs)]
      const row = [entryId, subjectId, eventId, type, debitAccount, creditAccount, amountMinor, currency, ...times]
      this.#database.insertLater(INSERT, row, tx)
    }
  }
}

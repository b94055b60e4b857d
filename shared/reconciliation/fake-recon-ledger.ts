/** The ledger entries of reconciliation for tests, in memory: refuses what the real table refuses. */
import { type FakeDatabase, Table } from '../payments/fake-store.ts'
import { RowRefusedError, type Transaction } from '../payments/ports.ts'
import type { ReconEntry, ReconLedger } from './ports.ts'

export class FakeReconLedger implements ReconLedger {
  readonly table: Table<ReconEntry>
  readonly #once: Table<string>

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
    this.#once = new Table(db)
  }

  async insertOfRecon(tx: Transaction, entries: readonly ReconEntry[]): Promise<void> {
    for (const entry of entries) {
      if (entry.amountMinor <= 0) throw new RowRefusedError('ledger_entry_amount')
      await this.table.insert(tx, entry.entryId, entry)
      await this.#once.insert(tx, `${entry.eventId} ${entry.type}`, entry.entryId)
    }
  }

  /** Debits less credits. */
  balanceMinor(account: string, currency = 'KRW'): number {
    const sideOf = (entry: ReconEntry) =>
      (entry.debitAccount === account ? 1 : 0) - (entry.creditAccount === account ? 1 : 0)
    return this.table
      .rows()
      .filter(entry => entry.currency === currency)
      .reduce((sum, entry) => sum + sideOf(entry) * entry.amountMinor, 0)
  }
}

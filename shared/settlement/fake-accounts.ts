/** The table of account changes for tests, in memory. */
import { type FakeDatabase, Table } from '../payments/fake-store.ts'
import { RowRefusedError, type Transaction } from '../payments/ports.ts'
import type { Account, AccountChange, AccountChanges } from './ports.ts'

export class FakeAccountChanges implements AccountChanges {
  readonly table: Table<AccountChange>

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
  }

  async insert(tx: Transaction, change: AccountChange): Promise<void> {
    await this.table.insert(tx, change.changeId, change)
  }

  lock(tx: Transaction, changeId: string): Promise<AccountChange | undefined> {
    return this.table.lock(tx, changeId)
  }

  async update(tx: Transaction, change: AccountChange): Promise<void> {
    const isApproved = change.state === 'APPROVED'
    if (isApproved !== (change.approvedBy !== null) || change.approvedBy === change.askedBy)
      throw new RowRefusedError('account_change_approved')
    if (!this.table.isLockedBy(tx, change.changeId)) throw new Error(`change ${change.changeId} is not locked`)
    await this.table.update(tx, change.changeId, () => change)
  }

  async listLater(tx: Transaction, { merchantId, currency }: Account, afterMs: number): Promise<AccountChange[]> {
    const rows = await this.table.filter(
      tx,
      row => row.merchantId === merchantId && row.currency === currency && (row.effectiveAtMs ?? 0) > afterMs,
    )
    return rows.sort((a, b) => a.effectiveAtMs! - b.effectiveAtMs!)
  }
}

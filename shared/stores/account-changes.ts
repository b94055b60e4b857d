/** The table `account_change`: bank accounts that were asked for, and what became of them. */
import type { AccountChangeState } from '../contracts/lists.ts'
import type { Transaction } from '../payments/ports.ts'
import type { Account, AccountChange, AccountChanges } from '../settlement/ports.ts'
import type { Database } from './database.ts'
import { dateOrNull } from './days.ts'

interface ChangeRow {
  change_id: string
  merchant_id: string
  currency: string
  account_token: string
  state: AccountChangeState
  asked_by: string
  asked_at: Date
  approved_by: string | null
  approved_at: Date | null
  effective_at: Date | null
}

const COLUMNS =
  'change_id, merchant_id, currency, account_token, state, asked_by, asked_at, approved_by, approved_at, effective_at'

const changeOf = (row: ChangeRow): AccountChange => ({
  changeId: row.change_id,
  merchantId: row.merchant_id,
  currency: row.currency,
  accountToken: row.account_token,
  state: row.state,
  askedBy: row.asked_by,
  askedAtMs: row.asked_at.getTime(),
  approvedBy: row.approved_by,
  approvedAtMs: row.approved_at?.getTime() ?? null,
  effectiveAtMs: row.effective_at?.getTime() ?? null,
})

export class AccountChangeTable implements AccountChanges {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(tx: Transaction, change: AccountChange): Promise<void> {
    const row = [
      ...[change.changeId, change.merchantId, change.currency, change.accountToken, change.state, change.askedBy],
      ...[new Date(change.askedAtMs), change.approvedBy, dateOrNull(change.approvedAtMs)],
      dateOrNull(change.effectiveAtMs),
    ]
    this.#database.insertLater(`INSERT INTO account_change (${COLUMNS}) VALUES`, row, tx)
  }

  async lock(tx: Transaction, changeId: string): Promise<AccountChange | undefined> {
    const rows = await this.#select('change_id = ? FOR UPDATE', [changeId], tx)
    return rows[0]
  }

  async update(tx: Transaction, change: AccountChange): Promise<void> {
    const { state, approvedBy, approvedAtMs, effectiveAtMs, changeId } = change
    this.#database.writeLater(
      'UPDATE account_change SET state = ?, approved_by = ?, approved_at = ?, effective_at = ? WHERE change_id = ?',
      [state, approvedBy, dateOrNull(approvedAtMs), dateOrNull(effectiveAtMs), changeId],
      tx,
    )
  }

  listLater(tx: Transaction, { merchantId, currency }: Account, afterMs: number): Promise<AccountChange[]> {
    return this.#select(
      'merchant_id = ? AND currency = ? AND effective_at > ? ORDER BY effective_at',
      [merchantId, currency, new Date(afterMs)],
      tx,
    )
  }

  /** Those that wait first, then the newest. */
  listNewest(limit: number): Promise<AccountChange[]> {
    return this.#select("TRUE ORDER BY state = 'ASKED' DESC, change_id DESC LIMIT ?", [limit])
  }

  async #select(
    condition: string,
    values: Parameters<Database['select']>[1],
    tx?: Transaction,
  ): Promise<AccountChange[]> {
    const sql = `SELECT ${COLUMNS} FROM account_change WHERE ${condition}`
    return (await this.#database.select<ChangeRow>(sql, values, tx)).map(changeOf)
  }
}

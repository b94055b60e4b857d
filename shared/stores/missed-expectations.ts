/** Rows of `recon_expectation` that are given up: locked, and settled although nothing came. */
import type { ExpectationState } from '../contracts/lists.ts'
import type { Transaction } from '../payments/ports.ts'
import type { MissedExpectations } from '../reconciliation/ports.ts'
import type { Database } from './database.ts'

const SETTLED: ExpectationState = 'SETTLED'

export class MissedExpectationTable implements MissedExpectations {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async lock(tx: Transaction, expectationId: string) {
    const [row] = await this.#database.select<{ amount: number; currency: string; state: ExpectationState }>(
      'SELECT amount, currency, state FROM recon_expectation WHERE expectation_id = ? FOR UPDATE',
      [expectationId],
      tx,
    )
    return row && { amountMinor: row.amount, currency: row.currency, state: row.state }
  }

  async settle(tx: Transaction, expectationId: string): Promise<void> {
    const sql = 'UPDATE recon_expectation SET state = ? WHERE expectation_id = ?'
    this.#database.writeLater(sql, [SETTLED, expectationId], tx)
  }
}

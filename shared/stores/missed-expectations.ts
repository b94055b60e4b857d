/** Rows of `recon_expectation` that people decide about: locked, and settled although no line of theirs came. */
import type { ExpectationKind, ExpectationState } from '../contracts/lists.ts'
import type { Transaction } from '../payments/ports.ts'
import type { LockedExpectation, MissedExpectations } from '../reconciliation/ports.ts'
import type { Database } from './database.ts'

const SETTLED: ExpectationState = 'SETTLED'

interface LockedRow {
  source_id: string
  kind: ExpectationKind
  amount: number
  currency: string
  state: ExpectationState
}

export class MissedExpectationTable implements MissedExpectations {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async lock(tx: Transaction, expectationId: string): Promise<LockedExpectation | undefined> {
    const [row] = await this.#database.select<LockedRow>(
      'SELECT source_id, kind, amount, currency, state FROM recon_expectation WHERE expectation_id = ? FOR UPDATE',
      [expectationId],
      tx,
    )
    if (row === undefined) return undefined
    const { source_id: sourceId, amount: amountMinor, ...others } = row
    return { sourceId, amountMinor, ...others }
  }

  async settle(tx: Transaction, expectationId: string): Promise<void> {
    const sql = 'UPDATE recon_expectation SET state = ? WHERE expectation_id = ?'
    this.#database.writeLater(sql, [SETTLED, expectationId], tx)
  }
}

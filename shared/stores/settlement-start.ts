/** The table `settlement_start`, one row: from when on payments are settled. */
import type { Transaction } from '../payments/ports.ts'
import type { SettlementStart } from '../settlement/ports.ts'
import type { Database } from './database.ts'

export class SettlementStartTable implements SettlementStart {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async settledFromMs(tx?: Transaction): Promise<number> {
    const [row] = await this.#database.select<{ settled_from: Date }>(
      'SELECT settled_from FROM settlement_start WHERE id = 1',
      [],
      tx,
    )
    if (row === undefined) throw new Error('the database has no settlement_start row: run npm run migrate')
    return row.settled_from.getTime()
  }
}

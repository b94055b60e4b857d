/** What breaks are resolved against: rows of `recon_source`, `recon_expectation` and `recon_batch`, locked and changed by an approval. */
import type { ExpectationState, ReconSourceKind } from '../contracts/lists.ts'
import type { Transaction } from '../payments/ports.ts'
import type { AcquirerBatch, BreakTargets } from '../reconciliation/ports.ts'
import type { Database } from './database.ts'
import { dayIn } from './days.ts'

interface BatchRow {
  source_id: string
  batch_ref: string
  currency: string
  net: number
  allocated: number
  moved: number
  due_on: Date | null
}

const batchOf = (row: BatchRow): AcquirerBatch => ({
  ...{ sourceId: row.source_id, batchRef: row.batch_ref, currency: row.currency },
  ...{ netMinor: row.net, allocatedMinor: row.allocated, movedMinor: row.moved },
  dueOn: row.due_on && dayIn(row.due_on),
})

const SETTLED: ExpectationState = 'SETTLED'

export class BreakTargetTables implements BreakTargets {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async lockSource(tx: Transaction, sourceId: string): Promise<ReconSourceKind | undefined> {
    const [row] = await this.#database.select<{ kind: ReconSourceKind }>(
      'SELECT kind FROM recon_source WHERE source_id = ? FOR UPDATE',
      [sourceId],
      tx,
    )
    return row?.kind
  }

  async lockExpectation(tx: Transaction, expectationId: string) {
    const [row] = await this.#database.select<{ amount: number; currency: string; state: ExpectationState }>(
      'SELECT amount, currency, state FROM recon_expectation WHERE expectation_id = ? FOR UPDATE',
      [expectationId],
      tx,
    )
    return row && { amountMinor: row.amount, currency: row.currency, state: row.state }
  }

  async settleExpectation(tx: Transaction, expectationId: string): Promise<void> {
    this.#database.writeLater(
      'UPDATE recon_expectation SET state = ? WHERE expectation_id = ?',
      [SETTLED, expectationId],
      tx,
    )
  }

  async lockBatch(tx: Transaction, batchRef: string, currency: string): Promise<AcquirerBatch | undefined> {
    const acquirers = await this.#database.select<{ source_id: string }>(
      "SELECT source_id FROM recon_source WHERE kind = 'acquirer'",
      [],
      tx,
    )
    const rows = await this.#database.select<BatchRow>(
      `SELECT source_id, batch_ref, currency, net, allocated, moved, due_on FROM recon_batch
       WHERE source_id IN (?) AND batch_ref = ? AND currency = ? FOR UPDATE`,
      [acquirers.map(row => row.source_id), batchRef, currency],
      tx,
    )
    return rows.length === 1 ? batchOf(rows[0]!) : undefined
  }

  async moveFromBatch(tx: Transaction, batch: AcquirerBatch, amountMinor: number): Promise<void> {
    this.#database.writeLater(
      'UPDATE recon_batch SET moved = moved + ? WHERE source_id = ? AND batch_ref = ? AND currency = ?',
      [amountMinor, batch.sourceId, batch.batchRef, batch.currency],
      tx,
    )
  }
}

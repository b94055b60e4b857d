/** Whether acquirers and banks have yet to tell of something, across the tables of expectations, batches, payouts and files. */
import type { AwaitedFiles } from '../reconciliation/ports.ts'
import type { Database } from './database.ts'

const DAYS_WITH_LINES = 7
const DAY_MS = 24 * 60 * 60_000

const AWAITED = `SELECT
  EXISTS (SELECT 1 FROM recon_expectation WHERE state = 'OPEN' AND due_on IS NOT NULL)
  OR EXISTS (SELECT 1 FROM payout WHERE state IN ('SENT', 'CONFIRMED'))
  OR EXISTS (SELECT 1 FROM recon_batch WHERE net - allocated - moved > 0)
  OR EXISTS (SELECT 1 FROM recon_file WHERE line_count > 0 AND received_at >= ?) AS is_awaited`

export class AwaitedFileTables implements AwaitedFiles {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async isAwaited(virtualNowMs: number): Promise<boolean> {
    const since = new Date(virtualNowMs - DAYS_WITH_LINES * DAY_MS)
    const [row] = await this.#database.select<{ is_awaited: number }>(AWAITED, [since])
    return row!.is_awaited === 1
  }
}

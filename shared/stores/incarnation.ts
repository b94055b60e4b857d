/** The identity of the database, a random row, and which of the answers in a cache this database has stored. */
import { finalStates } from '../contracts/lists.ts'
import type { Database } from './database.ts'

export class IncarnationTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Throws DependencyUnavailableError while the database is away or has no tables yet, an Error when its row is missing. */
  async read(): Promise<string> {
    const [row] = await this.#database.select<{ incarnation_id: string }>(
      'SELECT incarnation_id FROM incarnation WHERE id = 1',
      [],
    )
    if (row === undefined) throw new Error('the database has no incarnation row: run npm run migrate')
    return row.incarnation_id
  }

  /** False when another process replaced the identity first. */
  async replace(from: string, to: string): Promise<boolean> {
    const replaced = await this.#database.write(
      'UPDATE incarnation SET incarnation_id = ? WHERE id = 1 AND incarnation_id = ?',
      [to, from],
    )
    return replaced === 1
  }

  /** The CRC-32 of the stored answer by operation, for those that are finished; null where the answer was pruned. */
  async answerChecksums(operationIds: readonly string[]): Promise<Map<string, number | null>> {
    const rows = await this.#database.select<{ operation_id: string; checksum: number | null }>(
      `SELECT o.operation_id, CRC32(a.body) AS checksum FROM payment_operation o
       LEFT JOIN idem_response_cache a ON a.merchant_id = o.merchant_id AND a.idempotency_key = o.idempotency_key
       WHERE o.operation_id IN (?) AND o.state IN (?)`,
      [operationIds, finalStates],
    )
    return new Map(rows.map(row => [row.operation_id, row.checksum]))
  }
}

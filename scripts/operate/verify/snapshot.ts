/** Connects to a database and holds it at one moment, for the SQL of shared/invariants to read. */
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { beginSnapshot, DatabaseReader, type Query } from '../../../shared/invariants/database-reader.ts'
import { connectDatabase } from '../connections.ts'

/** The database as of now, whatever is written later. Throws when it does not answer. */
export async function openSnapshot(databaseUrl: string): Promise<Snapshot> {
  const snapshot = await connectDatabase(databaseUrl)
  await beginSnapshot(queryOn(snapshot))
  return new Snapshot(snapshot, await connectDatabase(databaseUrl))
}

const queryOn =
  (connection: Connection): Query =>
  async (sql, values) => {
    const [rows] = await connection.query<RowDataPacket[]>(sql, values)
    return rows
  }

export class Snapshot extends DatabaseReader {
  readonly #query: Query
  readonly #connections: Connection[]

  constructor(snapshot: Connection, current: Connection) {
    super(queryOn(snapshot), queryOn(current))
    this.#query = queryOn(snapshot)
    this.#connections = [snapshot, current]
  }

  /** How many outbox rows the payments of one merchant have, archived ones too. */
  async outboxRowsOf(merchantId: string): Promise<number> {
    const count = (table: string) =>
      `(SELECT COUNT(*) FROM ${table} WHERE message_key IN (SELECT payment_id FROM payment WHERE merchant_id = ?))`
    const sql = `SELECT ${count('outbox_event')} + ${count('outbox_archive')} AS total`
    const [row] = await this.#query(sql, [merchantId, merchantId])
    return Number(row!.total)
  }

  async close(): Promise<void> {
    await Promise.all(this.#connections.map(connection => connection.end()))
  }
}

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
  readonly #connections: Connection[]

  constructor(snapshot: Connection, current: Connection) {
    super(queryOn(snapshot), queryOn(current))
    this.#connections = [snapshot, current]
  }

  async close(): Promise<void> {
    await Promise.all(this.#connections.map(connection => connection.end()))
  }
}

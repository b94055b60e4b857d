/** Looks into the database of the system under test, and plants what time or a crash would leave there. */
import { createPool, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise'

export interface TestDatabase {
  rows<Row = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<Row[]>
  /** The one number that a SELECT COUNT(*) gives. */
  count(sql: string, values?: unknown[]): Promise<number>
  /** Runs a statement and returns how many rows it touched. */
  write(sql: string, values?: unknown[]): Promise<number>
  close(): Promise<void>
}

export function openDatabase(url: string, connectionLimit = 2): TestDatabase {
  const pool = createPool({ uri: url, connectionLimit, timezone: 'Z' })
  const rows = async <Row>(sql: string, values: unknown[] = []): Promise<Row[]> => {
    const [found] = await pool.query<RowDataPacket[]>(sql, values)
    return found as Row[]
  }
  return {
    rows,
    count: async (sql, values) => Number(Object.values((await rows<Record<string, unknown>>(sql, values))[0] ?? {})[0]),
    write: async (sql, values = []) => (await pool.query<ResultSetHeader>(sql, values))[0].affectedRows,
    close: () => pool.end(),
  }
}

/** One database for world after world: it is emptied between them, since the migrations take about as long as a small world. */
import { randomBytes } from 'node:crypto'
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise'
import { createScratch } from '../../bench/scratch.ts'

export interface WorldDatabase {
  url: string
  /** As the migrations leave it. */
  empty(): Promise<void>
  drop(): Promise<void>
}

/** What the migrations write into a table. */
interface Kept {
  table: string
  rows: RowDataPacket[]
}

/** `serverUrl` is a database of the server, for a user whose root may be reached as `createScratch` does. */
export async function createWorldDatabase(serverUrl: string): Promise<WorldDatabase> {
  const name = `recon_score_${randomBytes(4).toString('hex')}`
  const url = await createScratch(serverUrl, name)
  const kept = await withDatabase(url, readAll)
  return {
    url,
    empty: () => withDatabase(url, database => restore(database, kept)),
    drop: () => withDatabase(url, async database => void (await database.query('DROP DATABASE ??', [name]))),
  }
}

/** Every value as the text that the database has for it. */
async function withDatabase<T>(uri: string, work: (database: Connection) => Promise<T>): Promise<T> {
  const database = await mysql.createConnection({ uri, dateStrings: true, supportBigNumbers: true })
  return work(database).finally(() => database.end())
}

/** Of the table of migrations nothing changes. */
const TABLES = `SELECT table_name AS name FROM information_schema.tables
  WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'kysely%' ORDER BY table_name`

async function readAll(database: Connection): Promise<Kept[]> {
  const [tables] = await database.query<RowDataPacket[]>(TABLES)
  const kept: Kept[] = []
  for (const { name: table } of tables) {
    const [rows] = await database.query<RowDataPacket[]>('SELECT * FROM ??', [table])
    kept.push({ table, rows })
  }
  return kept
}

async function restore(database: Connection, kept: readonly Kept[]): Promise<void> {
  for (const { table, rows } of kept) {
    const [[has]] = await database.query<RowDataPacket[]>('SELECT 1 FROM ?? LIMIT 1', [table])
    if (has !== undefined) await database.query('TRUNCATE TABLE ??', [table])
    if (rows.length > 0)
      await database.query('INSERT INTO ?? (??) VALUES ?', [
        table,
        Object.keys(rows[0]!),
        rows.map(row => Object.values(row)),
      ])
  }
}

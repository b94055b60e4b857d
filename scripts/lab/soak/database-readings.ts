/** What MariaDB says of itself: rows that statements examined, connections, rows that wait, and tables that payments do not fill. */
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise'
import { rootLogin } from '../bench/scratch.ts'
import type { StatementTotal } from './judge-series.ts'
import type { Reading } from './watched.ts'

/** The statements alone are counted: of waits, stages and memory nothing. */
export const STATEMENT_COUNTING = [
  '--performance-schema=ON',
  '--performance-schema-instrument=%=OFF',
  '--performance-schema-instrument=statement/%=ON',
  '--performance-schema-digests-size=2000',
  '--performance-schema-max-digest-length=1024',
]

/** Grow with payments, or with the minutes that pass, and are meant to. Every other table must stay as long as it is. */
const growing = new Set([
  'payment',
  'payment_operation',
  'ledger_entry',
  'outbox_event',
  'outbox_archive',
  'idem_response_cache',
  'settlement_item',
  'recon_expectation',
  // A row a run, and a row an account with entries since the last one.
  'invariant_run',
  'account_snapshot',
])

export interface DatabaseReadings {
  readings: Reading[]
  statements: Record<string, StatementTotal>
}

export interface DatabaseWatch {
  read(): Promise<DatabaseReadings>
  close(): Promise<void>
}

/** The server runs with STATEMENT_COUNTING. What is asked here is not counted. */
export async function watchDatabase(databaseUrl: string): Promise<DatabaseWatch> {
  const database = decodeURIComponent(new URL(databaseUrl).pathname.slice(1))
  const root = await mysql.createConnection({ ...(await rootLogin(databaseUrl)), database })
  await root.query("UPDATE performance_schema.threads SET INSTRUMENTED = 'NO' WHERE PROCESSLIST_ID = CONNECTION_ID()")
  const statements = await statementTotals(root, database)
  if (Object.keys(statements).length === 0) throw new Error('MariaDB does not count its statements')
  return {
    read: async () => ({
      readings: [...(await waiting(root)), ...(await connections(root)), ...(await tables(root, database))],
      statements: await statementTotals(root, database),
    }),
    close: () => root.end(),
  }
}

async function statementTotals(root: Connection, database: string): Promise<Record<string, StatementTotal>> {
  const [rows] = await root.query<RowDataPacket[]>(
    `SELECT digest_text AS digest, SUM(count_star) AS calls, SUM(sum_rows_examined) AS examined
     FROM performance_schema.events_statements_summary_by_digest
     WHERE schema_name = ? AND digest_text IS NOT NULL GROUP BY digest_text`,
    [database],
  )
  return Object.fromEntries(
    rows.map(row => [String(row.digest), { calls: Number(row.calls), rowsExamined: Number(row.examined) }]),
  )
}

async function waiting(root: Connection): Promise<Reading[]> {
  const [[row]] = await root.query<RowDataPacket[]>(
    `SELECT (SELECT COUNT(*) FROM outbox_event WHERE published_at IS NULL) AS events,
       (SELECT COUNT(*) FROM payment_operation WHERE state = 'PENDING') AS operations`,
  )
  return [
    { kind: 'waiting', of: 'events in the outbox', value: Number(row!.events) },
    { kind: 'waiting', of: 'pending operations', value: Number(row!.operations) },
  ]
}

async function connections(root: Connection): Promise<Reading[]> {
  const [[row]] = await root.query<RowDataPacket[]>("SHOW GLOBAL STATUS LIKE 'Threads_connected'")
  return [{ kind: 'connections', of: 'mariadb', value: Number(row!.Value) }]
}

/** Counted, not estimated: they are short, or that is what is found. */
async function tables(root: Connection, database: string): Promise<Reading[]> {
  const [rows] = await root.query<RowDataPacket[]>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ? AND table_type = 'BASE TABLE'",
    [database],
  )
  const names = rows.map(({ name }) => String(name)).filter(name => !growing.has(name))
  const readings: Reading[] = []
  for (const name of names) {
    const [[row]] = await root.query<RowDataPacket[]>('SELECT COUNT(*) AS count FROM ??', [name])
    readings.push({ kind: 'rows', of: name, value: Number(row!.count) })
  }
  return readings
}

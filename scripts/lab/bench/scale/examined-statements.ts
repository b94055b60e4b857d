/** Which statements read far more rows than a batch has: MariaDB's own log of them, and how it would run them. */
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise'
import { rootLogin } from '../scratch.ts'

export interface ExaminedStatement {
  statement: string
  rowsExamined: number
  rowsSent: number
  ms: number
  /** A line for each table of EXPLAIN. */
  explain: string[]
}

/** More than any batch or page reads: its rows, with the rows that belong to them. */
export const EXAMINED_ROWS_MAX = 10_000
const STATEMENTS_MAX = 10

export interface StatementWatch {
  /** What was seen since the last time, the most rows first; of like statements the first. */
  take(): Promise<ExaminedStatement[]>
  close(): Promise<void>
}

/** Sees the statements of connections that are opened from now on. */
export async function watchStatements(databaseUrl: string): Promise<StatementWatch> {
  const root = await mysql.createConnection(await rootLogin(databaseUrl))
  const database = await mysql.createConnection({ uri: databaseUrl, timezone: 'Z' })
  const settings = ["log_output = 'TABLE'", 'long_query_time = 0', `min_examined_row_limit = ${EXAMINED_ROWS_MAX}`]
  for (const setting of settings) await root.query(`SET GLOBAL ${setting}`)
  await root.query('TRUNCATE mysql.slow_log')
  await root.query('SET GLOBAL slow_query_log = 1')
  return {
    take: async () => {
      const [rows] = await root.query<RowDataPacket[]>(
        `SELECT CONVERT(sql_text USING utf8mb4) AS statement, rows_examined, rows_sent, TIME_TO_SEC(query_time) * 1000 AS ms
         FROM mysql.slow_log ORDER BY rows_examined DESC`,
      )
      await root.query('TRUNCATE mysql.slow_log')
      const different = new Map(rows.map(row => [shapeOf(row.statement), row]).reverse() as [string, RowDataPacket][])
      const found = [...different.values()].sort((a, b) => b.rows_examined - a.rows_examined).slice(0, STATEMENTS_MAX)
      return Promise.all(found.map(row => examined(database, row)))
    },
    close: async () => {
      await root.query('SET GLOBAL slow_query_log = 0')
      await root.end()
      await database.end()
    },
  }
}

/** The same but for its values. */
const shapeOf = (statement: string): string => statement.replace(/'[^']*'|\b\d+\b/g, '?').replace(/(\?,\s*)+/g, '')

async function examined(database: Connection, row: RowDataPacket): Promise<ExaminedStatement> {
  const statement = String(row.statement)
  return {
    statement: shapeOf(statement).replace(/\s+/g, ' ').slice(0, 400),
    rowsExamined: Number(row.rows_examined),
    rowsSent: Number(row.rows_sent),
    ms: Number(row.ms),
    explain: await explain(database, statement),
  }
}

async function explain(database: Connection, statement: string): Promise<string[]> {
  try {
    const [rows] = await database.query<RowDataPacket[]>(`EXPLAIN ${statement}`)
    return rows.map(
      row => `${row.table} ${row.type} ${row.key ?? 'no key'}, ${row.rows} rows${row.Extra ? `, ${row.Extra}` : ''}`,
    )
  } catch (error) {
    return [`not explained: ${(error as Error).message}`]
  }
}

/** What MariaDB itself has counted. */
import type { Connection, RowDataPacket } from 'mysql2/promise'

export type Counters = Record<string, number>

/** Statements (each of several in one command counts), transactions, and what went to disk. */
const countedVariables = [
  'Questions',
  'Com_begin',
  'Com_commit',
  'Com_rollback',
  'Com_select',
  'Com_insert',
  'Com_update',
  'Handler_commit',
  'Handler_write',
  'Handler_update',
  'Innodb_log_writes',
  'Innodb_os_log_fsyncs',
  'Innodb_data_fsyncs',
  'Innodb_os_log_written',
  'Innodb_row_lock_waits',
]

/** Those of them that this server has. */
export async function countersOf(connection: Connection): Promise<Counters> {
  const [rows] = await connection.query<RowDataPacket[]>('SHOW GLOBAL STATUS WHERE Variable_name IN (?)', [
    countedVariables,
  ])
  const found = new Map(rows.map(row => [String(row.Variable_name).toLowerCase(), Number(row.Value)]))
  return Object.fromEntries(
    countedVariables.flatMap(name => {
      const value = found.get(name.toLowerCase())
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

/** What one of `units` cost, when the machine does `idlePerSecond` by itself. */
export function perUnitWithoutIdle(
  before: Counters,
  after: Counters,
  units: number,
  seconds: number,
  idlePerSecond: Counters = {},
): Counters {
  return Object.fromEntries(
    Object.entries(after).map(([name, end]) => {
      const used = end - (before[name] ?? 0) - (idlePerSecond[name] ?? 0) * seconds
      return [name, used / units]
    }),
  )
}

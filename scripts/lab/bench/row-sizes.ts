/** How many rows, and how much in them, each table holds: the direct writer must write what the product writes. */
import type { Connection, RowDataPacket } from 'mysql2/promise'

export interface TableSize {
  rows: number
  /** Of all values, as text. */
  bytes: number
}

export type Sizes = Record<string, TableSize>

/** What consumers write later, at times of their own: settlement's, and fees in `ledger_entry`. */
const writtenByConsumers = ['settlement_item', 'booked_defaults', 'recon_expectation']

/** Every table that requests write, whatever the product may add. */
export async function sizesOf(connection: Connection): Promise<Sizes> {
  const [columns] = await connection.query<RowDataPacket[]>(
    `SELECT c.table_name AS tableName, c.column_name AS columnName FROM information_schema.columns c
     JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
     WHERE c.table_schema = DATABASE() AND t.table_type = 'BASE TABLE' AND c.table_name NOT IN (?)`,
    [writtenByConsumers],
  )
  const tables = Map.groupBy(columns, row => String(row.tableName))
  const sizes: Sizes = {}
  for (const [table, rows] of tables) {
    const lengths = rows.map(row => `COALESCE(LENGTH(\`${row.columnName}\`), 0)`).join(' + ')
    const where = table === 'ledger_entry' ? "WHERE entry_type <> 'fee'" : ''
    const [found] = await connection.query<RowDataPacket[]>(
      `SELECT COUNT(*) AS rowCount, COALESCE(SUM(${lengths}), 0) AS byteCount FROM \`${table}\` ${where}`,
    )
    sizes[table] = { rows: Number(found[0]!.rowCount), bytes: Number(found[0]!.byteCount) }
  }
  return sizes
}

/** What one unit wrote, between two looks. */
export function perUnit(before: Sizes, after: Sizes, units: number): Sizes {
  return Object.fromEntries(
    Object.entries(after).map(([table, { rows, bytes }]) => {
      const { rows: rowsBefore = 0, bytes: bytesBefore = 0 } = before[table] ?? {}
      return [table, { rows: (rows - rowsBefore) / units, bytes: (bytes - bytesBefore) / units }]
    }),
  )
}

/** Keys differ in length, and the relay adds the time of publication. */
const BYTES_TOLERANCE = 0.1

/** Where the direct writer's rows differ from the product's; empty when they are as many and about as large. */
export function differencesBetween(product: Sizes, direct: Sizes): string[] {
  const tables = [...new Set([...Object.keys(product), ...Object.keys(direct)])]
  return tables.flatMap(table => {
    const nothing = { rows: 0, bytes: 0 }
    const [ours, theirs] = [product[table] ?? nothing, direct[table] ?? nothing]
    if (Math.abs(ours.rows - theirs.rows) > 0.001)
      return [`${table}: ${ours.rows} rows by the product, ${theirs.rows} by the direct writer`]
    if (Math.abs(ours.bytes - theirs.bytes) > ours.bytes * BYTES_TOLERANCE)
      return [
        `${table}: ${ours.bytes.toFixed(0)} bytes by the product, ${theirs.bytes.toFixed(0)} by the direct writer`,
      ]
    return []
  })
}

/** What a database holds, as a checksum of each table: a table whose two checksums are the same was not written between them. */
import { until } from '../../../shared/runtime/until.ts'
import type { TestDatabase } from '../database.ts'

/** What a job writes each time it runs, to know how far it has come. */
const places = ['account_snapshot_pass', 'invariant_run', 'consumer_progress', 'outbox_backlog']

/** By table. */
export type DatabaseState = ReadonlyMap<string, string>

/** Once no statement is under way: the COMMIT that a killed process has sent is done. */
export async function stateOf(database: TestDatabase): Promise<DatabaseState> {
  await until(async () => (await workingCount(database)) === 0, { what: 'the end of all statements', intervalMs: 5 })
  const tables = await database.rows<Record<string, string>>('SHOW TABLES')
  const names = tables.map(row => Object.values(row)[0]!).filter(name => !places.includes(name))
  const sums = await database.rows<{ Table: string; Checksum: unknown }>(
    `CHECKSUM TABLE ${names.map(() => '??').join(', ')}`,
    names,
  )
  return new Map(sums.map(({ Table: name, Checksum: sum }) => [name, String(sum)]))
}

const workingCount = (database: TestDatabase): Promise<number> =>
  database.count(
    `SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() AND COMMAND NOT IN ('Sleep', 'Daemon')`,
  )

/** The tables that were written in between. */
export const writtenBetween = (before: DatabaseState, after: DatabaseState): string[] =>
  [...after].flatMap(([name, sum]) => (before.get(name) === sum ? [] : [name]))

/** The identity of the database: a random row that the first migration made. */
import type { Database } from './database.ts'

/** Throws DependencyUnavailableError while the database is away, an Error before the migrations ran. */
export async function readIncarnation(database: Database): Promise<string> {
  const [row] = await database.select<{ incarnation_id: string }>(
    'SELECT incarnation_id FROM incarnation WHERE id = 1',
    [],
  )
  if (row === undefined) throw new Error('the database has no incarnation row: run npm run migrate')
  return row.incarnation_id
}

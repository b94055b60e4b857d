/** One text for all that a database holds: two texts are the same when nothing was written between them. */
import { until } from '../../../shared/runtime/until.ts'
import type { TestDatabase } from '../database.ts'

/** What a job writes each time it runs, to know how far it has come. */
const places = ['account_snapshot_pass', 'invariant_run', 'consumer_progress', 'outbox_backlog']

/** Once no transaction is open: what a killed process has sent is done or taken back. */
export async function stateOf(database: TestDatabase): Promise<string> {
  const isQuiet = async () => (await database.count('SELECT COUNT(*) FROM information_schema.INNODB_TRX')) === 0
  await until(isQuiet, { what: 'the end of all transactions', intervalMs: 5 })
  const tables = await database.rows<Record<string, string>>('SHOW TABLES')
  const names = tables.map(row => Object.values(row)[0]!).filter(name => !places.includes(name))
  const sums = await database.rows(`CHECKSUM TABLE ${names.map(() => '??').join(', ')}`, names)
  return JSON.stringify(sums)
}

/** The worst moment for an operator: what was asked for is in the audit log, and nothing of it is begun. */
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { until } from '../../../shared/runtime/until.ts'
import { connectDatabase } from '../../operate/connections.ts'
import type { Weather } from './proxy.ts'
import type { Stage } from './stage.ts'

const WAIT_MS_MAX = 10_000
/** For each direction: between the two transactions passes twice as much, so that a kill arrives in between. */
const WIDENED: Weather = { kind: 'delay', delayMs: 100 }
/** Older entries stand alone for another reason, such as an acquirer that is away. */
const FRESH_MS = 2_000

/** Whether the moment has come. Gives up in time, and when the database is away; what others do on its wire goes first. */
export async function untilEntryStandsAlone({ system, proxies: { mariadb } }: Stage): Promise<boolean> {
  const before = mariadb.weather
  if (before.kind === 'calm') mariadb.weather = WIDENED
  try {
    const database = await connectDatabase(system.databaseUrl)
    try {
      const alone = { what: 'an entry that stands alone', deadlineMs: WAIT_MS_MAX, intervalMs: 5 }
      return await until(() => hasLoneEntry(database), alone)
    } finally {
      database.destroy()
    }
  } catch {
    return false
  } finally {
    if (mariadb.weather === WIDENED) mariadb.weather = before
  }
}

/** The claim of an operation, and of a refusal by the state, opens the answer of the key. */
async function hasLoneEntry(database: Connection): Promise<boolean> {
  const [rows] = await database.query<RowDataPacket[]>(
    `SELECT 1 FROM console_action a JOIN payment p ON p.payment_id = a.subject
     LEFT JOIN idem_response_cache r ON r.merchant_id = p.merchant_id AND r.idempotency_key = a.action_key
     WHERE a.action LIKE 'payment.%-asked' AND a.at > ? AND r.idempotency_key IS NULL LIMIT 1`,
    [new Date(Date.now() - FRESH_MS)],
  )
  return rows.length > 0
}

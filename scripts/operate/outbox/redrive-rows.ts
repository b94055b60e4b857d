/** Un-parks outbox rows, so that the relay tries them again. */
import type { Connection, ResultSetHeader, RowDataPacket } from 'mysql2/promise'

/**
 * The rows that are named, or every parked row where none is. Only parked rows, because the others are tried anyway. Returns
 * how many rows were parked, of those that are named or of all.
 */
export const redriveRows = (database: Connection, eventIds: string[]): Promise<number> =>
  eventIds.length > 0 ? unparkNamed(database, eventIds) : unpark(database, 'TRUE', [])

/** Un-parks each row and those that wait behind it in the same payment. Returns how many of the named rows were parked. */
async function unparkNamed(database: Connection, eventIds: string[]): Promise<number> {
  await database.beginTransaction()
  // Read before un-parking: only a row that is parked now releases the rows that wait behind it.
  const [rows] = await database.query<RowDataPacket[]>(
    'SELECT DISTINCT message_key FROM outbox_event WHERE event_id IN (?) AND parked_at IS NOT NULL AND published_at IS NULL FOR UPDATE',
    [eventIds],
  )
  const unparked = await unpark(database, 'event_id IN (?)', [eventIds])
  const paymentIds = rows.map(row => row.message_key)
  // The relay parks again what waits behind another row that is still parked.
  if (paymentIds.length > 0)
    await unpark(database, "message_key IN (?) AND last_error LIKE 'waits behind %'", [paymentIds])
  await database.commit()
  return unparked
}

async function unpark(database: Connection, condition: string, values: unknown[]): Promise<number> {
  const [result] = await database.query<ResultSetHeader>(
    `UPDATE outbox_event SET parked_at = NULL, attempts = 0, next_attempt_at = NULL, last_error = NULL
     WHERE parked_at IS NOT NULL AND published_at IS NULL AND ${condition}`,
    values,
  )
  return result.affectedRows
}

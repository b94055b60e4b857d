/** The outbox rows that are not published: what is read of them, and the line that says it. */
import type { Connection, RowDataPacket } from 'mysql2/promise'

export const ROWS_SHOWN = 100

export interface WaitingRow {
  eventId: string
  topic: string
  paymentId: string
  sequence: number
  createdAt: Date
  /** How often the broker refused this very row. */
  attempts: number
  parkedAt: Date | null
  lastError: string | null
}

/** The oldest rows that are not published, and whether there are more. */
export async function readWaiting(database: Connection): Promise<{ rows: WaitingRow[]; hasMore: boolean }> {
  const [rows] = await database.query<RowDataPacket[]>(
    `SELECT event_id AS eventId, topic, message_key AS paymentId, sequence, created_at AS createdAt, attempts,
       parked_at AS parkedAt, last_error AS lastError
     FROM outbox_event WHERE published_at IS NULL ORDER BY id LIMIT ?`,
    [ROWS_SHOWN + 1],
  )
  return { rows: rows.slice(0, ROWS_SHOWN) as WaitingRow[], hasMore: rows.length > ROWS_SHOWN }
}

export function lineOf(row: WaitingRow, nowMs: number): string {
  const ageSeconds = ((nowMs - row.createdAt.getTime()) / 1_000).toFixed(0)
  const state = row.parkedAt ? `parked ${row.parkedAt.toISOString()}` : 'waiting'
  const refused = row.attempts > 0 ? `, refused ${row.attempts} times: ${row.lastError ?? 'no error noted'}` : ''
  const behind = row.attempts === 0 && row.lastError !== null ? `, ${row.lastError}` : ''
  return `${row.eventId}  ${row.topic} #${row.sequence} of ${row.paymentId}  ${ageSeconds} s old  ${state}${refused}${behind}`
}

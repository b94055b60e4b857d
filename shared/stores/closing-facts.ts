/** What stands against closing a month, across the tables of the ledger, the outbox, items, files and breaks. */
import type { ClosingFacts } from '../books/ports.ts'
import { openBreakStates, waitingReconFileStates } from '../contracts/lists.ts'
import { SHARD_COUNT } from '../contracts/topics.ts'
import type { Database } from './database.ts'

/** Those of shards and times: the index leads past all that was published. */
const WAITING = `SELECT e.event_id, e.payload FROM (
    SELECT id FROM outbox_event FORCE INDEX (outbox_event_waiting)
    WHERE shard IN (?) AND published_at IS NULL ORDER BY id LIMIT ?) w
  JOIN outbox_event e ON e.id = w.id ORDER BY e.id`

/**
 * Payments that were captured before settlement began have no items, and their fees are left to the invariants. Joins, because MariaDB
 * would read the whole ledger for each NOT EXISTS.
 */
const UNREAD = `SELECT e.event_id FROM ledger_entry e
  JOIN settlement_start s ON s.id = 1
  LEFT JOIN settlement_item i ON i.event_id = e.event_id AND i.type = e.entry_type
  LEFT JOIN ledger_entry f ON f.event_id = e.event_id AND f.entry_type = CASE e.entry_type WHEN 'capture' THEN 'fee' ELSE 'refund_fee' END
  LEFT JOIN ledger_entry c FORCE INDEX (ledger_entry_by_payment)
    ON i.item_id IS NULL AND c.payment_id = e.payment_id AND c.entry_type = 'capture' AND c.occurred_at < s.settled_from
  WHERE e.event_id IN (?) AND e.entry_type IN ('capture', 'refund')
    AND ((i.item_id IS NULL AND c.entry_id IS NULL) OR (i.fee <> 0 AND f.entry_id IS NULL))
  ORDER BY e.event_id`

export class ClosingFactTables implements ClosingFacts {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async firstEntryMs(): Promise<number | undefined> {
    const [row] = await this.#database.select<{ first_at: Date | null }>(
      'SELECT MIN(occurred_at) AS first_at FROM ledger_entry',
      [],
    )
    return row!.first_at?.getTime()
  }

  async listWaitingEvents(limit: number): Promise<{ eventId: string; occurredAtMs: number }[]> {
    const shards = Array.from({ length: SHARD_COUNT }, (_, shard) => shard)
    const rows = await this.#database.select<{ event_id: string; payload: string }>(WAITING, [shards, limit])
    return rows.map(row => ({ eventId: row.event_id, occurredAtMs: Date.parse(JSON.parse(row.payload).occurredAt) }))
  }

  async unreadOf(eventIds: readonly string[]): Promise<string[]> {
    return (await this.#database.select<{ event_id: string }>(UNREAD, [eventIds])).map(row => row.event_id)
  }

  async listWaitingFiles(upToDay: string): Promise<string[]> {
    const rows = await this.#database.select<{ name: string }>(
      'SELECT name FROM recon_file WHERE state IN (?) AND (day IS NULL OR day <= ?) ORDER BY day, file_id',
      [waitingReconFileStates, upToDay],
    )
    return rows.map(row => row.name)
  }

  async countOpenBreaks(): Promise<number> {
    const [row] = await this.#database.select<{ open: number }>(
      'SELECT COUNT(*) AS open FROM recon_break WHERE state IN (?)',
      [openBreakStates],
    )
    return row!.open
  }
}

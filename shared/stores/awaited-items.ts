/** Which captured and refunded events have no settlement item yet, across the tables `outbox_event` and `settlement_item`. */
import { ledgerEventTypes } from '../contracts/lists.ts'
import { SHARD_COUNT } from '../contracts/topics.ts'
import type { AwaitedItems } from '../settlement/ports.ts'
import type { Database } from './database.ts'

/** The index leads to what was published of late, and to what waits; the events of all other times are not read. */
const awaitedOf = (published: string, since: string): string => `(SELECT o.id
  FROM outbox_event o FORCE INDEX (outbox_event_waiting)
  WHERE o.shard IN (?) AND ${published} AND o.topic IN (?) AND ${since} >= ?
    AND NOT EXISTS (SELECT 1 FROM settlement_item i WHERE i.event_id = o.event_id) LIMIT ?)`

const AWAITED = `SELECT COUNT(*) AS awaited FROM (
  ${awaitedOf('o.published_at IS NOT NULL', 'o.published_at')}
  UNION ALL
  ${awaitedOf('o.published_at IS NULL AND o.parked_at IS NULL', 'o.created_at')}
) AS found`

export class AwaitedItemTables implements AwaitedItems {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async count(sinceMs: number, limit: number): Promise<number> {
    const shards = Array.from({ length: SHARD_COUNT }, (_, shard) => shard)
    const ofEach = [shards, ledgerEventTypes, new Date(sinceMs), limit]
    const [row] = await this.#database.select<{ awaited: number }>(AWAITED, [...ofEach, ...ofEach])
    return Math.min(row!.awaited, limit)
  }
}

/** What waits in each shard of `outbox_event`, and since when: from the index that leads past published rows. */
import { eventTypes, settlementEventTypes } from '../contracts/lists.ts'
import { SHARD_COUNT } from '../contracts/topics.ts'
import type { OutboxShards, ShardBacklog, UnpublishedEvent } from '../payments/ports.ts'
import type { Database, SqlValue } from './database.ts'

interface EventRow {
  event_id: string
  topic: string
  message_key: string
  created_at: Date
  parked_at: Date | null
  last_error: string | null
}

const BY_WAITING = 'FORCE INDEX (outbox_event_waiting)'
const WAITS = 'shard = ? AND published_at IS NULL AND parked_at IS NULL'
const IS_PARKED = 'shard = ? AND published_at IS NULL AND parked_at IS NOT NULL'
const EVENT_COLUMNS = 'o.event_id, o.topic, o.message_key, o.created_at, o.parked_at, o.last_error'
const topics = [...eventTypes, ...settlementEventTypes]

const eventOf = (row: EventRow): UnpublishedEvent => ({
  eventId: row.event_id,
  topic: row.topic,
  messageKey: row.message_key,
  createdAtMs: row.created_at.getTime(),
})

export class OutboxShardTable implements OutboxShards {
  readonly #database: Pick<Database, 'select'>

  constructor(database: Pick<Database, 'select'>) {
    this.#database = database
  }

  readShards(countMax: number): Promise<ShardBacklog[]> {
    const shards = Array.from({ length: SHARD_COUNT }, (_, shard) => shard)
    return Promise.all(shards.map(shard => this.#readShard(shard, countMax)))
  }

  async #readShard(shard: number, countMax: number): Promise<ShardBacklog> {
    const [waitingCount, parkedCount, oldest, parked] = await Promise.all([
      this.#count(WAITS, [shard, countMax]),
      this.#count(IS_PARKED, [shard, countMax]),
      this.#oldestWaiting(shard),
      this.#firstParked(shard),
    ])
    return {
      ...{ shard, waitingCount, parkedCount },
      oldestWaiting: oldest === undefined ? null : eventOf(oldest),
      firstParked:
        parked === undefined
          ? null
          : { ...eventOf(parked), parkedAtMs: parked.parked_at!.getTime(), lastError: parked.last_error },
    }
  }

  async #count(condition: string, values: readonly SqlValue[]): Promise<number> {
    const [row] = await this.#database.select<{ rows_found: number }>(
      `SELECT COUNT(*) AS rows_found FROM (SELECT 1 FROM outbox_event ${BY_WAITING} WHERE ${condition} LIMIT ?) w`,
      values,
    )
    return row!.rows_found
  }

  /** The index goes by topic first: the oldest of each topic is its first entry, and one of these the oldest of all. */
  async #oldestWaiting(shard: number): Promise<EventRow | undefined> {
    const first = topics.map(
      () => `(SELECT id FROM outbox_event ${BY_WAITING} WHERE ${WAITS} AND topic = ? ORDER BY id LIMIT 1)`,
    )
    const [row] = await this.#database.select<EventRow>(
      `SELECT ${EVENT_COLUMNS} FROM (${first.join(' UNION ALL ')}) f STRAIGHT_JOIN outbox_event o FORCE INDEX (PRIMARY) ON o.id = f.id
       ORDER BY o.id LIMIT 1`,
      topics.flatMap(topic => [shard, topic]),
    )
    return row
  }

  async #firstParked(shard: number): Promise<EventRow | undefined> {
    const [row] = await this.#database.select<EventRow>(
      `SELECT ${EVENT_COLUMNS} FROM outbox_event o ${BY_WAITING} WHERE ${IS_PARKED} ORDER BY parked_at LIMIT 1`,
      [shard],
    )
    return row
  }
}

/** The tables `consumer_progress` and `outbox_backlog`: what was seen of events on their way. */
import { SHARD_COUNT } from '../contracts/topics.ts'
import type { ConsumerProgress, DeliveryProgress, TopicBacklog } from '../payments/ports.ts'
import type { Database, SqlValue } from './database.ts'

interface ConsumerRow {
  group_id: string
  topic: string
  partition_number: number
  committed_offset: number
  end_offset: number
  still_since: Date | null
  observed_at: Date
}

interface BacklogRow {
  topic: string
  waiting: number
  oldest_id: number
  oldest_created_at: Date
}

const CONSUMER_COLUMNS = 'group_id, topic, partition_number, committed_offset, end_offset, still_since, observed_at'

const consumerOf = (row: ConsumerRow): ConsumerProgress => ({
  groupId: row.group_id,
  topic: row.topic,
  partition: row.partition_number,
  committedOffset: row.committed_offset,
  endOffset: row.end_offset,
  stillSinceMs: row.still_since?.getTime() ?? null,
  observedAtMs: row.observed_at.getTime(),
})

const backlogOf = (row: BacklogRow): TopicBacklog => ({
  topic: row.topic,
  waiting: row.waiting,
  oldestId: row.oldest_id,
  oldestCreatedAtMs: row.oldest_created_at.getTime(),
})

const consumerRowOf = (progress: ConsumerProgress): SqlValue[] => [
  progress.groupId,
  progress.topic,
  progress.partition,
  progress.committedOffset,
  progress.endOffset,
  progress.stillSinceMs === null ? null : new Date(progress.stillSinceMs),
  new Date(progress.observedAtMs),
]

export class DeliveryProgressTables implements DeliveryProgress {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async readConsumers(): Promise<ConsumerProgress[]> {
    const rows = await this.#database.select<ConsumerRow>(`SELECT ${CONSUMER_COLUMNS} FROM consumer_progress`, [])
    return rows.map(consumerOf)
  }

  async replaceConsumers(consumers: readonly ConsumerProgress[]): Promise<void> {
    const insert = `INSERT INTO consumer_progress (${CONSUMER_COLUMNS}) VALUES`
    await this.#replace('DELETE FROM consumer_progress', insert, consumers.map(consumerRowOf))
  }

  /** Read from an index that holds all of it and leads past parked and published rows: a million waiting rows take half a second. */
  async countBacklog(): Promise<TopicBacklog[]> {
    const shards = Array.from({ length: SHARD_COUNT }, (_, shard) => shard)
    const rows = await this.#database.select<BacklogRow>(
      `SELECT w.topic, w.waiting, w.oldest_id, e.created_at AS oldest_created_at
       FROM (SELECT topic, COUNT(*) AS waiting, MIN(id) AS oldest_id FROM outbox_event FORCE INDEX (outbox_event_waiting)
             WHERE shard IN (?) AND published_at IS NULL AND parked_at IS NULL GROUP BY topic) w
       JOIN outbox_event e ON e.id = w.oldest_id`,
      [shards],
    )
    return rows.map(backlogOf)
  }

  async readBacklog(): Promise<TopicBacklog[]> {
    const rows = await this.#database.select<BacklogRow>(
      `SELECT b.topic, b.waiting, b.oldest_id, b.oldest_created_at FROM outbox_backlog b
       JOIN outbox_event e ON e.id = b.oldest_id AND e.published_at IS NULL AND e.parked_at IS NULL`,
      [],
    )
    return rows.map(backlogOf)
  }

  async replaceBacklog(backlog: readonly TopicBacklog[], nowMs: number): Promise<void> {
    const insert = 'INSERT INTO outbox_backlog (topic, waiting, oldest_id, oldest_created_at, observed_at) VALUES'
    const rows = backlog.map(each => [
      each.topic,
      each.waiting,
      each.oldestId,
      new Date(each.oldestCreatedAtMs),
      new Date(nowMs),
    ])
    await this.#replace('DELETE FROM outbox_backlog', insert, rows)
  }

  async #replace(remove: string, insert: string, rows: readonly SqlValue[][]): Promise<void> {
    await this.#database.runAlone(async tx => {
      this.#database.writeLater(remove, [], tx)
      for (const row of rows) this.#database.insertLater(insert, row, tx)
    })
  }
}

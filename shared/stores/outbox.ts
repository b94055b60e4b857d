/** The table `outbox_event`: written with the payment, read by the relay. */
import { SHARD_COUNT } from '../contracts/topics.ts'
import type {
  OutboxEvent,
  OutboxQueue,
  OutboxRow,
  OutboxWriter,
  Transaction,
  UnpublishedRows,
} from '../payments/ports.ts'
import type { Database } from './database.ts'

interface Row {
  id: number
  event_id: string
  topic: string
  message_key: string
  sequence: number
  payload: string
  shard: number
  traceparent: string | null
  attempts: number
}

const outboxRowOf = (row: Row): OutboxRow => ({
  id: row.id,
  eventId: row.event_id,
  topic: row.topic,
  messageKey: row.message_key,
  sequence: row.sequence,
  payload: row.payload,
  shard: row.shard,
  traceparent: row.traceparent,
  attempts: row.attempts,
})

const LAST_ERROR_CHARACTERS_MAX = 512

/** An earlier row of the same payment that waits for its next attempt or for a person. */
const NOT_HELD_BACK = `NOT EXISTS (SELECT 1 FROM outbox_event h WHERE h.message_key = o.message_key AND h.sequence <= o.sequence
  AND h.published_at IS NULL AND (h.parked_at IS NOT NULL OR h.next_attempt_at > ?))`

const WAITING_IN_SHARD = `(SELECT o.id FROM outbox_event o
  WHERE o.shard = ? AND o.published_at IS NULL AND ${NOT_HELD_BACK} ORDER BY o.id LIMIT ?)`

export class OutboxTable implements OutboxWriter, OutboxQueue {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(tx: Transaction, event: OutboxEvent, nowMs: number): Promise<void> {
    this.#database.insertLater(
      'INSERT INTO outbox_event (event_id, topic, message_key, sequence, payload, shard, traceparent, created_at) VALUES',
      [
        event.eventId,
        event.topic,
        event.messageKey,
        event.sequence,
        event.payload,
        event.shard,
        event.traceparent,
        new Date(nowMs),
      ],
      tx,
    )
  }

  /**
   * Finds rows without a lock, each shard's by its part of the index, and locks those by their ids: a scan that locks costs twice as
   * much, and waits for rows that somebody is about to commit. STRAIGHT_JOIN and FORCE INDEX, because the optimizer would rather scan a
   * small table, and lock all of it.
   */
  async lockUnpublished(
    tx: Transaction,
    { shards, nowMs, limitEach, ifLocked }: UnpublishedRows,
  ): Promise<OutboxRow[]> {
    const waiting = shards.map(() => WAITING_IN_SHARD).join(' UNION ALL ')
    const rows = await this.#database.select<Row>(
      `SELECT r.id, r.event_id, r.topic, r.message_key, r.sequence, r.payload, r.shard, r.traceparent, r.attempts
       FROM (${waiting}) w STRAIGHT_JOIN outbox_event r FORCE INDEX (PRIMARY) ON r.id = w.id
       WHERE r.published_at IS NULL ORDER BY r.id FOR UPDATE${ifLocked === 'fail' ? ' NOWAIT' : ''}`,
      shards.flatMap(shard => [shard, new Date(nowMs), limitEach]),
      tx,
    )
    return rows.map(outboxRowOf)
  }

  async markPublished(tx: Transaction, ids: readonly number[], nowMs: number): Promise<void> {
    this.#database.writeLater(
      'UPDATE outbox_event SET published_at = ?, last_error = NULL WHERE id IN (?)',
      [new Date(nowMs), ids],
      tx,
    )
  }

  async markRefused(
    tx: Transaction,
    id: number,
    refusal: { error: string; attempts: number; nextAttemptAtMs: number; parkedAtMs: number | null },
  ): Promise<void> {
    const parkedAt = refusal.parkedAtMs === null ? null : new Date(refusal.parkedAtMs)
    this.#database.writeLater(
      'UPDATE outbox_event SET attempts = ?, next_attempt_at = ?, parked_at = ?, last_error = ? WHERE id = ?',
      [
        refusal.attempts,
        new Date(refusal.nextAttemptAtMs),
        parkedAt,
        refusal.error.slice(0, LAST_ERROR_CHARACTERS_MAX),
        id,
      ],
      tx,
    )
  }

  async shardsWaiting(olderThanMs: number, nowMs: number): Promise<number[]> {
    const shards = Array.from({ length: SHARD_COUNT }, (_, shard) => shard)
    const waiting = await Promise.all(shards.map(shard => this.#isWaiting(shard, olderThanMs, nowMs)))
    return shards.filter(shard => waiting[shard])
  }

  // One shard at a time, so that the index leads straight to its unpublished rows however many are published.
  async #isWaiting(shard: number, olderThanMs: number, nowMs: number): Promise<boolean> {
    const rows = await this.#database.select(
      `SELECT 1 FROM outbox_event o
       WHERE o.shard = ? AND o.published_at IS NULL AND o.created_at <= ? AND ${NOT_HELD_BACK} LIMIT 1`,
      [shard, new Date(olderThanMs), new Date(nowMs)],
    )
    return rows.length > 0
  }
}

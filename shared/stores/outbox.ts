/** The table `outbox_event`: written with the payment, read by the relay. */
import { ledgerEventTypes } from '../contracts/lists.ts'
import { SHARD_COUNT } from '../contracts/topics.ts'
import {
  OUTBOX_AHEAD_MS_MAX,
  type OutboxArchive,
  type OutboxEvent,
  type OutboxQueue,
  type OutboxReader,
  type OutboxRow,
  type OutboxWriter,
  type ParkedRows,
  type Transaction,
  type UnpublishedRows,
  type WaitingRow,
  type WrittenEvent,
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
  held: string | null
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

/**
 * A new row may be tried at once. Written instead of NULL, because it reserves room for the time of publishing: an update that makes
 * a row grow rewrites more of its page (5.0 kB of redo log an event, so 2.0 kB).
 */
const AT_ONCE = new Date(0)

/** With this index a relay reads no row that is published or parked, and none of a topic that it leaves out. */
const BY_WAITING = 'FORCE INDEX (outbox_event_waiting)'
const IS_WAITING = 'o.shard = ? AND o.published_at IS NULL AND o.parked_at IS NULL'

/** The row itself or an earlier one of its payment. */
const UP_TO_ITSELF = 'h.message_key = o.message_key AND h.sequence <= o.sequence AND h.published_at IS NULL'

/** Values: those of `attemptTimes`. */
const WAITS_FOR_ITS_ATTEMPT = '(h.next_attempt_at > ? AND h.next_attempt_at <= ?)'
const attemptTimes = (nowMs: number): Date[] => [new Date(nowMs), new Date(nowMs + OUTBOX_AHEAD_MS_MAX)]

/**
 * What holds a row back: the parked event that it waits behind; '' when its payment waits for the next attempt; else null.
 * In the order of the index, so that nothing is sorted: topic by topic, and within a topic as written.
 */
const waitingInShard = (withoutTopics: readonly string[]): string => `(SELECT o.id,
    (SELECT MAX(CASE WHEN h.parked_at IS NULL THEN '' ELSE h.event_id END) FROM outbox_event h
     WHERE ${UP_TO_ITSELF} AND (h.parked_at IS NOT NULL OR ${WAITS_FOR_ITS_ATTEMPT})) AS held
  FROM outbox_event o ${BY_WAITING} WHERE ${IS_WAITING}${withoutTopics.length > 0 ? ' AND o.topic NOT IN (?)' : ''}
  HAVING held IS NULL OR held <> '' ORDER BY o.topic, o.id LIMIT ?)`

const ARCHIVED_COLUMNS =
  'id, event_id, topic, message_key, sequence, payload, traceparent, shard, created_at, published_at'

/**
 * Reads the table and its archive in one statement, so that both are of one moment and each event is in one of the two.
 * The values of `condition` are given twice, once for each table.
 */
export const everyEvent = (columns: string, condition: string): string =>
  ['outbox_event', 'outbox_archive']
    .map(table => `SELECT ${columns} FROM ${table} WHERE ${condition}`)
    .join(' UNION ALL ')

export class OutboxTable implements OutboxWriter, OutboxQueue, OutboxReader, OutboxArchive, ParkedRows {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(tx: Transaction, event: OutboxEvent, nowMs: number): Promise<void> {
    this.#database.insertLater(
      `INSERT INTO outbox_event
         (event_id, topic, message_key, sequence, payload, shard, traceparent, created_at, next_attempt_at) VALUES`,
      [
        event.eventId,
        event.topic,
        event.messageKey,
        event.sequence,
        event.payload,
        event.shard,
        event.traceparent,
        new Date(nowMs),
        AT_ONCE,
      ],
      tx,
    )
  }

  /**
   * Finds rows without a lock, each shard's by its part of the index, and locks those by their ids: a scan that locks costs twice as
   * much, and waits for rows that somebody is about to commit. STRAIGHT_JOIN and FORCE INDEX, because the optimizer would rather scan a
   * small table, and lock all of it.
   */
  async lockUnpublished(tx: Transaction, wanted: UnpublishedRows): Promise<WaitingRow[]> {
    const { shards, nowMs, limitEach, ifLocked, withoutTopics } = wanted
    const waiting = shards.map(() => waitingInShard(withoutTopics)).join(' UNION ALL ')
    const left = withoutTopics.length > 0 ? [withoutTopics] : []
    const rows = await this.#database.select<Row>(
      `SELECT r.id, r.event_id, r.topic, r.message_key, r.sequence, r.payload, r.shard, r.traceparent, r.attempts, w.held
       FROM (${waiting}) w STRAIGHT_JOIN outbox_event r FORCE INDEX (PRIMARY) ON r.id = w.id
       WHERE r.published_at IS NULL AND r.parked_at IS NULL ORDER BY r.id FOR UPDATE${ifLocked === 'fail' ? ' NOWAIT' : ''}`,
      shards.flatMap(shard => [...attemptTimes(nowMs), shard, ...left, limitEach]),
      tx,
    )
    return rows.map(row => ({ ...outboxRowOf(row), behind: row.held }))
  }

  async markPublished(tx: Transaction, ids: readonly number[], nowMs: number): Promise<void> {
    this.#database.writeLater(
      'UPDATE outbox_event SET published_at = ?, next_attempt_at = NULL, last_error = NULL WHERE id IN (?)',
      [new Date(nowMs), ids],
      tx,
    )
  }

  /** From the index alone, which has parked rows beside each other. */
  async countParked(limit: number): Promise<number> {
    const shards = Array.from({ length: SHARD_COUNT }, (_, shard) => shard)
    const [row] = await this.#database.select<{ parked: number }>(
      `SELECT COUNT(*) AS parked FROM (SELECT 1 FROM outbox_event ${BY_WAITING}
       WHERE shard IN (?) AND published_at IS NULL AND parked_at IS NOT NULL LIMIT ?) p`,
      [shards, limit],
    )
    return row!.parked
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

  async parkBehind(tx: Transaction, rows: readonly WaitingRow[], nowMs: number): Promise<void> {
    for (const [behind, group] of Map.groupBy(rows, row => row.behind))
      this.#database.writeLater(
        // Only while that one is parked: it may have been redriven since it was read.
        `UPDATE outbox_event o JOIN outbox_event h ON h.event_id = ? AND h.parked_at IS NOT NULL
         SET o.parked_at = ?, o.last_error = ? WHERE o.id IN (?)`,
        [behind, new Date(nowMs), `waits behind ${behind}`, group.map(row => row.id)],
        tx,
      )
  }

  async listByIds(tx: Transaction, eventIds: readonly string[]): Promise<WrittenEvent[]> {
    return this.#listWritten(tx, 'event_id IN (?)', [eventIds])
  }

  async listByPayments(tx: Transaction, paymentIds: readonly string[]): Promise<WrittenEvent[]> {
    return this.#listWritten(tx, 'message_key IN (?) AND topic IN (?)', [paymentIds, ledgerEventTypes])
  }

  async #listWritten(
    tx: Transaction,
    condition: string,
    values: readonly (readonly string[])[],
  ): Promise<WrittenEvent[]> {
    const rows = await this.#database.select<Pick<Row, 'event_id' | 'topic' | 'message_key' | 'payload'>>(
      everyEvent('event_id, topic, message_key, payload', condition),
      [...values, ...values],
      tx,
    )
    return rows.map(row => ({
      eventId: row.event_id,
      topic: row.topic,
      messageKey: row.message_key,
      payload: row.payload,
    }))
  }

  async listFrom(afterId: number, limit: number) {
    const rows = await this.#database.select<{ id: number; created_at: Date; published_at: Date | null }>(
      'SELECT id, created_at, published_at FROM outbox_event WHERE id > ? ORDER BY id LIMIT ?',
      [afterId, limit],
    )
    return rows.map(row => ({
      id: row.id,
      createdAtMs: row.created_at.getTime(),
      publishedAtMs: row.published_at?.getTime() ?? null,
    }))
  }

  async archive(tx: Transaction, ids: readonly number[]): Promise<number> {
    // Locked first: when two run at once, the second one no longer finds the rows.
    const rows = await this.#database.select<{ id: number }>(
      'SELECT id FROM outbox_event FORCE INDEX (PRIMARY) WHERE id IN (?) AND published_at IS NOT NULL ORDER BY id FOR UPDATE',
      [ids],
      tx,
    )
    if (rows.length === 0) return 0
    const locked = [rows.map(row => row.id)]
    const copy = `INSERT INTO outbox_archive (${ARCHIVED_COLUMNS}) SELECT ${ARCHIVED_COLUMNS} FROM outbox_event WHERE id IN (?)`
    this.#database.writeLater(copy, locked, tx)
    this.#database.writeLater('DELETE FROM outbox_event WHERE id IN (?)', locked, tx)
    return rows.length
  }

  async shardsWaiting(olderThanMs: number, nowMs: number): Promise<number[]> {
    const shards = Array.from({ length: SHARD_COUNT }, (_, shard) => shard)
    const waiting = await Promise.all(shards.map(shard => this.#isWaiting(shard, olderThanMs, nowMs)))
    return shards.filter(shard => waiting[shard])
  }

  // One shard at a time, so that the index leads straight to its unpublished rows however many are published or parked.
  async #isWaiting(shard: number, olderThanMs: number, nowMs: number): Promise<boolean> {
    const rows = await this.#database.select(
      `SELECT 1 FROM outbox_event o ${BY_WAITING} WHERE ${IS_WAITING} AND (o.created_at <= ? OR o.created_at > ?)
       AND NOT EXISTS (SELECT 1 FROM outbox_event h WHERE ${UP_TO_ITSELF} AND h.parked_at IS NULL AND ${WAITS_FOR_ITS_ATTEMPT}) LIMIT 1`,
      [shard, new Date(olderThanMs), new Date(nowMs + OUTBOX_AHEAD_MS_MAX), ...attemptTimes(nowMs)],
    )
    return rows.length > 0
  }
}

/** Moves outbox rows to Kafka: at least once, in order per payment, a shard at a time. */
import {
  type Alarms,
  type Clock,
  type Doorbell,
  type EventPublisher,
  type OutboxQueue,
  type OutboxRow,
  RecordRefusedError,
  type Transaction,
  type Transactions,
} from './ports.ts'

export interface RelayPorts {
  transactions: Transactions
  outbox: OutboxQueue
  publisher: EventPublisher
  doorbell: Doorbell
  alarms: Alarms
  clock: Clock
}

/** Rows of one transaction, so that a commit stays short. */
export const RELAY_BATCH_ROWS = 500
/** How often the broker may refuse one record before its row is parked. */
const REFUSALS_MAX = 3
const REFUSAL_BACKOFF_MS = 5_000
/** After this the search for a refused record stops, so that its transaction stays within 5 s; the rest is found again. */
const SEARCH_MS = 2_000

/**
 * Publishes what waits in a shard until nothing is left or `deadlineMs` (epoch) has passed; rings again when rows remain.
 * Returns how many rows were published. Throws DependencyUnavailableError when Kafka or the database is away:
 * the rows of that transaction stay unpublished.
 */
export async function relayShard(ports: RelayPorts, shard: number, deadlineMs: number): Promise<number> {
  let publishedCount = 0
  for (;;) {
    const batch = await ports.transactions.run(tx => relayBatch(tx, ports, shard))
    publishedCount += batch.published
    if (batch.locked < RELAY_BATCH_ROWS) return publishedCount
    if (ports.clock.nowMs() >= deadlineMs) {
      await ports.doorbell.ring(shard)
      return publishedCount
    }
  }
}

async function relayBatch(
  tx: Transaction,
  ports: RelayPorts,
  shard: number,
): Promise<{ locked: number; published: number }> {
  const rows = await ports.outbox.lockUnpublished(tx, shard, ports.clock.nowMs(), RELAY_BATCH_ROWS)
  if (rows.length === 0) return { locked: 0, published: 0 }
  const published = await publishTogether(tx, ports, shard, rows)
  if (published.length > 0) {
    const ids = published.map(row => row.id)
    await ports.outbox.markPublished(tx, ids, ports.clock.nowMs())
  }
  return { locked: rows.length, published: published.length }
}

/** All rows in one send; when the broker refuses one of them, row by row to find out which. */
async function publishTogether(
  tx: Transaction,
  ports: RelayPorts,
  shard: number,
  rows: readonly OutboxRow[],
): Promise<readonly OutboxRow[]> {
  try {
    await ports.publisher.publish(shard, rows)
    return rows
  } catch (error) {
    if (!(error instanceof RecordRefusedError)) throw error
    return publishOneByOne(tx, ports, shard, rows)
  }
}

async function publishOneByOne(
  tx: Transaction,
  ports: RelayPorts,
  shard: number,
  rows: readonly OutboxRow[],
): Promise<OutboxRow[]> {
  const published: OutboxRow[] = []
  const heldBack = new Set<string>()
  const endMs = ports.clock.nowMs() + SEARCH_MS
  for (const row of rows) {
    if (ports.clock.nowMs() >= endMs) return published
    if (heldBack.has(row.messageKey)) continue
    try {
      await ports.publisher.publish(shard, [row])
      published.push(row)
    } catch (error) {
      if (!(error instanceof RecordRefusedError)) throw error
      heldBack.add(row.messageKey)
      await refuse(tx, ports, row, error)
    }
  }
  return published
}

async function refuse(tx: Transaction, ports: RelayPorts, row: OutboxRow, error: RecordRefusedError): Promise<void> {
  const nowMs = ports.clock.nowMs()
  const attempts = row.attempts + 1
  const parkedAtMs = attempts >= REFUSALS_MAX ? nowMs : null
  await ports.outbox.markRefused(tx, row.id, {
    error: error.message,
    attempts,
    nextAttemptAtMs: nowMs + REFUSAL_BACKOFF_MS * attempts,
    parkedAtMs,
  })
  if (parkedAtMs !== null) ports.alarms.outboxRowParked(row.eventId, error.message)
}

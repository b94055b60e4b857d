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
/** So long after its transaction began the search for a refused record stops, so that it stays within 5 s; the rest comes in the next. */
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
    // Only now is it true: what a rolled-back transaction would have parked is not parked.
    for (const { eventId, error } of batch.parked) ports.alarms.outboxRowParked(eventId, error)
    publishedCount += batch.published
    if (!batch.rowsRemain) return publishedCount
    if (ports.clock.nowMs() >= deadlineMs) {
      await ports.doorbell.ring(shard)
      return publishedCount
    }
  }
}

interface ParkedRow {
  eventId: string
  error: string
}

interface Batch {
  published: number
  parked: ParkedRow[]
  rowsRemain: boolean
}

async function relayBatch(tx: Transaction, ports: RelayPorts, shard: number): Promise<Batch> {
  const startedMs = ports.clock.nowMs()
  const rows = await ports.outbox.lockUnpublished(tx, shard, startedMs, RELAY_BATCH_ROWS)
  if (rows.length === 0) return { published: 0, parked: [], rowsRemain: false }
  const { published, parked, cutShort } = await publishTogether(tx, ports, shard, rows, startedMs + SEARCH_MS)
  if (published.length > 0) {
    const ids = published.map(row => row.id)
    await ports.outbox.markPublished(tx, ids, ports.clock.nowMs())
  }
  return { published: published.length, parked, rowsRemain: cutShort || rows.length === RELAY_BATCH_ROWS }
}

interface Published {
  published: readonly OutboxRow[]
  parked: ParkedRow[]
  /** Time ran out before every row was tried. */
  cutShort: boolean
}

/** All rows in one send; when the broker refuses one of them, row by row to find out which. */
async function publishTogether(
  tx: Transaction,
  ports: RelayPorts,
  shard: number,
  rows: readonly OutboxRow[],
  endMs: number,
): Promise<Published> {
  try {
    await ports.publisher.publish(shard, rows)
    return { published: rows, parked: [], cutShort: false }
  } catch (error) {
    if (!(error instanceof RecordRefusedError)) throw error
    return publishOneByOne(tx, ports, shard, rows, endMs)
  }
}

async function publishOneByOne(
  tx: Transaction,
  ports: RelayPorts,
  shard: number,
  rows: readonly OutboxRow[],
  endMs: number,
): Promise<Published> {
  const published: OutboxRow[] = []
  const parked: ParkedRow[] = []
  const heldBack = new Set<string>()
  for (const [index, row] of rows.entries()) {
    // The first row is always tried, so that every transaction gets on.
    if (index > 0 && ports.clock.nowMs() >= endMs) return { published, parked, cutShort: true }
    if (heldBack.has(row.messageKey)) continue
    try {
      await ports.publisher.publish(shard, [row])
      published.push(row)
    } catch (error) {
      if (!(error instanceof RecordRefusedError)) throw error
      heldBack.add(row.messageKey)
      if (await refuse(tx, ports, row, error)) parked.push({ eventId: row.eventId, error: error.message })
    }
  }
  return { published, parked, cutShort: false }
}

/** Counts the refusal; true when the row is parked with it. */
async function refuse(tx: Transaction, ports: RelayPorts, row: OutboxRow, error: RecordRefusedError): Promise<boolean> {
  const nowMs = ports.clock.nowMs()
  const attempts = row.attempts + 1
  const isParked = attempts >= REFUSALS_MAX
  await ports.outbox.markRefused(tx, row.id, {
    error: error.message,
    attempts,
    nextAttemptAtMs: nowMs + REFUSAL_BACKOFF_MS * attempts,
    parkedAtMs: isParked ? nowMs : null,
  })
  return isParked
}

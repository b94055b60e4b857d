/** Moves outbox rows to Kafka: at least once, in order per payment. Shards of one batch of rings are relayed together. */
import { reached } from '../contracts/crash-points.ts'
import {
  type Alarms,
  type Clock,
  DependencyUnavailableError,
  type Doorbell,
  type EventPublisher,
  type OutboxQueue,
  type OutboxRow,
  RecordRefusedError,
  type RelayObserver,
  type SeparateTransactions,
  type Transaction,
} from './ports.ts'

export interface RelayPorts {
  /** Separate: its rows stay locked while Kafka is waited for. */
  transactions: SeparateTransactions
  outbox: OutboxQueue
  publisher: EventPublisher
  doorbell: Doorbell
  alarms: Alarms
  observer: RelayObserver
  clock: Clock
}

/** Rows of one transaction, so that a commit stays short. */
export const RELAY_BATCH_ROWS = 500
/** How often the broker may refuse one record before its row is parked. */
const REFUSALS_MAX = 3
const REFUSAL_BACKOFF_MS = 5_000
/** The search for a refused record ends this long after its transaction began, which then stays within 5 s. The next one goes on. */
const SEARCH_MS = 2_000

/**
 * Publishes what waits in these shards until nothing is left or `deadlineMs` (epoch) has passed; rings again for those where rows remain.
 * Returns how many rows were published.
 * Throws DependencyUnavailableError when Kafka, the database or one of the shards is away: the rows of that transaction stay unpublished;
 * the other shards have been relayed all the same.
 */
export async function relayShards(ports: RelayPorts, shards: readonly number[], deadlineMs: number): Promise<number> {
  let publishedCount = 0
  for (let waiting = shards; waiting.length > 0; ) {
    const batch = await relayTogether(ports, waiting)
    if (batch === 'apart') return publishedCount + (await relayApart(ports, waiting, deadlineMs))
    // Only after the commit: a transaction that was rolled back has parked nothing.
    reached('relay:committed')
    for (const { eventId, error, paymentId } of batch.parked) ports.alarms.outboxRowParked(eventId, error, paymentId)
    ports.observer.published(batch.published)
    publishedCount += batch.published.length
    waiting = batch.waiting
    if (ports.clock.nowMs() < deadlineMs) continue
    await Promise.all(waiting.map(shard => ports.doorbell.ring(shard)))
    break
  }
  return publishedCount
}

/** One transaction. `apart` when several shards cannot be relayed together: a row is locked or refused, or a send has not ended. */
async function relayTogether(ports: RelayPorts, shards: readonly number[]): Promise<Batch | 'apart'> {
  try {
    return await ports.transactions.run(`outbox shards ${shards}`, tx => relayBatch(tx, ports, shards))
  } catch (error) {
    const isOfOneShard = error instanceof DependencyUnavailableError || error instanceof RecordRefusedError
    if (shards.length > 1 && isOfOneShard) return 'apart'
    throw error
  }
}

/** Each shard in a transaction of its own, at the same time, so that one that fails delays no other. */
async function relayApart(ports: RelayPorts, shards: readonly number[], deadlineMs: number): Promise<number> {
  const each = await Promise.allSettled(shards.map(shard => relayShards(ports, [shard], deadlineMs)))
  let publishedCount = 0
  for (const one of each) {
    if (one.status === 'rejected') throw one.reason
    publishedCount += one.value
  }
  return publishedCount
}

interface ParkedRow {
  eventId: string
  paymentId: string
  error: string
}

interface Batch {
  published: readonly OutboxRow[]
  parked: ParkedRow[]
  /** Shards where rows remain. */
  waiting: readonly number[]
}

async function relayBatch(tx: Transaction, ports: RelayPorts, shards: readonly number[]): Promise<Batch> {
  const startedMs = ports.clock.nowMs()
  const isAlone = shards.length === 1
  const limitEach = Math.floor(RELAY_BATCH_ROWS / shards.length)
  const ifLocked = isAlone ? 'wait' : 'fail'
  const wanted = {
    shards,
    nowMs: startedMs,
    limitEach,
    ifLocked,
    withoutTopics: ports.publisher.restingTopics(),
  } as const
  const rows = await ports.outbox.lockUnpublished(tx, wanted)
  if (rows.length === 0) return { published: [], parked: [], waiting: [] }
  reached('relay:locked')
  const [behind, free] = partition(rows, row => row.behind !== null)
  if (behind.length > 0) await ports.outbox.parkBehind(tx, behind, startedMs)
  const { published, parked, cutShort } = await publishTogether(tx, ports, free, isAlone, startedMs + SEARCH_MS)
  reached('relay:produced')
  if (published.length > 0) {
    const ids = published.map(row => row.id)
    await ports.outbox.markPublished(tx, ids, ports.clock.nowMs())
  }
  reached('relay:marked')
  const isFull = (shard: number) => rows.filter(row => row.shard === shard).length === limitEach
  return { published, parked, waiting: shards.filter(shard => cutShort || isFull(shard)) }
}

function partition<T>(all: readonly T[], isChosen: (one: T) => boolean): [chosen: T[], others: T[]] {
  return [all.filter(isChosen), all.filter(one => !isChosen(one))]
}

interface Published {
  published: readonly OutboxRow[]
  parked: ParkedRow[]
  /** Time ran out before every row was tried. */
  cutShort: boolean
}

/** All rows in one send; when the broker refuses one of a single shard's, row by row to find out which. */
async function publishTogether(
  tx: Transaction,
  ports: RelayPorts,
  rows: readonly OutboxRow[],
  isAlone: boolean,
  endMs: number,
): Promise<Published> {
  if (rows.length === 0) return { published: [], parked: [], cutShort: false }
  try {
    return { published: await ports.publisher.publish(rows), parked: [], cutShort: false }
  } catch (error) {
    if (!(isAlone && error instanceof RecordRefusedError)) throw error
    return publishOneByOne(tx, ports, rows, endMs)
  }
}

async function publishOneByOne(
  tx: Transaction,
  ports: RelayPorts,
  rows: readonly OutboxRow[],
  endMs: number,
): Promise<Published> {
  const published: OutboxRow[] = []
  const parked: ParkedRow[] = []
  const heldBack = new Set<string>()
  for (const [index, row] of rows.entries()) {
    // The first row is always tried, so that every transaction makes progress.
    if (index > 0 && ports.clock.nowMs() >= endMs) return { published, parked, cutShort: true }
    if (heldBack.has(row.messageKey)) continue
    try {
      const confirmed = await ports.publisher.publish([row])
      published.push(...confirmed)
      // Its topic rests: a later event of the payment must not overtake it when the topic is tried again.
      if (confirmed.length === 0) heldBack.add(row.messageKey)
    } catch (error) {
      if (!(error instanceof RecordRefusedError)) throw error
      heldBack.add(row.messageKey)
      if (await refuse(tx, ports, row, error)) {
        const { eventId, messageKey: paymentId } = row
        parked.push({ eventId, paymentId, error: error.message })
      }
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

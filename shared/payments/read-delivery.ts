/** What the console shows of events on their way: the outbox by shard, how far consumers are, and the dead letters. */

import type { LetterPlace } from '../contracts/dead-letter-records.ts'
import type { DeadLetterDetailView, DeadLetterView } from '../contracts/dead-letters.ts'
import type { ConsumersView } from '../contracts/routes/get-consumers.ts'
import type { OutboxView } from '../contracts/routes/get-outbox.ts'
import type { DeadLettersQuery, DeadLettersView } from '../contracts/routes/list-dead-letters.ts'
import { lagOf } from './observe-delivery.ts'
import type {
  Clock,
  ConsumerOffset,
  ConsumerOffsets,
  ConsumerProgress,
  DeadLetterRows,
  DeliveryProgress,
  ListedLetter,
  OutboxShards,
  StoredLetter,
  UnpublishedEvent,
} from './ports.ts'
import { DependencyUnavailableError } from './ports.ts'

/** More are not counted: "at least". */
export const ROWS_COUNTED_MAX = 10_000

const timeOf = (epochMs: number): string => new Date(epochMs).toISOString()
const timeOrNull = (epochMs: number | null): string | null => (epochMs === null ? null : timeOf(epochMs))
const counted = (count: number) => ({
  count: Math.min(count, ROWS_COUNTED_MAX),
  atLeast: count > ROWS_COUNTED_MAX,
})

/** Throws DependencyUnavailableError. */
export async function readOutbox(ports: { outboxShards: OutboxShards; clock: Clock }): Promise<OutboxView> {
  const shards = await ports.outboxShards.readShards(ROWS_COUNTED_MAX + 1)
  return {
    asOf: timeOf(ports.clock.nowMs()),
    shards: shards.map(({ shard, waitingCount, parkedCount, oldestWaiting, firstParked }) => ({
      shard,
      waiting: counted(waitingCount),
      parked: counted(parkedCount),
      oldestWaiting: oldestWaiting && eventOf(oldestWaiting),
      firstParked: firstParked && {
        ...eventOf(firstParked),
        parkedAt: timeOf(firstParked.parkedAtMs),
        lastError: firstParked.lastError,
      },
    })),
  }
}

const eventOf = ({ eventId, topic, messageKey, createdAtMs }: UnpublishedEvent) => ({
  ...{ eventId, topic, subjectId: messageKey },
  createdAt: timeOf(createdAtMs),
})

/** How long Kafka may take to answer: an operator waits for it. */
const KAFKA_MS_MAX = 3_000

/**
 * As Kafka says it now. When it does not answer in time, as `observe-state` has last noted it, which the answer says.
 * Throws DependencyUnavailableError when the database does not answer either.
 */
export async function readConsumers(ports: {
  offsets: ConsumerOffsets
  progress: Pick<DeliveryProgress, 'readConsumers'>
  clock: Clock
}): Promise<ConsumersView> {
  const [noted, now] = await Promise.all([ports.progress.readConsumers(), offsetsNow(ports.offsets)])
  const since = new Map(noted.map(each => [placeOf(each), each]))
  const asOfMs = now === undefined ? oldestOf(noted.map(({ observedAtMs }) => observedAtMs)) : ports.clock.nowMs()
  const rows = (now ?? noted).map(offset => ({
    offset,
    stillSinceMs: stillSinceMs(offset, since.get(placeOf(offset))),
  }))
  const groups = Map.groupBy(rows, ({ offset }) => `${offset.groupId} ${offset.topic}`)
  return {
    live: now !== undefined,
    asOf: timeOrNull(asOfMs),
    groups: [...groups.values()].map(partitions => ({
      groupId: partitions[0]!.offset.groupId,
      topic: partitions[0]!.offset.topic,
      lag: partitions.reduce((sum, { offset }) => sum + lagOf(offset), 0),
      partitions: partitions
        .toSorted((a, b) => a.offset.partition - b.offset.partition)
        .map(({ offset, stillSinceMs }) => ({
          partition: offset.partition,
          committed: offset.committedOffset,
          end: offset.endOffset,
          lag: lagOf(offset),
          stillSince: timeOrNull(stillSinceMs),
        })),
    })),
  }
}

async function offsetsNow(offsets: ConsumerOffsets): Promise<ConsumerOffset[] | undefined> {
  try {
    return await offsets.read(KAFKA_MS_MAX)
  } catch (error) {
    if (error instanceof DependencyUnavailableError) return undefined
    throw error
  }
}

const placeOf = ({ groupId, topic, partition }: ConsumerOffset): string => `${groupId} ${topic} ${partition}`

const oldestOf = (timesMs: number[]): number | null => (timesMs.length === 0 ? null : Math.min(...timesMs))

/** A group that has moved since it was noted does not stand still. */
const stillSinceMs = (offset: ConsumerOffset, noted: ConsumerProgress | undefined): number | null =>
  noted !== undefined && noted.committedOffset === offset.committedOffset && lagOf(offset) > 0
    ? noted.stillSinceMs
    : null

export interface LetterReadPorts {
  deadLetterRows: Pick<DeadLetterRows, 'list' | 'find' | 'countWaiting'>
}

/** Throws DependencyUnavailableError. */
export async function listDeadLetters(
  { deadLetterRows }: LetterReadPorts,
  { state, limit }: Omit<DeadLettersQuery, 'cursor'>,
  before: LetterPlace | undefined,
): Promise<DeadLettersView> {
  const [found, waiting] = await Promise.all([
    deadLetterRows.list({ state, limit: limit + 1, before }),
    deadLetterRows.countWaiting(ROWS_COUNTED_MAX + 1),
  ])
  const shown = found.slice(0, limit)
  return {
    items: shown.map(letterView),
    nextCursor: found.length > limit ? cursorOf(shown.at(-1)!) : null,
    waiting: counted(waiting),
  }
}

export const letterView = (letter: ListedLetter): DeadLetterView => {
  const { partition, offset, state, error, failedAtMs, origin, paymentId, valueBytes, handling } = letter
  return {
    ...{ partition, offset, state, error },
    failedAt: timeOrNull(failedAtMs),
    ...{ origin, paymentId, valueBytes },
    handled: handling && { by: handling.by, reason: handling.reason, at: timeOrNull(handling.atMs) },
  }
}

/** Bytes of one field that are shown; the rest has `npm run dlq -- list --json`. */
const VALUE_BYTES_MAX = 64 * 1024
const FIELD_BYTES_MAX = 4 * 1024
const HEADERS_MAX = 50

/** Undefined when there is none. Throws DependencyUnavailableError. */
export async function readDeadLetter(
  { deadLetterRows }: LetterReadPorts,
  place: LetterPlace,
): Promise<DeadLetterDetailView | undefined> {
  const letter = await deadLetterRows.find(place)
  return letter && detailOf(letter)
}

function detailOf(letter: StoredLetter): DeadLetterDetailView {
  const { key, value, headers } = letter.bytes
  return {
    ...letterView(letter),
    key: bytesView(key, FIELD_BYTES_MAX),
    value: bytesView(value, VALUE_BYTES_MAX),
    headers: headers
      .slice(0, HEADERS_MAX)
      .map(([name, bytes]) => ({ name: name.slice(0, FIELD_BYTES_MAX), value: bytesView(bytes, FIELD_BYTES_MAX)! })),
    headerCount: headers.length,
  }
}

const bytesView = (bytes: Buffer | null, bytesMax: number) =>
  bytes && { base64: bytes.toString('base64', 0, Math.min(bytes.length, bytesMax)), byteCount: bytes.length }

const cursorOf = ({ partition, offset }: LetterPlace): string =>
  Buffer.from(`${partition} ${offset}`, 'utf8').toString('base64url')

/** The place inside a cursor; undefined when it is not one of ours. */
export function placeOfCursor(cursor: string): LetterPlace | undefined {
  const [, partition, offset] = /^(\d{1,10}) (\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? []
  if (partition === undefined || offset === undefined) return undefined
  const place = { partition: Number(partition), offset: Number(offset) }
  return cursorOf(place) === cursor ? place : undefined
}

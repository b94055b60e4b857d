/** Records how far events have come, so that a process without memory can tell which consumers stand still and which events wait. */
import {
  type Clock,
  type ConsumerOffset,
  type ConsumerOffsets,
  type ConsumerProgress,
  type DeliveryProgress,
  DependencyUnavailableError,
  type TopicBacklog,
} from './ports.ts'

export interface ObservePorts {
  offsets: ConsumerOffsets
  progress: DeliveryProgress
  clock: Clock
}

export interface Delivery {
  consumers: ConsumerProgress[]
  backlog: TopicBacklog[]
}

/** Less than the minute between two observations, since a run may begin a little early. */
const STILL_MS_MAX = 45_000
/** Events are on their way within seconds; the sweep rings for those that are not. */
const WAITING_MS_MAX = 60_000

/** Returns what it has noted; no consumers when Kafka is away. Throws DependencyUnavailableError when the database is. */
export async function observeDelivery(ports: ObservePorts): Promise<Delivery> {
  const nowMs = ports.clock.nowMs()
  const [consumers, backlog] = await Promise.all([observeConsumers(ports, nowMs), observeBacklog(ports, nowMs)])
  return { consumers, backlog }
}

async function observeBacklog({ progress }: ObservePorts, nowMs: number): Promise<TopicBacklog[]> {
  const backlog = await progress.countBacklog()
  await progress.replaceBacklog(backlog, nowMs)
  return backlog
}

async function observeConsumers({ offsets, progress }: ObservePorts, nowMs: number): Promise<ConsumerProgress[]> {
  const [now, before] = await Promise.all([offsetsOf(offsets), progress.readConsumers()])
  // Kafka is away: the last observation is still the newest.
  if (now === undefined) return []
  const known = new Map(before.map(consumer => [placeOf(consumer), consumer]))
  const consumers = now.map(offset => progressAfter(known.get(placeOf(offset)), offset, nowMs))
  await progress.replaceConsumers(consumers)
  return consumers
}

const placeOf = ({ groupId, topic, partition }: ConsumerOffset): string => `${groupId} ${topic} ${partition}`

async function offsetsOf(offsets: ConsumerOffsets): Promise<ConsumerOffset[] | undefined> {
  try {
    return await offsets.read()
  } catch (error) {
    if (error instanceof DependencyUnavailableError) return undefined
    throw error
  }
}

export const lagOf = ({ committedOffset, endOffset }: ConsumerOffset): number =>
  Math.max(endOffset - committedOffset, 0)

/** A group that has moved, or that nothing waits for, does not stand still. */
export function progressAfter(
  before: ConsumerProgress | undefined,
  offset: ConsumerOffset,
  nowMs: number,
): ConsumerProgress {
  const hasStayed = before !== undefined && before.committedOffset === offset.committedOffset
  const stillSinceMs = lagOf(offset) === 0 ? null : hasStayed ? (before.stillSinceMs ?? nowMs) : nowMs
  return { ...offset, stillSinceMs, observedAtMs: nowMs }
}

/** Judged by what was seen at two observations, not by the reader's own time. */
export const standsStill = ({ stillSinceMs, observedAtMs }: ConsumerProgress): boolean =>
  stillSinceMs !== null && observedAtMs - stillSinceMs >= STILL_MS_MAX

export const waitsTooLong = ({ oldestCreatedAtMs }: TopicBacklog, nowMs: number): boolean =>
  nowMs - oldestCreatedAtMs >= WAITING_MS_MAX

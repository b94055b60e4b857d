/** Records how far events have come, so that a process without memory can tell which consumers stand still and which events wait. */
import type {
  Clock,
  ConsumerOffset,
  ConsumerOffsets,
  ConsumerProgress,
  DeliveryProgress,
  TopicBacklog,
} from './ports.ts'

export interface ObservePorts {
  offsets: ConsumerOffsets
  progress: DeliveryProgress
  clock: Clock
}

/** Less than the minute between two observations, since a run may begin a little early. */
const STILL_MS_MAX = 45_000
/** Events are on their way within seconds; the sweep rings for those that are not. */
const WAITING_MS_MAX = 60_000

/** Returns what it has noted. Throws DependencyUnavailableError. */
export async function observeBacklog({
  progress,
  clock,
}: Pick<ObservePorts, 'progress' | 'clock'>): Promise<TopicBacklog[]> {
  const backlog = await progress.countBacklog()
  await progress.replaceBacklog(backlog, clock.nowMs())
  return backlog
}

/**
 * Returns what it has noted. Throws DependencyUnavailableError; while Kafka is away the last observation stays, as the newest there is.
 */
export async function observeConsumers({ offsets, progress, clock }: ObservePorts): Promise<ConsumerProgress[]> {
  const nowMs = clock.nowMs()
  const [now, before] = await Promise.all([offsets.read(), progress.readConsumers()])
  const known = new Map(before.map(consumer => [placeOf(consumer), consumer]))
  const consumers = now.map(offset => progressAfter(known.get(placeOf(offset)), offset, nowMs))
  await progress.replaceConsumers(consumers)
  return consumers
}

const placeOf = ({ groupId, topic, partition }: ConsumerOffset): string => `${groupId} ${topic} ${partition}`

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

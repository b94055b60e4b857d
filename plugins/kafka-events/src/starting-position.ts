/** Fixes where a new consumer group begins when that is not the oldest record, so that a restart begins there too. */
import type { Admin, Kafka } from 'kafkajs'
import type { KafkaSource, StartingPosition } from './source.ts'

/** Positions that would be another one at the next start unless they are committed at the first. */
export const fixedPositions = new Set<StartingPosition>(['LATEST', 'AT_TIMESTAMP'])

/**
 * The offset to begin at for each partition of the topic in which the group has none yet. A group that has begun reads a
 * partition that was added later from its oldest record: LATEST would lose what came before it was found.
 */
export async function pinStartingPositions(
  kafka: Kafka,
  { topic, groupId, startingTimestampMs }: KafkaSource,
): Promise<{ partition: number; offset: number }[]> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const committed = await committedOffsets(admin, groupId, topic)
    const ends = await admin.fetchTopicOffsets(topic)
    const open = ends.filter(({ partition }) => (committed.get(partition) ?? NONE) < 0)
    if (open.length === 0) return []
    const starts =
      startingTimestampMs === undefined ? open : await admin.fetchTopicOffsetsByTimestamp(topic, startingTimestampMs)
    const isLate = startingTimestampMs === undefined && committed.size > 0
    return open.map(({ partition, low, offset }) => {
      const start = starts.find(found => found.partition === partition)?.offset ?? offset
      return { partition, offset: Number(isLate ? low : start) }
    })
  } finally {
    await admin.disconnect()
  }
}

const NONE = -1

/** By partition, where there is one. kafkajs commits −2, for the oldest record, when an offset is out of range. */
async function committedOffsets(admin: Admin, groupId: string, topic: string): Promise<Map<number, number>> {
  const [found] = await admin.fetchOffsets({ groupId, topics: [topic] })
  const offsets = found?.partitions.map(({ partition, offset }) => [partition, Number(offset)] as const) ?? []
  return new Map(offsets.filter(([, offset]) => offset !== NONE))
}

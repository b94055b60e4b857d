/** Fixes where a new consumer group begins when that is not the oldest record, so that a restart begins there too. */
import type { Admin, Kafka } from 'kafkajs'
import type { KafkaSource, StartingPosition } from './source.ts'

/** Positions that would be another one at the next start unless they are committed at the first. */
export const fixedPositions = new Set<StartingPosition>(['LATEST', 'AT_TIMESTAMP'])

/** The offset to begin at for each partition in which the group has none yet. */
export async function pinStartingPositions(
  kafka: Kafka,
  source: KafkaSource,
  partitions: number[],
): Promise<{ partition: number; offset: number }[]> {
  const { topic, groupId } = source
  const admin = kafka.admin()
  await admin.connect()
  try {
    const committed = (await admin.fetchOffsets({ groupId, topics: [topic] })).find(found => found.topic === topic)
    const known = new Set(
      committed?.partitions.filter(({ offset }) => Number(offset) >= 0).map(({ partition }) => partition),
    )
    const open = partitions.filter(partition => !known.has(partition))
    if (open.length === 0) return []
    const starts = await startsOf(admin, source)
    return open.flatMap(partition => {
      const start = starts.find(found => found.partition === partition)
      return start ? [{ partition, offset: Number(start.offset) }] : []
    })
  } finally {
    await admin.disconnect()
  }
}

function startsOf(
  admin: Admin,
  { topic, startingTimestampMs }: KafkaSource,
): Promise<{ partition: number; offset: string }[]> {
  if (startingTimestampMs === undefined) return admin.fetchTopicOffsets(topic)
  return admin.fetchTopicOffsetsByTimestamp(topic, startingTimestampMs)
}

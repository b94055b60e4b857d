/** Records a second: one process works off a topic that is full already. */
import { type ConsumerOrder, type Figures, type HandlerName, startConsumer, type Variant } from './consumer.ts'
import type { CpuSeconds } from './cpu.ts'
import { checksumOf, PARTITIONS, wrongWith } from './records.ts'
import type { Settings } from './settings.ts'
import { type Cluster, committedBy } from './topics.ts'

export interface ThroughputCase {
  handler: HandlerName
  batchSize: number
  variant: Variant
}

export interface ThroughputSample extends ThroughputCase {
  round: number
  figures: Figures
  otherCpuSeconds: CpuSeconds
  /** What must not be: records that are missing, handled twice, wrong or not committed. */
  problems: string[]
}

export interface FullTopic {
  name: string
  recordsPerPartition: number
  warmUpRecords: number
}

const COMMIT_CERTAIN_AFTER_SECONDS = 1

/** Consumes the whole topic as a group of its own. Throws when the process does not get to the end. */
export async function measureThroughput(
  cluster: Cluster,
  { handler, batchSize, variant }: ThroughputCase,
  topic: FullTopic,
  groupId: string,
  settings: Settings,
): Promise<Omit<ThroughputSample, 'round'>> {
  const produced = topic.recordsPerPartition * PARTITIONS
  const order: ConsumerOrder = {
    brokers: cluster.brokers,
    variant,
    handler,
    batchSize,
    topic: topic.name,
    groupId,
    warmUpRecords: topic.warmUpRecords,
    records: produced - topic.warmUpRecords,
  }
  cluster.groups.add(groupId)
  const consumer = await startConsumer(order, settings)
  const { figures, handled, checksum, otherCpuSeconds, firstRecord } = await consumer.measured
  const problems = await consumer.stop()
  if (handled !== produced) problems.push(`${handled} of ${produced} records were handled`)
  const rightChecksum = handler === 'decode' ? checksumOf(topic.recordsPerPartition) : 0
  if (checksum !== rightChecksum) problems.push(`the values add up to ${checksum}, not to ${rightChecksum}`)
  const committed = await committedBy(cluster, groupId, topic.name)
  if (committed !== produced) problems.push(`${committed} of ${produced} records are committed`)
  if (figures.commits === 0 && figures.seconds > COMMIT_CERTAIN_AFTER_SECONDS)
    problems.push('no commit was counted while it was measured')
  const wrong = variant === 'raw' || firstRecord === undefined ? undefined : wrongWith(firstRecord, topic.name)
  if (wrong !== undefined) problems.push(`the first record is not what was produced: ${wrong}`)
  return { handler, batchSize, variant, figures, otherCpuSeconds, problems }
}

/** Milliseconds from the moment before a record is sent until a function that gets it starts, at a modest, even pace. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Producer } from 'kafkajs'
import { type ConsumerOrder, type Figures, startConsumer, type Variant } from './consumer.ts'
import { PARTITIONS } from './records.ts'
import type { Settings } from './settings.ts'
import { percentile } from './statistics.ts'
import { type Cluster, createTopic, deleteTopic, hasJoined, withProducer } from './topics.ts'

export interface LatencyCase {
  batchSize: number
  variant: Variant
}

export interface LatencySample extends LatencyCase {
  round: number
  figures: Figures
  count: number
  p50Ms: number
  p99Ms: number
  /** Of the producer: until the broker has said that it has the record. */
  acknowledgedP50Ms: number
  problems: string[]
}

const WARM_UP_SECONDS = 2
const JOIN_DEADLINE_MS = 60_000
const JOIN_POLL_MS = 100

export async function measureLatency(
  cluster: Cluster,
  { batchSize, variant }: LatencyCase,
  groupId: string,
  settings: Settings,
): Promise<Omit<LatencySample, 'round'>> {
  const topic = groupId
  const warmUpRecords = Math.round(Math.min(WARM_UP_SECONDS, settings.seconds) * settings.rate)
  const records = Math.round(settings.seconds * settings.rate)
  const order: ConsumerOrder = {
    brokers: cluster.brokers,
    variant,
    handler: 'arrive',
    batchSize,
    topic,
    groupId,
    warmUpRecords,
    records,
  }
  await createTopic(cluster, topic)
  cluster.groups.add(groupId)
  const consumer = await startConsumer(order, settings)
  await Promise.race([untilJoined(cluster, groupId), consumer.measured])
  const acknowledgedMs = await withProducer(cluster, false, producer =>
    produceEvenly(producer, topic, warmUpRecords + records, settings.rate),
  )
  const { figures, latenciesMs } = await consumer.measured
  const problems = await consumer.stop()
  await deleteTopic(cluster, topic)
  if (latenciesMs.length !== records) problems.push(`${latenciesMs.length} of ${records} records were timed`)
  if (latenciesMs.some(ms => !(ms > 0))) problems.push('a record arrived before it was sent')
  return {
    batchSize,
    variant,
    figures,
    count: latenciesMs.length,
    p50Ms: percentile(latenciesMs, 50),
    p99Ms: percentile(latenciesMs, 99),
    acknowledgedP50Ms: percentile(acknowledgedMs.slice(warmUpRecords), 50),
    problems,
  }
}

async function untilJoined(cluster: Cluster, groupId: string): Promise<void> {
  const endMs = performance.now() + JOIN_DEADLINE_MS
  while (!(await hasJoined(cluster, groupId))) {
    if (performance.now() > endMs) throw new Error(`group ${groupId} had no member after ${JOIN_DEADLINE_MS / 1000} s`)
    await sleep(JOIN_POLL_MS)
  }
}

/** One record at a time, each at its moment, whether or not the one before is acknowledged. Gives the acknowledgements' times. */
async function produceEvenly(producer: Producer, topic: string, count: number, rate: number): Promise<number[]> {
  const startMs = performance.now()
  const sends: Promise<number>[] = []
  for (let index = 0; index < count; index++) {
    const waitMs = startMs + (index * 1000) / rate - performance.now()
    if (waitMs > 0) await sleep(waitMs)
    const sentMs = performance.now()
    const sent = producer.send({ topic, messages: [timedRecord(index)] })
    sends.push(sent.then(() => performance.now() - sentMs))
  }
  return Promise.all(sends)
}

/** About 300 bytes, as the other records. The clock is the machine's monotonic one, which all its processes share. */
const timedRecord = (index: number) => ({
  key: `order-${index}`,
  partition: index % PARTITIONS,
  headers: { 'event-type': 'order.placed' },
  value: JSON.stringify({ padding: PADDING, sentAtNs: String(process.hrtime.bigint()) }),
})
const PADDING = 'x'.repeat(220)

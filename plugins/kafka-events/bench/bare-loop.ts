/** What one writes without the plugin: kafkajs's `eachBatch`, cut into batches, an offset commit every 50 ms at most. */
import { type EachBatchPayload, Kafka, type KafkaMessage, logLevel } from 'kafkajs'
import * as handlers from './fixture/handlers.mjs'
import { PARTITIONS } from './records.ts'

const COMMIT_INTERVAL_MS = 50
const FETCH_WAIT_MS = 250

const { KAFKA_BROKERS, BENCH_TOPIC, BENCH_GROUP, BENCH_HANDLER, BENCH_BATCH_SIZE, BENCH_EVENT } = process.env as Record<
  string,
  string
>
const batchSize = Number(BENCH_BATCH_SIZE)
const handler = new Map(Object.entries<(input: never) => Promise<unknown>>(handlers)).get(BENCH_HANDLER!) as (
  input: unknown,
) => Promise<unknown>
const inputOf = BENCH_EVENT === 'raw' ? (_partition: number, messages: KafkaMessage[]) => messages : eventOf

let committedMs = 0
let commitRest = async () => {}

async function eachBatch(payload: EachBatchPayload): Promise<void> {
  const { batch, resolveOffset, heartbeat, commitOffsetsIfNecessary, uncommittedOffsets, isRunning, isStale } = payload
  const commit = () => commitOffsetsIfNecessary(uncommittedOffsets())
  commitRest = commit
  for (let start = 0; start < batch.messages.length; start += batchSize) {
    if (!isRunning() || isStale()) return
    const messages = batch.messages.slice(start, start + batchSize)
    await handler(inputOf(batch.partition, messages))
    resolveOffset(messages.at(-1)!.offset)
    await heartbeat()
    if (Date.now() - committedMs < COMMIT_INTERVAL_MS) continue
    committedMs = Date.now()
    await commit()
  }
}

/** AWS's event in the plainest way. */
function eventOf(partition: number, messages: KafkaMessage[]) {
  return {
    eventSource: 'SelfManagedKafka',
    bootstrapServers: KAFKA_BROKERS,
    records: {
      [`${BENCH_TOPIC}-${partition}`]: messages.map(({ offset, timestamp, key, value, headers }) => ({
        topic: BENCH_TOPIC,
        partition,
        offset: Number(offset),
        timestamp: Number(timestamp),
        timestampType: 'CREATE_TIME',
        key: key?.toString('base64'),
        value: value?.toString('base64'),
        headers: Object.entries(headers ?? {}).map(([name, bytes]) => ({ [name]: [...(bytes as Buffer)] })),
      })),
    },
  }
}

const kafka = new Kafka({ brokers: KAFKA_BROKERS!.split(','), logLevel: logLevel.ERROR })
// As the plugin: it bounds how long a stop waits, and nothing else while there are records.
const consumer = kafka.consumer({ groupId: BENCH_GROUP!, maxWaitTimeInMs: FETCH_WAIT_MS })

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop())

async function stop(): Promise<void> {
  await commitRest()
  await consumer.disconnect()
  process.exit(0)
}

await consumer.connect()
await consumer.subscribe({ topic: BENCH_TOPIC!, fromBeginning: true })
// kafkajs's own commits would be one for every partition and fetch: the plugin commits once for all, and so does this.
await consumer.run({
  autoCommit: false,
  eachBatchAutoResolve: true,
  partitionsConsumedConcurrently: PARTITIONS,
  eachBatch,
})

/** Lambda's event source mapping for Kafka, a step at a time: invokes a function with what its consumer group has not read yet. */
// kafkajs's own timers warn a thousand times under Node 24; the plugin's repair is for every client of this process.
import '../../../plugins/kafka-events/src/kafkajs-repairs.ts'
import { type Admin, type Consumer, Kafka, type KafkaMessage, logLevel } from 'kafkajs'
import { until } from '../../../shared/runtime/until.ts'
import type { Invocation } from './execution-environment.ts'
import type { PackagedTrigger } from './packaged-service.ts'

interface ReadRecord {
  topic: string
  partition: number
  message: KafkaMessage
}

/** The mappings of one consumer group: its only member, which commits what a function has taken. */
export class EventSourceMapping {
  readonly #brokers: string[]
  readonly #triggers: readonly PackagedTrigger[]
  readonly #consumer: Consumer
  readonly #admin: Admin
  /** Read and not taken yet, each partition in order. */
  #waiting: ReadRecord[] = []

  private constructor(brokers: string[], triggers: readonly PackagedTrigger[], kafka: Kafka) {
    this.#brokers = brokers
    this.#triggers = triggers
    this.#admin = kafka.admin()
    this.#consumer = kafka.consumer({ groupId: triggers[0]!.groupId, maxWaitTimeInMs: 100 })
  }

  /** The triggers share their group. Reads on from where the group is: TRIM_HORIZON for a new one. */
  static async start(brokers: string[], triggers: readonly PackagedTrigger[]): Promise<EventSourceMapping> {
    const kafka = new Kafka({ clientId: 'event-source-mapping', brokers, logLevel: logLevel.NOTHING })
    const mapping = new EventSourceMapping(brokers, triggers, kafka)
    await Promise.all([mapping.#admin.connect(), mapping.#consumer.connect()])
    await mapping.#consumer.subscribe({ topics: triggers.map(({ topic }) => topic), fromBeginning: true })
    await mapping.#consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch: { topic, partition, messages } }) => {
        mapping.#waiting.push(...messages.map(message => ({ topic, partition, message })))
      },
    })
    return mapping
  }

  get functionKey(): string {
    return this.#triggers[0]!.functionKey
  }

  /** How many records the topic holds now. */
  async count(topic: string): Promise<number> {
    const offsets = await this.#admin.fetchTopicOffsets(topic)
    return offsets.reduce((total, { low, high }) => total + Number(high) - Number(low), 0)
  }

  /**
   * Invokes the function with everything that the group has not taken, each topic by itself, in batches over all partitions, and
   * commits each batch that succeeded. The first that fails ends it; AWS would bring that batch again until it succeeds.
   */
  async deliver(invoke: (event: unknown) => Promise<Invocation>): Promise<Delivery> {
    const delivery: Delivery = { records: 0, invocations: [] }
    for (const trigger of this.#triggers) {
      await this.#readToTheEnd(trigger)
      for (let batch = this.#batchOf(trigger); batch.length > 0; batch = this.#batchOf(trigger)) {
        const invocation = await invoke(kafkaEventOf(this.#brokers, batch))
        delivery.invocations.push(invocation)
        if (invocation.functionError !== undefined) return delivery
        delivery.records += batch.length
        await this.#commit(trigger, batch)
      }
    }
    return delivery
  }

  async stop(): Promise<void> {
    await this.#consumer.disconnect()
    await this.#admin.disconnect()
  }

  async #readToTheEnd({ groupId, topic }: PackagedTrigger): Promise<void> {
    const [committed] = await this.#admin.fetchOffsets({ groupId, topics: [topic] })
    const next = new Map(committed?.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
    const ends = await this.#admin.fetchTopicOffsets(topic)
    // Kafka says −1 where a group has committed nothing.
    const missing = ends.reduce(
      (total, { partition, low, high }) => total + Number(high) - Math.max(next.get(partition) ?? -1, Number(low)),
      0,
    )
    const read = () => this.#waiting.filter(record => record.topic === topic).length
    await until(() => read() >= missing, { what: `${missing} records of ${topic}` })
  }

  #batchOf({ topic, batchSize }: PackagedTrigger): ReadRecord[] {
    return this.#waiting.filter(record => record.topic === topic).slice(0, batchSize)
  }

  async #commit({ topic }: PackagedTrigger, batch: ReadRecord[]): Promise<void> {
    const ends = new Map(batch.map(({ partition, message }) => [partition, String(Number(message.offset) + 1)]))
    await this.#consumer.commitOffsets([...ends].map(([partition, offset]) => ({ topic, partition, offset })))
    this.#waiting = this.#waiting.filter(record => !batch.includes(record))
  }
}

export interface Delivery {
  /** How many were taken. */
  records: number
  invocations: Invocation[]
}

/** As AWS documents it: grouped by topic and partition, base64, null keys and values left out, headers as lists of signed bytes. */
function kafkaEventOf(brokers: string[], batch: ReadRecord[]) {
  const records = batch.map(({ topic, partition, message }) => ({
    topic,
    partition,
    offset: Number(message.offset),
    timestamp: Number(message.timestamp),
    timestampType: 'CREATE_TIME',
    ...(message.key !== null && { key: message.key.toString('base64') }),
    ...(message.value !== null && { value: message.value.toString('base64') }),
    headers: Object.entries(message.headers ?? {}).map(([name, value]) => ({
      [name]: [...new Int8Array(Buffer.from(String(value)))],
    })),
  }))
  return {
    eventSource: 'SelfManagedKafka',
    bootstrapServers: brokers.join(),
    records: Object.groupBy(records, record => `${record.topic}-${record.partition}`),
  }
}

/** Reads topics of the system under test from offset 0, puts records on them, and asks how far its consumer groups are. */
import { randomUUID } from 'node:crypto'
import type { Admin, Consumer, KafkaMessage, Producer } from 'kafkajs'
import { type KafkaConnections, openKafka } from '../../shared/messaging/kafka-client.ts'

export interface TopicRecord {
  topic: string
  partition: number
  offset: number
  key: string | null
  value: Buffer | null
  headers: Record<string, string>
}

export interface Produced {
  topic: string
  partition: number
  offset: number
}

/** A record to put on a topic. Without a partition the key chooses, as for every producer. */
export interface NewRecord {
  topic: string
  partition?: number
  key: string | null
  value: Buffer | null
  headers?: Record<string, string>
}

const SESSION_TIMEOUT_MS = 6_000

/** The consumer group with which `record-ledger` reads the topic. */
export const ledgerGroupOf = (topic: string): string => topic.replace(/^payment\./, 'record-ledger-')

export class TopicReader {
  /** Everything read so far, each partition in order, once. */
  readonly records: TopicRecord[] = []
  /** By topic and partition. A reader that loses its place in the group begins at offset 0 again. */
  readonly #nextOffsets = new Map<string, number>()
  readonly #consumer: Consumer
  readonly #admin: Admin
  readonly #groupId: string

  constructor(consumer: Consumer, admin: Admin, groupId: string) {
    this.#consumer = consumer
    this.#admin = admin
    this.#groupId = groupId
  }

  async start(topics: string[]): Promise<void> {
    await this.#consumer.connect()
    await this.#consumer.subscribe({ topics, fromBeginning: true })
    await this.#consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch: { topic, partition, messages } }) => {
        for (const message of messages) this.#add(recordOf(topic, partition, message))
      },
    })
  }

  #add(record: TopicRecord): void {
    const place = `${record.topic} ${record.partition}`
    if (record.offset < (this.#nextOffsets.get(place) ?? 0)) return
    this.#nextOffsets.set(place, record.offset + 1)
    this.records.push(record)
  }

  of(paymentId: string): TopicRecord[] {
    return this.records.filter(record => record.key === paymentId)
  }

  async stop(): Promise<void> {
    await this.#consumer.disconnect()
    // It committed nothing, so a broker may have forgotten it already.
    await this.#admin.deleteGroups([this.#groupId]).catch(() => undefined)
  }
}

export class TestKafka {
  readonly #connections: KafkaConnections
  readonly #admin: Admin
  readonly #producer: Producer
  readonly #readers: TopicReader[] = []

  constructor(brokers: string[]) {
    this.#connections = openKafka({ clientId: 'system-tests', brokers }, {})
    const { kafka } = this.#connections
    this.#admin = kafka.admin()
    this.#producer = kafka.producer({ allowAutoTopicCreation: false })
  }

  async connect(): Promise<void> {
    await Promise.all([this.#admin.connect(), this.#producer.connect()])
  }

  /** Reads the topics from offset 0 and goes on reading until `close`. */
  async read(topics: string[]): Promise<TopicReader> {
    const groupId = `system-tests-${randomUUID()}`
    const { kafka } = this.#connections
    const consumer = kafka.consumer({ groupId, sessionTimeout: SESSION_TIMEOUT_MS, maxWaitTimeInMs: 100 })
    const reader = new TopicReader(consumer, this.#admin, groupId)
    this.#readers.push(reader)
    await reader.start(topics)
    return reader
  }

  async produce(record: NewRecord): Promise<Produced> {
    const { topic, ...message } = record
    const [written] = await this.#producer.send({ topic, messages: [message] })
    return { topic, partition: written?.partition ?? -1, offset: Number(written?.baseOffset ?? -1) }
  }

  /** Puts records on one partition, in their order and one after the other. Several sends at once may change places. */
  async produceInOrder(
    { topic, partition }: Pick<Produced, 'topic' | 'partition'>,
    records: readonly Omit<NewRecord, 'topic' | 'partition'>[],
  ): Promise<Produced[]> {
    const [written] = await this.#producer.send({ topic, messages: records.map(record => ({ ...record, partition })) })
    return records.map((_, index) => ({ topic, partition, offset: Number(written!.baseOffset) + index }))
  }

  /** The next offset that a consumer group will read of a partition. */
  async committed(groupId: string, { topic, partition }: Pick<Produced, 'topic' | 'partition'>): Promise<number> {
    const [found] = await this.#admin.fetchOffsets({ groupId, topics: [topic] })
    return Number(found?.partitions.find(entry => entry.partition === partition)?.offset ?? -1)
  }

  /** Commits an offset for a group that has no members. */
  async commit(groupId: string, { topic, partition, offset }: Produced): Promise<void> {
    await this.#admin.setOffsets({ groupId, topic, partitions: [{ partition, offset: String(offset) }] })
  }

  /** Also when a reader cannot leave its group, no connection is left. */
  async close(): Promise<void> {
    try {
      await Promise.all(this.#readers.map(reader => reader.stop()))
    } finally {
      this.#connections.cut()
    }
  }
}

const recordOf = (topic: string, partition: number, message: KafkaMessage): TopicRecord => ({
  topic,
  partition,
  offset: Number(message.offset),
  key: message.key?.toString('utf8') ?? null,
  value: message.value,
  headers: Object.fromEntries(Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)])),
})

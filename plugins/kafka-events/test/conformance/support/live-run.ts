/** What a live row sees of its function, its topic and its group while the process runs. */
// kafkajs's own timers warn under Node 24.
import '../../../src/kafkajs-repairs.ts'
import { Kafka, type KafkaMessage, logLevel, type Message } from 'kafkajs'
import type { FixtureApp } from '../../fixture-app.ts'
import { until } from '../../until.ts'
import { type Attempt, offsetsOf, openGate, readAttempts } from './journal.ts'
import type { LiveTest, Names, NewRecord } from './row.ts'

const DEADLINE_MS = 90_000

export interface Discarded {
  key: string | null
  value: string
  headers: Record<string, unknown>
  partition: number
}

export interface PartitionStatus {
  partition: number
  [fact: string]: unknown
}

export class LiveRun {
  readonly names: Names
  readonly brokers: string
  readonly #test: LiveTest
  readonly #folder: string
  readonly #app: FixtureApp
  readonly #broker: Broker
  readonly #over: AbortSignal

  constructor(
    test: LiveTest,
    names: Names,
    system: { brokers: string; folder: string; app: FixtureApp; broker: Broker; over: AbortSignal },
  ) {
    this.#test = test
    this.names = names
    this.brokers = system.brokers
    this.#folder = system.folder
    this.#app = system.app
    this.#broker = system.broker
    this.#over = system.over
  }

  /** In the order in which they began. */
  attempts(): Attempt[] {
    return readAttempts(this.#folder, this.#test.id)
  }

  /** Waits for so many attempts to end, and gives all there are. */
  async ended(count: number): Promise<Attempt[]> {
    await this.until(`${count} attempts to end`, () => this.#ended().length >= count)
    return this.attempts()
  }

  /** Waits until the group has committed just this, per partition; −1 where it has committed nothing. */
  async committed(expected: number[]): Promise<void> {
    await this.until(`offsets ${expected} to be committed`, async () => {
      return JSON.stringify(await this.commits()) === JSON.stringify(expected)
    })
  }

  commits(): Promise<number[]> {
    return this.#broker.commits(this.names)
  }

  /** Whether the group has a member: it has come so far as to read. */
  async joined(): Promise<void> {
    await this.until('the group to have a member', () => this.#broker.hasMember(this.names.groupId))
  }

  async hasMember(): Promise<boolean> {
    return this.#broker.hasMember(this.names.groupId)
  }

  /** In one request. */
  async produce(...records: NewRecord[]): Promise<void> {
    await this.#broker.produce(this.names.topic, records)
  }

  /** What the on-failure topic holds when it holds so many. */
  async discarded(count: number): Promise<Discarded[]> {
    let found: Discarded[] = []
    await this.until(`${count} records in the on-failure topic`, async () => {
      found = await this.#broker.read(this.names.onFailureTopic)
      return found.length >= count
    })
    return found
  }

  createOnFailureTopic(): Promise<void> {
    return this.#broker.createTopics([{ topic: this.names.onFailureTopic }])
  }

  createTopic(partitions = 1): Promise<void> {
    return this.#broker.createTopics([{ topic: this.names.topic, numPartitions: partitions }])
  }

  addPartitions(count: number): Promise<void> {
    return this.#broker.addPartitions(this.names.topic, count)
  }

  openGate(): void {
    openGate(this.#folder, this.#test.id)
  }

  /** What the status port says of the function. */
  async status(): Promise<PartitionStatus[]> {
    const groups = (await (await fetch(this.#app.statusUrl)).json()) as {
      groupId: string
      partitions: PartitionStatus[]
    }[]
    return groups.find(({ groupId }) => groupId === this.names.groupId)?.partitions ?? []
  }

  /** Lines of the process's log that name the function, its topic or its group. */
  log(): string[] {
    const { topic, groupId } = this.names
    return this.#app
      .output()
      .split('\n')
      .filter(line => line.includes(topic) || line.includes(groupId) || line.includes(this.#test.id))
  }

  async logged(...texts: string[]): Promise<void> {
    await this.until(`the log to say ${texts}`, () =>
      this.log().some(line => texts.every(text => line.toLowerCase().includes(text.toLowerCase()))),
    )
  }

  /** A failure says what the row has seen. */
  async until(what: string, probe: () => boolean | Promise<boolean>): Promise<void> {
    const probeWhileRunning = () => this.#over.aborted || probe()
    await until(probeWhileRunning, { what, deadlineMs: DEADLINE_MS, intervalMs: 200 }).catch(async error => {
      throw new Error(`${error.message}\n${await this.#seen()}`)
    })
    this.#over.throwIfAborted()
  }

  async #seen(): Promise<string> {
    const attempts = this.attempts().map(attempt => ({ offsets: offsetsOf(attempt), ended: attempt.ended?.kind }))
    const commits = await this.commits().catch(String)
    return `attempts ${JSON.stringify(attempts.slice(-12))}\ncommitted ${commits}\n${this.log().slice(-12).join('\n')}`
  }

  #ended(): Attempt[] {
    return this.attempts().filter(({ ended }) => ended)
  }
}

/** One client for all rows. */
export class Broker {
  readonly #kafka: Kafka
  readonly #admin: ReturnType<Kafka['admin']>
  readonly #producer: ReturnType<Kafka['producer']>

  constructor(brokers: string) {
    this.#kafka = new Kafka({ clientId: 'conformance', brokers: brokers.split(','), logLevel: logLevel.NOTHING })
    this.#admin = this.#kafka.admin()
    // It must see partitions that were added a moment ago: kafkajs drops what it sends to one that it does not know.
    this.#producer = this.#kafka.producer({ metadataMaxAge: 0 })
  }

  async connect(): Promise<void> {
    await Promise.all([this.#admin.connect(), this.#producer.connect()])
  }

  async disconnect(): Promise<void> {
    await Promise.all([this.#admin.disconnect(), this.#producer.disconnect()])
  }

  async createTopics(topics: { topic: string; numPartitions?: number; config?: Record<string, string> }[]) {
    await this.#admin.createTopics({
      waitForLeaders: true,
      topics: topics.map(({ topic, numPartitions = 1, config = {} }) => ({
        topic,
        numPartitions,
        // Some records are years old.
        configEntries: Object.entries({ 'retention.ms': '-1', ...config }).map(([name, value]) => ({ name, value })),
      })),
    })
  }

  async deleteTopics(prefix: string): Promise<void> {
    const topics = (await this.#admin.listTopics()).filter(topic => topic.startsWith(prefix))
    await this.#admin.deleteTopics({ topics })
  }

  async addPartitions(topic: string, count: number): Promise<void> {
    await this.#admin.createPartitions({ topicPartitions: [{ topic, count }] })
  }

  /** One request for each partition: kafkajs sends all of them again when one has no leader yet. */
  async produce(topic: string, records: NewRecord[]): Promise<void> {
    for (const [partition, of] of Map.groupBy(records, record => record.partition ?? 0)) {
      const written = await this.#producer.send({ topic, messages: of.map(messageOf) })
      if (written.length === 0) throw new Error(`${topic}-${partition} is not known yet`)
    }
  }

  async setOffset({ groupId, topic }: Names, offset: number): Promise<void> {
    await this.#admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: String(offset) }] })
  }

  async deleteRecords(topic: string, before: number): Promise<void> {
    await this.#admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(before) }] })
  }

  async commits({ groupId, topic }: Names): Promise<number[]> {
    const [found] = await this.#admin.fetchOffsets({ groupId, topics: [topic] })
    return found!.partitions.toSorted((a, b) => a.partition - b.partition).map(({ offset }) => Number(offset))
  }

  async hasMember(groupId: string): Promise<boolean> {
    const { groups } = await this.#admin.describeGroups([groupId])
    return groups[0]?.state === 'Stable' && groups[0].members.length > 0
  }

  /** Everything that is on a topic now. */
  async read(topic: string): Promise<Discarded[]> {
    const ends = (await this.#admin.fetchTopicOffsets(topic)).map(({ high }) => Number(high))
    const count = ends.reduce((sum, end) => sum + end, 0)
    if (count === 0) return []
    const groupId = `${topic}-reader-${crypto.randomUUID()}`
    const consumer = this.#kafka.consumer({ groupId, maxWaitTimeInMs: 100 })
    const found: Discarded[] = []
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message }) => void found.push(discardedOf(partition, message)),
    })
    await until(() => found.length >= count, { what: `${count} records of ${topic}` })
    await consumer.disconnect()
    return found
  }
}

const messageOf = ({ partition = 0, timestampMs, ...record }: NewRecord): Message => ({
  partition,
  ...(timestampMs === undefined ? {} : { timestamp: String(timestampMs) }),
  ...record,
})

const discardedOf = (partition: number, { key, value, headers }: KafkaMessage): Discarded => ({
  partition,
  key: key?.toString() ?? null,
  value: value?.toString() ?? '',
  headers: headers ?? {},
})

/** Publishes outbox rows with acks=all: one send in flight per topic and shard, finite retries, a fixed deadline; a sick topic holds up no other. */
import {
  DependencyUnavailableError,
  type EventPublisher,
  type OutboxRow,
  RecordRefusedError,
} from '../payments/ports.ts'
import { type LazyProducer, refusalIn } from './kafka-client.ts'
import { type TopicStates, topicTroubleIn } from './topic-states.ts'
import { within } from './within.ts'

/** Together with the rows' locks, so that the relay's transaction stays within 5 s. */
const PUBLISH_DEADLINE_MS = 2_500

export class KafkaEventPublisher implements EventPublisher {
  readonly #producer: LazyProducer
  readonly #topics: TopicStates
  /** Topics of shards with a send under way. */
  readonly #inFlight = new Set<string>()

  constructor(producer: LazyProducer, topics: TopicStates) {
    this.#producer = producer
    this.#topics = topics
  }

  restingTopics(): string[] {
    return this.#topics.resting()
  }

  async publish(rows: readonly OutboxRow[]): Promise<readonly OutboxRow[]> {
    const resting = new Set(this.restingTopics())
    // A send to a sick topic that has not ended must not delay the healthy topics.
    const isLeftOut = (row: OutboxRow) =>
      resting.has(row.topic) || (this.#topics.isSick(row.topic) && this.#inFlight.has(placeOf(row)))
    const due = rows.filter(row => !isLeftOut(row))
    // A send that is past its deadline may still succeed. Newer rows of its topics and shards must not overtake it.
    if (due.some(row => this.#inFlight.has(placeOf(row))))
      throw new DependencyUnavailableError('an earlier send of this shard has not ended')
    for (const row of due) this.#inFlight.add(placeOf(row))
    const confirmed: OutboxRow[] = []
    const sending = this.#sendAll(due, confirmed)
    const ended = await within(PUBLISH_DEADLINE_MS, sending)
    const published = [...confirmed]
    if (ended === 'done') return published
    // Other topics confirm, so Kafka is not away. A topic that was sick before rests longer in any case.
    const late = new Set(without(due, published).map(row => row.topic))
    for (const topic of late)
      if (published.length > 0 || this.#topics.isSick(topic)) this.#topics.failed(topic, 'it did not confirm in time')
    if (published.length === 0) throw new DependencyUnavailableError('Kafka did not confirm in time')
    return published
  }

  /** Healthy topics in one send. A sick one that is due for a try is sent alone, so that its failure repeats no rows of the others. */
  async #sendAll(rows: readonly OutboxRow[], confirmed: OutboxRow[]): Promise<void> {
    const groups = Map.groupBy(rows, row => (this.#topics.isSick(row.topic) ? row.topic : ''))
    const healthy = groups.get('') ?? []
    groups.delete('')
    const order = healthy.length > 0 ? [healthy, ...groups.values()] : [...groups.values()]
    try {
      for (const group of order) await this.#send(group, confirmed)
    } finally {
      this.#ended(without(rows, confirmed))
    }
  }

  #ended(rows: readonly OutboxRow[]): void {
    for (const row of rows) this.#inFlight.delete(placeOf(row))
  }

  /** When one of several topics fails the send, sends each alone to find out which. */
  async #send(rows: readonly OutboxRow[], confirmed: OutboxRow[]): Promise<void> {
    const byTopic = Map.groupBy(rows, row => row.topic)
    try {
      const topicMessages = [...byTopic].map(([topic, group]) => ({ topic, messages: group.map(messageOf) }))
      await this.#producer.sendBatch(-1, topicMessages)
      confirmed.push(...rows)
      this.#ended(rows)
      for (const topic of byTopic.keys()) this.#topics.confirmed(topic)
    } catch (error) {
      const reason = troubleOf(error, confirmed.length > 0)
      if (byTopic.size === 1) this.#topics.failed(rows[0]!.topic, reason)
      else for (const group of byTopic.values()) await this.#send(group, confirmed)
    }
  }
}

const placeOf = (row: OutboxRow): string => `${row.topic} ${row.shard}`

function without(rows: readonly OutboxRow[], taken: readonly OutboxRow[]): OutboxRow[] {
  const left = new Set(rows)
  for (const row of taken) left.delete(row)
  return [...left]
}

/** What is wrong with the topic. Throws when the error is about the record, or when nothing was confirmed yet: then all of Kafka may be away. */
function troubleOf(error: unknown, isConfirming: boolean): string {
  const refusal = refusalIn(error)
  if (refusal !== undefined) throw new RecordRefusedError(`${refusal.type}: ${refusal.message}`, { cause: error })
  const trouble = topicTroubleIn(error) ?? (isConfirming ? String(error) : undefined)
  if (trouble === undefined) throw new DependencyUnavailableError('Kafka did not confirm', { cause: error })
  return trouble
}

const messageOf = (row: OutboxRow) => ({
  key: row.messageKey,
  value: row.payload,
  headers: {
    'event-id': row.eventId,
    'event-type': row.topic,
    ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
  },
})

/** A Kafka client whose producer records what it is given, and fails or waits as the test says. */
import kafkajs, { type Kafka, type ProducerBatch, type ProducerConfig } from 'kafkajs'
import { LazyProducer } from '../../shared/messaging/kafka-client.ts'
import { TopicStates } from '../../shared/messaging/topic-states.ts'

export class FakeKafka {
  readonly batches: ProducerBatch[] = []
  connectCount = 0
  disconnectCount = 0
  /** Clients whose connections were cut. */
  cutCount = 0
  connectError: Error | undefined
  producerSettings: ProducerConfig | undefined
  /** What happens to a send; by default it is confirmed. */
  onSend: (batch: ProducerBatch) => Promise<void> = async () => {}

  /** As the adapters get it. */
  readonly lazyProducer = new LazyProducer(() => ({ kafka: this as unknown as Kafka, cut: () => void this.cutCount++ }))

  /** kafkajs's own method. */
  producer(settings?: ProducerConfig) {
    this.producerSettings = settings
    return {
      connect: async () => {
        this.connectCount++
        if (this.connectError) throw this.connectError
      },
      sendBatch: async (batch: ProducerBatch) => {
        this.batches.push(batch)
        await this.onSend(batch)
        return (batch.topicMessages ?? []).map(({ topic: topicName }) => ({
          ...{ topicName, partition: 0, errorCode: 0 },
          baseOffset: String(this.batches.length - 1),
        }))
      },
      disconnect: async () => {
        this.disconnectCount++
      },
    }
  }

  /** Every message, with its topic. */
  get messages() {
    return this.batches.flatMap(({ topicMessages = [] }) =>
      topicMessages.flatMap(({ topic, messages }) => messages.map(message => ({ topic, ...message }))),
    )
  }

  /** The next send waits until the test ends it; those after it are confirmed. */
  holdNext(): { confirm: () => void; fail: (error: Error) => void } {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.onSend = () => {
      this.onSend = async () => {}
      return promise
    }
    return { confirm: resolve, fail: reject }
  }
}

/** Lets everything that can go on go on. */
export const settled = () => new Promise(setImmediate)

/** As the broker's answer to a request. */
export const protocolError = (type: string) =>
  new kafkajs.KafkaJSProtocolError({ type, code: 1, message: `of ${type}`, retriable: false } as never)

/** What is known of topics, and what was told of them; its clock stands still until the test moves it. */
export function fakeTopics() {
  const time = { nowMs: 0 }
  const told: string[] = []
  const topics = new TopicStates({
    nowMs: () => time.nowMs,
    onFailed: (topic, reason) => void told.push(`${topic} failed: ${reason}`),
    onRecovered: topic => void told.push(`${topic} recovered`),
  })
  return { topics, time, told }
}

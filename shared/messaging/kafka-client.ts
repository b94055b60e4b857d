/** The Kafka producer: connects when first used, again after a failure, and never waits longer than it is told. */
import kafkajs, { Kafka, logLevel, type Message, type Producer, type SASLOptions, type TopicMessages } from 'kafkajs'

/** How brokers are reached; those of this machine ask for neither TLS nor a login. */
export interface KafkaCluster {
  brokers: string[]
  ssl?: boolean
  sasl?: { mechanism: SASLOptions['mechanism']; username: string; password: string }
}

export interface KafkaOptions extends KafkaCluster {
  clientId: string
}

const CONNECT_TIMEOUT_MS = 1_000
const REQUEST_TIMEOUT_MS = 2_500

/** One client for producers and admin of this process. */
export function createKafka(options: KafkaOptions): Kafka {
  return new Kafka({
    clientId: options.clientId,
    ...reaching(options),
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { retries: 1, initialRetryTime: 100 },
    logLevel: logLevel.NOTHING,
  })
}

/** The part of kafkajs's configuration that says where and as whom; its type wants one mechanism, not one of three. */
export const reaching = ({ brokers, ssl = false, sasl }: KafkaCluster) => ({ brokers, ssl, sasl: sasl as SASLOptions })

export class LazyProducer {
  readonly #kafka: () => Kafka
  #producer: Promise<Producer> | undefined

  constructor(kafka: () => Kafka) {
    this.#kafka = kafka
  }

  /** Sends with the given acknowledgement (−1 all replicas, 1 the leader). Rejects with kafkajs's error. */
  async sendBatch(acks: -1 | 1, topicMessages: TopicMessages[]): Promise<void> {
    const connected = this.#connected()
    const producer = await connected
    try {
      await producer.sendBatch({ acks, timeout: REQUEST_TIMEOUT_MS, topicMessages })
    } catch (error) {
      if (isTimeout(error)) this.#leave(connected)
      throw error
    }
  }

  async send(acks: -1 | 1, topic: string, messages: Message[]): Promise<void> {
    await this.sendBatch(acks, [{ topic, messages }])
  }

  async close(): Promise<void> {
    const producer = await this.#producer?.catch(() => undefined)
    await producer?.disconnect()
  }

  #connected(): Promise<Producer> {
    this.#producer ??= this.#connect()
    return this.#producer
  }

  /**
   * The next send connects anew. kafkajs itself goes on with a connection that answers nothing until the system gives it up after a
   * quarter of an hour: one that a network dropped without a word while a Lambda was frozen.
   */
  #leave(connected: Promise<Producer>): void {
    if (this.#producer !== connected) return
    this.#producer = undefined
    void connected.then(producer => producer.disconnect()).catch(() => undefined)
  }

  async #connect(): Promise<Producer> {
    const producer = this.#kafka().producer({ allowAutoTopicCreation: false, maxInFlightRequests: 5 })
    try {
      await producer.connect()
      return producer
    } catch (error) {
      this.#producer = undefined
      throw error
    }
  }
}

/** kafkajs wraps the time-out of a request in an error that tells of its retries. */
function isTimeout(error: unknown): boolean {
  const isOne = (at: unknown) => at instanceof kafkajs.KafkaJSRequestTimeoutError
  return isOne(error) || (error instanceof Error && isOne(error.cause))
}

/** Clients of Kafka that connect when first used, never wait longer than they are told, and are replaced when they fail. */
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import './kafkajs-repairs.ts'
import kafkajs, {
  type Admin,
  type ISocketFactoryArgs,
  Kafka,
  type KafkaConfig,
  logLevel,
  type Message,
  type Producer,
  type ProducerRecord,
  type RecordMetadata,
  type SASLOptions,
  type TopicMessages,
} from 'kafkajs'
import { causesOf } from './causes.ts'
import { type ClientLife, ReplacedClient } from './replaced-client.ts'

/** How brokers are reached; those of this machine ask for neither TLS nor a login. */
export interface KafkaCluster {
  brokers: string[]
  ssl?: boolean
  sasl?: { mechanism: SASLOptions['mechanism']; username: string; password: string }
}

export interface KafkaOptions extends KafkaCluster {
  clientId: string
}

/** kafkajs, and the end of all its connections. */
export interface KafkaConnections {
  kafka: Kafka
  /** Ends it for good: requests that wait for an answer fail, and no new connection is made. */
  cut(): void
}

/** How long kafkajs tries. */
export type Patience = Pick<KafkaConfig, 'connectionTimeout' | 'requestTimeout' | 'retry'>

const REQUEST_TIMEOUT_MS = 2_500
const KEEP_ALIVE_DELAY_MS = 60_000

const patienceOfFunctions: Patience = {
  connectionTimeout: 1_000,
  requestTimeout: REQUEST_TIMEOUT_MS,
  retry: { retries: 1, initialRetryTime: 100 },
}

/**
 * For the life of one client. kafkajs's own `disconnect` waits for requests whose time-outs it has just stopped, leaves its
 * sockets half open until the broker closes them too, and does not hold back a retry that connects again: so the sockets are ours.
 */
export function openKafka(options: KafkaOptions, patience = patienceOfFunctions): KafkaConnections {
  const sockets = new Set<Socket>()
  let isCut = false
  const socketFactory = (where: ISocketFactoryArgs): Socket => {
    if (isCut) throw ended()
    const socket = openSocket(where)
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    return socket
  }
  const kafka = new Kafka({
    clientId: options.clientId,
    ...reaching(options),
    socketFactory,
    ...patience,
    logLevel: logLevel.NOTHING,
  })
  const cut = () => {
    isCut = true
    // kafkajs reacts to an error only. When a socket just closes, its requests go on waiting.
    for (const socket of sockets) socket.destroy(ended())
  }
  return { kafka, cut }
}

const ended = () => new Error('this client has been ended')

/** As kafkajs's own. */
function openSocket({ host, port, ssl, onConnect }: ISocketFactoryArgs): Socket {
  const servername = isIP(host) ? {} : { servername: host }
  const socket = ssl
    ? connectTls({ host, port, ...servername, ...ssl }, onConnect)
    : connectTcp({ host, port }, onConnect)
  return socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS)
}

/** The part of kafkajs's configuration with brokers, TLS and login. Its type demands one mechanism, not one of three. */
export const reaching = ({ brokers, ssl = false, sasl }: KafkaCluster) => ({ brokers, ssl, sasl: sasl as SASLOptions })

/** Protocol errors about the record itself; every other error may come from the client. */
const recordErrors = new Set([
  'CORRUPT_MESSAGE',
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_TIMESTAMP',
  'INVALID_RECORD',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
])

const isRefusal = (error: Error): error is kafkajs.KafkaJSProtocolError =>
  error instanceof kafkajs.KafkaJSProtocolError && recordErrors.has(error.type)

/** The broker's word that it will not take a record. */
export const refusalIn = (error: unknown): kafkajs.KafkaJSProtocolError | undefined => causesOf(error).find(isRefusal)

/** kafkajs does not export this class. */
const isLostConnection = (error: unknown): boolean =>
  causesOf(error).some(({ name }) => name === 'KafkaJSConnectionClosedError')

export class LazyProducer {
  readonly #producers: ReplacedClient<Producer>

  constructor(open: () => KafkaConnections) {
    // Without kafkajs's own retry. It keeps the brokers' answers over a retry. When a partition has moved to a broker that has
    // answered, kafkajs takes it for written although it was never sent (kafkajs#1303).
    const settings = { allowAutoTopicCreation: false, maxInFlightRequests: 5, retry: { retries: 0 } }
    const begin = () => lifeOf(open(), kafka => kafka.producer(settings))
    this.#producers = new ReplacedClient({ begin, isAnswer: error => refusalIn(error) !== undefined })
  }

  /**
   * Sends with the given acknowledgement (−1 all replicas, 1 the leader). When the connection was lost, for instance because a
   * broker closed it while idle, a new client sends everything again. Rejects with kafkajs's error, within 20 s.
   */
  async sendBatch(acks: -1 | 1, topicMessages: TopicMessages[]): Promise<RecordMetadata[]> {
    const send = (producer: Producer) => producer.sendBatch({ acks, timeout: REQUEST_TIMEOUT_MS, topicMessages })
    try {
      return await this.#producers.use(send)
    } catch (error) {
      if (!isLostConnection(error)) throw error
      return await this.#producers.use(send)
    }
  }

  /** Acknowledged by all replicas; says where the records are. */
  readonly sendRecord = ({ topic, messages }: Pick<ProducerRecord, 'topic' | 'messages'>): Promise<RecordMetadata[]> =>
    this.sendBatch(-1, [{ topic, messages }])

  async send(acks: -1 | 1, topic: string, messages: Message[]): Promise<void> {
    await this.sendBatch(acks, [{ topic, messages }])
  }

  close(): void {
    this.#producers.close()
  }
}

export class LazyAdmin {
  readonly #admins: ReplacedClient<Admin>

  constructor(open: () => KafkaConnections) {
    this.#admins = new ReplacedClient({ begin: () => lifeOf(open(), kafka => kafka.admin()), isAnswer: () => false })
  }

  /** Rejects with kafkajs's error, within 10 s. */
  ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    return this.#admins.use(question)
  }

  close(): void {
    this.#admins.close()
  }
}

function lifeOf<C extends Producer | Admin>(
  { kafka, cut }: KafkaConnections,
  make: (kafka: Kafka) => C,
): ClientLife<C> {
  const client = make(kafka)
  const end = () => {
    void client.disconnect().catch(() => undefined)
    cut()
  }
  return { client, connect: () => client.connect(), end }
}

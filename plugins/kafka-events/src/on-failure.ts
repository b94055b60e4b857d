/** Writes records that are given up to the on-failure topic of their source, in the form that AWS documents for Kafka destinations. */
import { randomUUID } from 'node:crypto'
import { type Kafka, type Message, Partitioners, type Producer } from 'kafkajs'
import { backOffMs, brokerBackOff, sleep, within } from './back-off.ts'
import { messageOf } from './errors.ts'
import { type FetchedRecord, lambdaEventOf, timestampMsOf } from './lambda-event.ts'
import type { Log } from './log.ts'
import type { KafkaSource } from './source.ts'
import { Trouble } from './trouble.ts'

/** `condition` in what AWS writes: the records were too often tried, too old, or larger than an invocation may be. */
export type DiscardReason = 'RetriesExhausted' | 'RecordAgeExceeded' | 'MaximumPayloadSizeExceeded'

export interface Discarded {
  records: readonly FetchedRecord[]
  reason: DiscardReason
  /** Attempts so far, the first one included. */
  attempts: number
  /** The function ended well at the last attempt and reported the records as failed. */
  isReported?: boolean
}

// A broker refuses a batch above its `message.max.bytes`, 1 MiB unless set.
const SEND_BYTES_MAX = 500_000
const CLOSE_TIMEOUT_MS = 3000
// Longer than kafkajs takes to connect and to be answered, each once. It forgets requests that wait while another's failure ends
// their producer, and would leave the partition of the records blocked for ever.
const SEND_TIMEOUT_MS = 30_000

interface Life {
  producer: Producer
  connected: Promise<void>
}

export class OnFailureTopic {
  readonly #kafka: Kafka
  readonly #log: Log
  readonly #functionArnOf: (functionKey: string) => string
  readonly #sendTimeoutMs: number
  #life: Life | undefined

  constructor(kafka: Kafka, log: Log, functionArnOf: (functionKey: string) => string, sendTimeoutMs = SEND_TIMEOUT_MS) {
    this.#sendTimeoutMs = sendTimeoutMs
    this.#kafka = kafka
    this.#log = log
    this.#functionArnOf = functionArnOf
  }

  /** Tries until every record is written; false when stopped before that. Some may then be written, and again later. */
  async write(source: KafkaSource, discarded: Discarded, stopping: AbortSignal): Promise<boolean> {
    const topic = source.onFailureTopic!
    const trouble = new Trouble(`on-failure topic ${topic}`, this.#log)
    const messages = discarded.records.map(record => this.#messageOf(source, record, discarded))
    for (const batch of sendable(messages))
      for (let attempt = 1; ; attempt += 1) {
        if (stopping.aborted) return false
        try {
          await this.#send(topic, batch)
          trouble.over()
          break
        } catch (error) {
          trouble.note(messageOf(error))
          await sleep(backOffMs(attempt, brokerBackOff), stopping)
        }
      }
    return true
  }

  async close(): Promise<void> {
    if (this.#life) await this.#leave(this.#life)
  }

  async #send(topic: string, messages: Message[]): Promise<void> {
    this.#life ??= this.#begin()
    const life = this.#life
    const sending = life.connected.then(() => life.producer.send({ topic, messages, acks: -1 }))
    try {
      if (!(await within(this.#sendTimeoutMs, sending))) throw new Error(`no answer for ${this.#sendTimeoutMs} ms`)
      await sending
    } catch (error) {
      // kafkajs goes on asking for a topic that is gone: a new producer asks for what there is.
      await this.#leave(life)
      throw error
    }
  }

  #begin(): Life {
    const createPartitioner = Partitioners.DefaultPartitioner
    const producer = this.#kafka.producer({ allowAutoTopicCreation: false, createPartitioner })
    return { producer, connected: producer.connect() }
  }

  /** The next send has another. */
  async #leave(life: Life): Promise<void> {
    if (this.#life === life) this.#life = undefined
    await within(CLOSE_TIMEOUT_MS, life.producer.disconnect())
  }

  /** The record's own key chooses the partition, as for the record itself. */
  #messageOf(source: KafkaSource, record: FetchedRecord, discarded: Discarded): Message {
    const payload = lambdaEventOf(source, [record])
    const document = {
      requestContext: {
        requestId: randomUUID(),
        functionArn: this.#functionArnOf(source.functionKey),
        condition: discarded.reason,
        approximateInvokeCount: discarded.attempts,
      },
      ...responseContextOf(discarded),
      version: '1.0',
      timestamp: new Date().toISOString(),
      KafkaBatchInfo: {
        batchSize: 1,
        ...(source.eventSourceArn === undefined ? {} : { eventSourceArn: source.eventSourceArn }),
        bootstrapServers: payload.bootstrapServers,
        payloadSize: Buffer.byteLength(JSON.stringify(payload)),
        recordInfo: { offset: String(record.offset), timestamp: isoTimeOf(timestampMsOf(record)) },
      },
      payload,
    }
    return { key: record.message.key, value: JSON.stringify(document) }
  }
}

/** A producer may stamp its records with anything: nanoseconds make no date. */
function isoTimeOf(ms: number): string {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString()
}

/** AWS leaves it out for records that were too old, and says null for those that were never handed over. */
function responseContextOf({ reason, isReported }: Discarded) {
  if (reason === 'RecordAgeExceeded') return {}
  if (reason === 'MaximumPayloadSizeExceeded') return { responseContext: null }
  const functionError = isReported ? null : 'Unhandled'
  return { responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError } }
}

/** In order, as many together as a broker takes. */
function sendable(messages: Message[]): Message[][] {
  const batches: Message[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const message of messages) {
    const messageBytes = Buffer.byteLength(message.value!) + (message.key?.length ?? 0)
    if (bytes + messageBytes > SEND_BYTES_MAX) {
      batches.push([])
      bytes = 0
    }
    batches.at(-1)!.push(message)
    bytes += messageBytes
  }
  return batches
}

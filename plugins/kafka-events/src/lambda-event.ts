/** Builds the JSON that AWS's event source mapping hands to a function for records of a Kafka topic. */
import type { IHeaders, KafkaMessage } from 'kafkajs'
import type { KafkaSource } from './settings.ts'

/** A record as it was fetched; `nextOffset` is what to commit once it is done (control records lie in between). */
export interface FetchedRecord {
  message: KafkaMessage
  nextOffset: number
}

export interface LambdaKafkaRecord {
  topic: string
  partition: number
  offset: number
  timestamp: number
  timestampType: 'CREATE_TIME' | 'LOG_APPEND_TIME'
  key?: string
  value?: string
  headers: { [name: string]: number[] }[]
}

export interface LambdaKafkaEvent {
  eventSource: KafkaSource['eventSource']
  eventSourceArn?: string
  bootstrapServers: string
  records: { [topicPartition: string]: LambdaKafkaRecord[] }
}

// kafkajs keeps the record batch's own fields here; its types do not say so.
type MessageWithBatch = KafkaMessage & { batchContext?: { timestampType?: number } }
const LOG_APPEND_TIME = 1

/** The event for records of one partition. A new object each time, since in-process handlers may change what they get. */
export function lambdaEventOf(source: KafkaSource, partition: number, records: FetchedRecord[]): LambdaKafkaEvent {
  return {
    eventSource: source.eventSource,
    ...(source.eventSourceArn ? { eventSourceArn: source.eventSourceArn } : {}),
    bootstrapServers: source.brokers.join(','),
    records: {
      [`${source.topic}-${partition}`]: records.map(({ message }) => recordOf(source.topic, partition, message)),
    },
  }
}

/** About how many bytes the record takes in the event's JSON. */
export function jsonBytesOf({ message }: FetchedRecord): number {
  const base64Bytes = ((message.key?.length ?? 0) + (message.value?.length ?? 0)) * (4 / 3)
  return (
    Math.ceil(base64Bytes) + 200 + headersOf(message.headers).reduce((sum, header) => sum + headerBytesOf(header), 0)
  )
}

function recordOf(topic: string, partition: number, message: MessageWithBatch): LambdaKafkaRecord {
  return {
    topic,
    partition,
    offset: Number(message.offset),
    timestamp: Number(message.timestamp),
    timestampType: message.batchContext?.timestampType === LOG_APPEND_TIME ? 'LOG_APPEND_TIME' : 'CREATE_TIME',
    // A tombstone has no `value` on AWS, a record without a key no `key`: the fields are absent, not null.
    ...(message.key == null ? {} : { key: message.key.toString('base64') }),
    ...(message.value == null ? {} : { value: message.value.toString('base64') }),
    headers: headersOf(message.headers),
  }
}

/** One element per header, in order of first appearance; a header given twice is there twice. */
function headersOf(headers: IHeaders | undefined): { [name: string]: number[] }[] {
  return Object.entries(headers ?? {}).flatMap(([name, values]) =>
    (Array.isArray(values) ? values : [values]).map(value => ({ [name]: signedBytesOf(value) })),
  )
}

/** AWS serialises Java's signed bytes: 0xEB is -21. `Buffer.from(bytes)` reads both forms. */
function signedBytesOf(value: Buffer | string | undefined): number[] {
  return value == null ? [] : [...new Int8Array(Buffer.from(value as Buffer))]
}

// A signed byte and its comma take four characters at most.
const headerBytesOf = (header: { [name: string]: number[] }): number =>
  Object.entries(header).reduce((sum, [name, bytes]) => sum + name.length + 10 + bytes.length * 4, 0)

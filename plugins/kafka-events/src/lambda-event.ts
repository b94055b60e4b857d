/** Builds the JSON that AWS's event source mapping hands to a function for records of a Kafka topic, and measures it beforehand. */
import type { IHeaders, KafkaMessage } from 'kafkajs'
import type { KafkaSource } from './source.ts'

/** A record as it was fetched. */
export interface FetchedRecord {
  partition: number
  offset: number
  message: KafkaMessage
  /** What to commit once the record and all before it are settled: the next offset that may hold a record for the function. */
  nextOffset: number
  /** What it takes in an event's JSON, with the comma after it. */
  jsonBytes: number
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

export const timestampMsOf = ({ message }: FetchedRecord): number => Number(message.timestamp)

/** The event for records of one topic. A new object each time, since in-process handlers may change what they get. */
export function lambdaEventOf(source: KafkaSource, records: readonly FetchedRecord[]): LambdaKafkaEvent {
  const event = emptyEventOf(source)
  let list: LambdaKafkaRecord[] = []
  let partition: number | undefined
  for (const record of records) {
    if (record.partition !== partition) {
      partition = record.partition
      const name = `${source.topic}-${partition}`
      list = event.records[name] ??= []
    }
    list.push(recordOf(source.topic, record))
  }
  return event
}

/** AWS's limit on the payload of an invocation. */
export const EVENT_BYTES_MAX = 6 * 1024 * 1024

/** Bytes of an event's JSON without any record. */
export const envelopeBytesOf = (source: KafkaSource): number => jsonBytes(emptyEventOf(source))

/** Bytes that a partition adds to an event's JSON before its first record: its name, a list, and the comma between two. */
export const headingBytesOf = ({ topic }: KafkaSource, partition: number): number =>
  jsonBytes(`${topic}-${partition}`) + ':[],'.length

/** Whether the record, alone in an event, is more than AWS would hand over. */
export function isTooLarge(source: KafkaSource, { partition, jsonBytes: recordBytes }: FetchedRecord): boolean {
  if (recordBytes < EVENT_BYTES_MAX / 2) return false
  const commas = 2
  return envelopeBytesOf(source) + headingBytesOf(source, partition) + recordBytes - commas > EVENT_BYTES_MAX
}

/** How many bytes a record of the partition takes in an event's JSON, and the comma after it. */
export function recordBytesOf({ topic }: KafkaSource, partition: number): (message: KafkaMessage) => number {
  const withoutMessage = { topic, partition, offset: '', timestamp: '', timestampType: '', headers: [] }
  // The two quoted blanks stand for numbers, which have no quotes.
  const fixedBytes = jsonBytes(withoutMessage) - 4 + ','.length
  return message =>
    fixedBytes +
    message.offset.length +
    message.timestamp.length +
    timestampTypeOf(message).length +
    fieldBytesOf('key', message.key) +
    fieldBytesOf('value', message.value) +
    headersBytesOf(message.headers)
}

const emptyEventOf = (source: KafkaSource): LambdaKafkaEvent => ({
  eventSource: source.eventSource,
  ...(source.eventSourceArn === undefined ? {} : { eventSourceArn: source.eventSourceArn }),
  bootstrapServers: source.brokers.join(','),
  records: {},
})

function recordOf(topic: string, { partition, offset, message }: FetchedRecord): LambdaKafkaRecord {
  const timestamp = Number(message.timestamp)
  const timestampType = timestampTypeOf(message)
  const key = message.key?.toString('base64')
  const value = message.value?.toString('base64')
  const headers = headersOf(message.headers)
  if (key !== undefined && value !== undefined)
    return { topic, partition, offset, timestamp, timestampType, key, value, headers }
  // A tombstone has no `value` on AWS, a record without a key no `key`: the fields are absent, not null.
  const named = { topic, partition, offset, timestamp, timestampType, ...(key === undefined ? {} : { key }) }
  return { ...named, ...(value === undefined ? {} : { value }), headers }
}

const timestampTypeOf = (message: MessageWithBatch): LambdaKafkaRecord['timestampType'] =>
  message.batchContext?.timestampType === LOG_APPEND_TIME ? 'LOG_APPEND_TIME' : 'CREATE_TIME'

/** One element per header, in order of first appearance; a header given twice is there twice. */
function headersOf(headers: IHeaders | undefined): { [name: string]: number[] }[] {
  const list: { [name: string]: number[] }[] = []
  for (const name in headers) for (const value of valuesOf(headers[name])) list.push({ [name]: signedBytesOf(value) })
  return list
}

const valuesOf = (values: IHeaders[string]) => (Array.isArray(values) ? values : [values])

/** AWS serialises Java's signed bytes: 0xEB is -21. `Buffer.from(bytes)` reads both forms. */
function signedBytesOf(value: Buffer | string | undefined): number[] {
  const bytes: number[] = []
  for (const byte of bytesOf(value)) bytes.push((byte << 24) >> 24)
  return bytes
}

const bytesOf = (value: Buffer | string | undefined): Uint8Array =>
  typeof value === 'string' ? Buffer.from(value) : (value ?? new Uint8Array())

const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))

const base64LengthOf = (bytes: number): number => 4 * Math.ceil(bytes / 3)

const fieldBytesOf = (name: string, value: Buffer | null): number =>
  value == null ? 0 : name.length + '"":"",'.length + base64LengthOf(value.length)

/** The bytes of the list, without its brackets. */
function headersBytesOf(headers: IHeaders | undefined): number {
  let bytes = 0
  for (const name in headers)
    for (const value of valuesOf(headers[name])) bytes += nameBytesOf(name) + '{:[]},'.length + digitsOf(bytesOf(value))
  return bytes === 0 ? 0 : bytes - ','.length
}

// A topic has few header names, and every record has them: measuring them again costs more than all the rest.
const nameBytes = new Map<string, number>()
const NAMES_MAX = 1000

function nameBytesOf(name: string): number {
  const known = nameBytes.get(name)
  if (known !== undefined) return known
  const bytes = jsonBytes(name)
  if (nameBytes.size < NAMES_MAX) nameBytes.set(name, bytes)
  return bytes
}

/** Characters of the signed bytes and the commas between them. */
function digitsOf(bytes: Uint8Array): number {
  let characters = Math.max(0, bytes.length - 1)
  for (const byte of bytes) characters += signedDigits[byte]!
  return characters
}

const signedDigits = Uint8Array.from({ length: 256 }, (_, byte) => String((byte << 24) >> 24).length)

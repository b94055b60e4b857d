/** Records and sources for unit tests. */
import type { KafkaMessage } from 'kafkajs'
import { type FetchedRecord, recordBytesOf } from '../src/lambda-event.ts'
import type { KafkaSource } from '../src/source.ts'

export function sourceOf(changes: Partial<KafkaSource> = {}): KafkaSource {
  return {
    functionKey: 'record-ledger',
    eventSource: 'SelfManagedKafka',
    brokers: ['broker-1:9092', 'broker-2:9092'],
    topic: 'payment.captured',
    groupId: 'record-ledger',
    batchSize: 2,
    batchingWindowMs: 0,
    startingPosition: 'TRIM_HORIZON',
    filters: [],
    retryAttemptsMax: Number.POSITIVE_INFINITY,
    recordAgeMaxMs: Number.POSITIVE_INFINITY,
    bisectOnError: false,
    reportsItemFailures: false,
    ...changes,
  }
}

export function messageOf(offset: number, changes: Partial<KafkaMessage> = {}): KafkaMessage {
  const message = {
    key: Buffer.from(`key ${offset}`),
    value: Buffer.from(`value ${offset}`),
    timestamp: '1545084650987',
    attributes: 0,
    offset: String(offset),
    headers: {},
    ...changes,
  }
  return message as KafkaMessage
}

/** Of partition 0 unless told otherwise. */
export function recordOf(offset: number, changes: Partial<KafkaMessage> = {}, partition = 0): FetchedRecord {
  const message = messageOf(offset, changes)
  return {
    partition,
    offset: Number(message.offset),
    message,
    nextOffset: Number(message.offset) + 1,
    jsonBytes: recordBytesOf(sourceOf(), partition)(message),
  }
}

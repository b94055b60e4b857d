/** Records and sources for unit tests. */
import type { FetchedRecord } from '../src/lambda-event.ts'
import type { KafkaSource } from '../src/settings.ts'

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
    ...changes,
  }
}

export function recordOf(offset: number, changes: Partial<FetchedRecord['message']> = {}): FetchedRecord {
  const message = {
    key: Buffer.from(`key ${offset}`),
    value: Buffer.from(`value ${offset}`),
    timestamp: '1545084650987',
    attributes: 0,
    offset: String(offset),
    headers: {},
    ...changes,
  }
  return { message: message as FetchedRecord['message'], nextOffset: offset + 1 }
}

/** AWS's documented events, as records to put on a topic and as the event that must come of them. */
import { readFileSync } from 'node:fs'
import type { LambdaKafkaEvent, LambdaKafkaRecord } from '../../../src/lambda-event.ts'
import type { NewRecord } from './row.ts'

/** The fixture with its topic and brokers replaced: what depends on where it runs. */
export function fixtureEvent(file: string, topic: string, brokers: string): LambdaKafkaEvent {
  const event = JSON.parse(readFixture(file).replaceAll('mytopic', topic))
  for (const record of recordsIn(event)) if (record.key !== undefined) record.key = canonical(record.key)
  return { ...event, bootstrapServers: brokers }
}

export const readFixture = (file: string): string =>
  readFileSync(new URL(`../fixtures/${file}`, import.meta.url), 'utf8')

/** What a producer writes for the first record of a fixture. */
export function fixtureRecord(file: string): NewRecord {
  const parsed = JSON.parse(readFixture(file))
  const { key, value, headers, timestamp } = recordsIn(parsed.records ? parsed : { records: parsed })[0]!
  return {
    key: key === undefined ? null : Buffer.from(key, 'base64'),
    value: Buffer.from(value!, 'base64'),
    headers: Object.fromEntries(headers.flatMap(Object.entries).map(([name, bytes]) => [name, Buffer.from(bytes)])),
    timestampMs: timestamp,
  }
}

const recordsIn = ({ records }: Pick<LambdaKafkaEvent, 'records'>): LambdaKafkaRecord[] => Object.values(records).flat()

const canonical = (base64: string): string => Buffer.from(base64, 'base64').toString('base64')

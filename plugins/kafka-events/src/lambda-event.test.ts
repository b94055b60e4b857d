/** The event against AWS's documented example, and what the documentation leaves open. */
import { describe, expect, test } from '@jest/globals'
import { recordOf, sourceOf } from '../test/records.ts'
import { jsonBytesOf, lambdaEventOf } from './lambda-event.ts'

const onlyRecord = (changes: object) =>
  lambdaEventOf(sourceOf(), 0, [recordOf(15, changes)]).records['payment.captured-0']![0]

describe('lambdaEventOf', () => {
  test('is the event of a self-managed cluster as AWS documents it', () => {
    const headers = { headerKey: Buffer.from('headerValue') }
    const record = recordOf(15, { key: Buffer.from('abc'), value: Buffer.from('Hello'), headers })
    expect(lambdaEventOf(sourceOf(), 0, [record])).toStrictEqual({
      eventSource: 'SelfManagedKafka',
      bootstrapServers: 'broker-1:9092,broker-2:9092',
      records: {
        'payment.captured-0': [
          {
            topic: 'payment.captured',
            partition: 0,
            offset: 15,
            timestamp: 1545084650987,
            timestampType: 'CREATE_TIME',
            key: 'YWJj',
            value: 'SGVsbG8=',
            headers: [{ headerKey: [104, 101, 97, 100, 101, 114, 86, 97, 108, 117, 101] }],
          },
        ],
      },
    })
  })

  test('carries the cluster ARN for MSK', () => {
    const source = sourceOf({ eventSource: 'aws:kafka', eventSourceArn: 'arn:aws:kafka:eu-west-1:1:cluster/c/u' })
    expect(lambdaEventOf(source, 3, [recordOf(1)])).toMatchObject({
      eventSource: 'aws:kafka',
      eventSourceArn: 'arn:aws:kafka:eu-west-1:1:cluster/c/u',
      records: { 'payment.captured-3': [{ partition: 3, offset: 1 }] },
    })
  })

  test('leaves out the key and the value that are null, and keeps the empty ones', () => {
    const tombstone = onlyRecord({ key: null, value: null })
    expect(tombstone).not.toHaveProperty('key')
    expect(tombstone).not.toHaveProperty('value')
    expect(onlyRecord({ key: Buffer.alloc(0), value: Buffer.alloc(0) })).toMatchObject({ key: '', value: '' })
  })

  test('header bytes are signed, as AWS sends them, and read back with Buffer.from', () => {
    const [header] = onlyRecord({ headers: { name: Buffer.from('ë') } })!.headers
    expect(header).toEqual({ name: [-61, -85] })
    expect(Buffer.from(header!.name!).toString()).toBe('ë')
  })

  test('a header given twice is there twice', () => {
    const headers = { twice: [Buffer.from('a'), Buffer.from('b')], once: Buffer.from('c') }
    expect(onlyRecord({ headers })!.headers).toEqual([{ twice: [97] }, { twice: [98] }, { once: [99] }])
  })

  test('says when the timestamp is the broker’s', () => {
    expect(onlyRecord({ batchContext: { timestampType: 1 } })).toMatchObject({ timestampType: 'LOG_APPEND_TIME' })
  })

  test('two events of the same records share nothing that a handler could change', () => {
    const records = [recordOf(1)]
    const [first, second] = [lambdaEventOf(sourceOf(), 0, records), lambdaEventOf(sourceOf(), 0, records)]
    first.records['payment.captured-0']![0]!.headers.push({ changed: [1] })
    first.records['payment.captured-0']!.pop()
    expect(second.records['payment.captured-0']).toHaveLength(1)
  })
})

describe('jsonBytesOf', () => {
  test('is no less than what the record takes in the JSON', () => {
    const headers = { 'event-type': Buffer.from('payment.captured'), binary: Buffer.alloc(40, 0x80) }
    for (const size of [0, 1, 1000, 100_000]) {
      const record = recordOf(123_456_789, { value: Buffer.alloc(size), headers })
      const json = JSON.stringify(lambdaEventOf(sourceOf(), 0, [record]).records['payment.captured-0'])
      expect(jsonBytesOf(record)).toBeGreaterThanOrEqual(json.length)
    }
  })
})

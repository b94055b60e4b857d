/** The event against AWS's documented example, and what the documentation leaves open. */
import { describe, expect, test } from '@jest/globals'
import { recordOf, sourceOf } from '../test/records.ts'
import { envelopeBytesOf, headingBytesOf, isTooLarge, lambdaEventOf, recordBytesOf } from './lambda-event.ts'

const onlyRecord = (changes: object) =>
  lambdaEventOf(sourceOf(), [recordOf(15, changes)]).records['payment.captured-0']![0]

describe('lambdaEventOf', () => {
  test('is the event of a self-managed cluster as AWS documents it', () => {
    const headers = { headerKey: Buffer.from('headerValue') }
    const record = recordOf(15, { key: Buffer.from('abc'), value: Buffer.from('Hello'), headers })
    expect(lambdaEventOf(sourceOf(), [record])).toStrictEqual({
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
    expect(lambdaEventOf(source, [recordOf(1, {}, 3)])).toMatchObject({
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
    const [first, second] = [lambdaEventOf(sourceOf(), records), lambdaEventOf(sourceOf(), records)]
    first.records['payment.captured-0']![0]!.headers.push({ changed: [1] })
    first.records['payment.captured-0']!.pop()
    expect(second.records['payment.captured-0']).toHaveLength(1)
  })
})

describe('the size of an event', () => {
  const strange = {
    key: Buffer.from('키'),
    headers: {
      'event-type': Buffer.from('payment.captured'),
      '머"리': Buffer.alloc(40, 0x80),
      none: [],
      two: ['a', ''],
    },
    batchContext: { timestampType: 1 },
  }

  test.each([
    ['plain', {}],
    ['without key and value', { key: null, value: null }],
    ['empty', { key: Buffer.alloc(0), value: Buffer.alloc(0) }],
    ['one byte', { value: Buffer.alloc(1) }],
    ['two bytes', { value: Buffer.alloc(2) }],
    ['large', { value: Buffer.alloc(100_001), offset: '123456789012' }],
    ['every header byte', { headers: { all: Buffer.from([...Array(256).keys()]) } }],
    ['strange', strange],
  ])('is known beforehand to the byte: %s', (_name, changes) => {
    const source = sourceOf({ eventSourceArn: 'arn:aws:kafka:eu-west-1:1:cluster/c/u', topic: 'a.b_c-1' })
    const records = [3, 3, 11].map(partition => recordOf(15, changes, partition))
    const known = records.map(({ partition, message }) => recordBytesOf(source, partition)(message))
    const headings = headingBytesOf(source, 3) + headingBytesOf(source, 11)
    // The last record of each of the two partitions has no comma after it, the last partition neither.
    const spareCommas = 3
    expect(envelopeBytesOf(source) + headings + sum(known) - spareCommas).toBe(
      Buffer.byteLength(JSON.stringify(lambdaEventOf(source, records))),
    )
  })

  test('a record is too large from the first byte over 6 MB on', () => {
    const source = sourceOf()
    const bytesOf = (size: number) => {
      const record = recordOf(1, { value: Buffer.alloc(size) })
      const jsonBytes = Buffer.byteLength(JSON.stringify(lambdaEventOf(source, [record])))
      return { jsonBytes, isTooLarge: isTooLarge(source, record) }
    }
    const limit = 6 * 1024 * 1024
    const size = Math.floor(((limit - bytesOf(0).jsonBytes) / 4) * 3)
    const fitting = bytesOf(size - (size % 3))
    expect(fitting.jsonBytes).toBeLessThanOrEqual(limit)
    expect(fitting.jsonBytes).toBeGreaterThan(limit - 4)
    expect(fitting.isTooLarge).toBe(false)
    expect(bytesOf(size + 3)).toMatchObject({ isTooLarge: true })
    expect(bytesOf(size + 3).jsonBytes).toBeGreaterThan(limit)
  })
})

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0)

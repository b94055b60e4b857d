/** How Kafka's records are held against outbox rows: duplicates, differences, records that the outbox does not know, events younger than the snapshot. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { type LogRecord, RecordComparison } from './record-comparison.ts'

const row = { id: 12, eventId: 'evt_1', topic: 'payment.captured', paymentId: 'pay_1', payload: '{"eventId":"evt_1"}' }

const recordOf = (changes: Partial<LogRecord> = {}): LogRecord => ({
  topic: 'payment.captured',
  partition: 3,
  offset: 40,
  key: Buffer.from('pay_1'),
  value: Buffer.from(row.payload),
  headers: { 'event-id': Buffer.from('evt_1'), 'event-type': Buffer.from('payment.captured') },
  ...changes,
})

const rows = {
  outboxRecords: async (ids: string[]) => new Map(ids.filter(id => id === row.eventId).map(id => [id, row])),
  committedSince: async (ids: string[]) => new Set(ids.filter(id => id === 'evt_new')),
}

let comparison: RecordComparison

beforeEach(() => {
  comparison = new RecordComparison(10, 20)
})

describe('a record of a known event', () => {
  test('is located where it first occurred, however often it comes', async () => {
    await comparison.add([recordOf(), recordOf({ offset: 41 }), recordOf({ offset: 42 })], rows)
    expect(comparison.foundOf(12)).toEqual({ occurrences: 3, partition: 3, offset: 40, differences: [] })
    expect(comparison).toMatchObject({ records: 3, distinct: 1, newer: 0, unknownRecords: [] })
  })

  test.each([
    ['another topic', { topic: 'payment.refunded' }, 'topic'],
    ['another key', { key: Buffer.from('pay_2') }, 'key'],
    ['no key', { key: null }, 'key'],
    ['no event-id', { headers: { 'event-type': Buffer.from('payment.captured') } }, 'header event-id'],
    ['another event-type', { headers: { ...recordOf().headers, 'event-type': Buffer.from('x') } }, 'header event-type'],
    ['one byte more', { value: Buffer.from(`${row.payload} `) }, 'payload'],
  ])('with %s differs, and says so', async (_, changes, what) => {
    await comparison.add([recordOf(changes)], rows)
    const { differences } = comparison.foundOf(12)!
    expect(differences).toHaveLength(1)
    expect(differences[0]).toContain(what)
  })

  test('in a second partition differs', async () => {
    await comparison.add([recordOf(), recordOf({ partition: 4 })], rows)
    expect(comparison.foundOf(12)!.differences).toEqual(['in partitions 3 and 4'])
  })

  test('whose bytes are no JSON is known by its header', async () => {
    await comparison.add([recordOf({ value: Buffer.from([0xff]) })], rows)
    expect(comparison.foundOf(12)!.differences[0]).toContain('payload')
    expect(comparison.unknownRecords).toEqual([])
  })
})

test('an event committed after the snapshot is neither unknown nor counted', async () => {
  await comparison.add([recordOf({ value: Buffer.from('{"eventId":"evt_new"}') })], rows)
  expect(comparison).toMatchObject({ records: 0, distinct: 0, newer: 1, unknownRecords: [] })
})

test('an unknown event and a record without any id are unknown', async () => {
  const unknown = recordOf({ value: Buffer.from('{"eventId":"evt_ghost"}') })
  const nameless = recordOf({ offset: 41, value: null, headers: {} })
  await comparison.add([unknown, nameless], rows)
  expect(comparison.unknownRecords).toEqual([
    { topic: 'payment.captured', partition: 3, offset: 40, eventId: 'evt_ghost', key: 'pay_1' },
    { topic: 'payment.captured', partition: 3, offset: 41, eventId: undefined, key: 'pay_1' },
  ])
})

test('rows that nobody saw, or that are outside the snapshot, have nothing found', () => {
  expect([comparison.foundOf(11), comparison.foundOf(9), comparison.foundOf(21)]).toEqual([null, null, null])
})

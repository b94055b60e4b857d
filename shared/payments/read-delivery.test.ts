/** What the console shows of events on their way: counts with their limit, Kafka that is away, and pages of dead letters. */
import { describe, expect, test } from '@jest/globals'
import { createFakePorts, FAKE_NOW_MS } from './fakes.ts'
import { observeConsumers } from './observe-delivery.ts'
import type { ConsumerOffset, NewLetter, ShardBacklog } from './ports.ts'
import { listDeadLetters, placeOfCursor, readConsumers, readDeadLetter, readOutbox } from './read-delivery.ts'

const MINUTE_MS = 60_000
const timeOf = (epochMs: number) => new Date(epochMs).toISOString()

const shard: ShardBacklog = { shard: 0, waitingCount: 0, parkedCount: 0, oldestWaiting: null, firstParked: null }
const event = { eventId: 'evt_1', topic: 'payment.captured', messageKey: 'pay_1', createdAtMs: FAKE_NOW_MS - 5_000 }

test('the outbox says of each shard what waits, since when, and why what is parked is', async () => {
  const ports = createFakePorts()
  const firstParked = { ...event, parkedAtMs: FAKE_NOW_MS - 1_000, lastError: 'too large' }
  ports.outboxShards.shards = [
    shard,
    { ...shard, shard: 1, waitingCount: 10_001, parkedCount: 3, oldestWaiting: event, firstParked },
  ]
  const shown = {
    eventId: 'evt_1',
    topic: 'payment.captured',
    subjectId: 'pay_1',
    createdAt: timeOf(FAKE_NOW_MS - 5_000),
  }
  const nothing = { count: 0, atLeast: false }

  expect(await readOutbox(ports)).toEqual({
    asOf: timeOf(FAKE_NOW_MS),
    shards: [
      { shard: 0, waiting: nothing, parked: nothing, oldestWaiting: null, firstParked: null },
      {
        ...{ shard: 1, waiting: { count: 10_000, atLeast: true }, parked: { count: 3, atLeast: false } },
        oldestWaiting: shown,
        firstParked: { ...shown, parkedAt: timeOf(FAKE_NOW_MS - 1_000), lastError: 'too large' },
      },
    ],
  })
})

describe('consumers', () => {
  const offsetOf = (committedOffset: number, partition = 0): ConsumerOffset => ({
    ...{ groupId: 'record-ledger-captured', topic: 'payment.captured', partition },
    ...{ committedOffset, endOffset: 9 },
  })

  test('are shown as Kafka says it, partition by partition, and since when one stands still', async () => {
    const ports = createFakePorts()
    ports.offsets.offsets = [offsetOf(4, 1), offsetOf(9, 0)]
    await observeConsumers(ports)
    ports.clock.advance(MINUTE_MS)

    expect(await readConsumers(ports)).toEqual({
      live: true,
      asOf: timeOf(FAKE_NOW_MS + MINUTE_MS),
      groups: [
        {
          ...{ groupId: 'record-ledger-captured', topic: 'payment.captured', lag: 5 },
          partitions: [
            { partition: 0, committed: 9, end: 9, lag: 0, stillSince: null },
            { partition: 1, committed: 4, end: 9, lag: 5, stillSince: timeOf(FAKE_NOW_MS) },
          ],
        },
      ],
    })
    ports.offsets.offsets = [offsetOf(5, 1)]
    expect((await readConsumers(ports)).groups[0]!.partitions).toMatchObject([{ lag: 4, stillSince: null }])
  })

  test('are shown as they were noted last when Kafka is away, which is asked for three seconds', async () => {
    const ports = createFakePorts()
    ports.offsets.offsets = [offsetOf(4)]
    await observeConsumers(ports)
    ports.offsets.away = true
    ports.clock.advance(MINUTE_MS)

    expect(await readConsumers(ports)).toMatchObject({
      ...{ live: false, asOf: timeOf(FAKE_NOW_MS) },
      groups: [{ lag: 5, partitions: [{ committed: 4, end: 9 }] }],
    })
    expect(ports.offsets.withinMs).toBe(3_000)
  })

  test('of which nothing was noted yet are none, as of no time', async () => {
    const ports = createFakePorts()
    ports.offsets.away = true

    expect(await readConsumers(ports)).toEqual({ live: false, asOf: null, groups: [] })
  })
})

describe('dead letters', () => {
  const letterAt = (offset: number, given: Partial<NewLetter> = {}): NewLetter => ({
    ...{ partition: 0, offset, record: Buffer.from(`${offset}`), error: 'not JSON', failedAtMs: null },
    ...{ origin: null, paymentId: null, bytes: { key: null, value: null, headers: [] } },
    ...given,
  })

  async function withLetters(...letters: NewLetter[]) {
    const ports = createFakePorts()
    for (const letter of letters) await ports.transactions.run('letters', tx => ports.deadLetterRows.put(tx, letter))
    return ports
  }

  test('come page by page; the cursor leads to the rest, and how many wait is said on each', async () => {
    const ports = await withLetters(letterAt(1), letterAt(2), letterAt(3))
    const first = await listDeadLetters(ports, { limit: 2 }, undefined)
    const second = await listDeadLetters(ports, { limit: 2 }, placeOfCursor(first.nextCursor!))

    expect([first, second].map(({ items }) => items.map(({ offset }) => offset))).toEqual([[3, 2], [1]])
    expect(second).toMatchObject({ nextCursor: null, waiting: { count: 3, atLeast: false } })
  })

  test.each(['abc', Buffer.from('0 01').toString('base64url'), Buffer.from('0 1 ').toString('base64url')])(
    'have no page at the cursor %p',
    cursor => {
      expect(placeOfCursor(cursor)).toBeUndefined()
    },
  )

  test('have their bytes, cut where they are long, and their whole length', async () => {
    const headers = Array.from({ length: 60 }, (_, index) => [`h${index}`, Buffer.alloc(5_000, 1)] as const)
    const bytes = { key: Buffer.alloc(5_000, 1), value: Buffer.alloc(70_000, 1), headers }
    const letter = (await readDeadLetter(await withLetters(letterAt(1, { bytes })), { partition: 0, offset: 1 }))!
    const lengthOf = (field: { base64: string } | null) => Buffer.from(field!.base64, 'base64').length

    expect([lengthOf(letter.key), lengthOf(letter.value), lengthOf(letter.headers[0]!.value)]).toEqual([
      ...[4_096, 65_536, 4_096],
    ])
    expect(letter).toMatchObject({ valueBytes: 70_000, key: { byteCount: 5_000 }, headerCount: 60 })
    expect(letter.headers).toHaveLength(50)
  })
})

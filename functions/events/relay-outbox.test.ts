/** outbox.ready, from Kafka's event to the published rows. */
import { describe, expect, test } from '@jest/globals'
import { SHARD_COUNT } from '../../shared/contracts/topics.ts'
import { createFakePorts, type FakePorts } from '../../shared/payments/fakes.ts'
import { DependencyUnavailableError } from '../../shared/payments/ports.ts'
import { RELAY_BATCH_ROWS } from '../../shared/payments/relay-outbox.ts'
import { createMetrics } from '../../shared/runtime/metrics.ts'
import { kafkaEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './relay-outbox.ts'

const insert = (ports: FakePorts, messageKey: string, shard: number) =>
  ports.transactions.run('rows', tx =>
    ports.outbox.insert(
      tx,
      {
        eventId: `of-${messageKey}`,
        topic: 'payment.authorized',
        messageKey,
        sequence: 1,
        payload: '{}',
        shard,
        traceparent: null,
      },
      ports.clock.nowMs(),
    ),
  )

async function withRowsIn(shards: number[]) {
  const ports = { ...createFakePorts(), metrics: createMetrics() }
  for (const shard of shards) await insert(ports, `shard-${shard}`, shard)
  const rings = (...partitions: number[]) =>
    kafkaEvent(partitions.map(partition => ({ topic: 'outbox.ready', partition, value: String(partition) })))
  return { ports, handler: createHandler(ports), rings }
}

const published = (ports: FakePorts) => ports.publisher.published.map(row => row.messageKey).sort()

describe('relay-outbox', () => {
  test('relays the shard whose bell rang, and no other', async () => {
    const { ports, handler, rings } = await withRowsIn([0, 1, 2])

    await handler(rings(1))

    expect(published(ports)).toEqual(['shard-1'])
    expect(ports.observer.publishedTopics).toHaveLength(1)
  })

  test('takes every distinct shard of its event once and together, however often it rang', async () => {
    const { ports, handler, rings } = await withRowsIn([0, 1, 2])
    const locked: (readonly number[])[] = []
    const { lockUnpublished } = ports.outbox
    ports.outbox.lockUnpublished = (...given) => {
      locked.push(given[1].shards)
      return lockUnpublished.apply(ports.outbox, given)
    }

    await handler(rings(0, 2, 0, 0, 2))

    expect(published(ports)).toEqual(['shard-0', 'shard-2'])
    expect(ports.publisher.sends).toHaveLength(1)
    expect(locked).toEqual([[0, 2]])
    expect(ports.observer.publishedTopics).toHaveLength(2)
    const { values } = await ports.metrics.recordsHandled.get()
    expect(values.filter(({ value }) => value > 0)).toMatchObject([
      { labels: { function: 'relay-outbox', topic: 'outbox.ready', result: 'done' }, value: 5 },
    ])
  })

  test('a bell of a shard that is not ours is passed over', async () => {
    const { ports, handler, rings } = await withRowsIn([0, SHARD_COUNT])

    await handler(rings(SHARD_COUNT, 0))

    expect(published(ports)).toEqual(['shard-0'])
  })

  test('throws when Kafka is away, and leaves the rows', async () => {
    const { ports, handler, rings } = await withRowsIn([0])
    ports.publisher.away = true

    await expect(handler(rings(0))).rejects.toThrow(DependencyUnavailableError)
    expect(ports.outbox.table.rows()).toMatchObject([{ publishedAtMs: null, attempts: 0 }])
  })

  test('after 10 s of work it rings for the rest', async () => {
    const { ports, handler, rings } = await withRowsIn([])
    for (let number = 0; number <= RELAY_BATCH_ROWS; number++) await insert(ports, `key-${number}`, 3)
    ports.publisher.onPublished = () => ports.clock.advance(10_000)

    await handler(rings(3))

    expect(ports.publisher.published).toHaveLength(RELAY_BATCH_ROWS)
    expect(ports.doorbell.rings).toEqual([3])
  })
})

/** The sweep: how often it looks, for which rows it rings, and when it ends. */
import { describe, expect, test } from '@jest/globals'
import { createFakePorts, FAKE_NOW_MS, type FakePorts } from './fakes.ts'
import { DependencyUnavailableError } from './ports.ts'
import { relayShards } from './relay-outbox.ts'
import { sweepOutbox } from './sweep-outbox.ts'

const MINUTE_MS = 55_000

const insert = (ports: FakePorts, messageKey: string, shard: number, sequence = 1) =>
  ports.transactions.run('rows', tx =>
    ports.outbox.insert(
      tx,
      {
        eventId: `${messageKey}${sequence}`,
        topic: 'payment.authorized',
        messageKey,
        sequence,
        payload: '{}',
        shard,
        traceparent: null,
      },
      ports.clock.nowMs(),
    ),
  )

describe('sweepOutbox', () => {
  test('looks every 5 s until 55 s have passed, and then ends', async () => {
    const ports = createFakePorts()
    const lookedAtMs: number[] = []
    const { shardsWaiting } = ports.outbox
    ports.outbox.shardsWaiting = (olderThanMs, nowMs) => {
      lookedAtMs.push(nowMs - FAKE_NOW_MS)
      return shardsWaiting.call(ports.outbox, olderThanMs, nowMs)
    }

    expect(await sweepOutbox(ports, MINUTE_MS)).toBe(0)

    expect(lookedAtMs).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55].map(seconds => seconds * 1_000))
    expect(ports.clock.nowMs()).toBe(FAKE_NOW_MS + MINUTE_MS)
  })

  test('rings for rows of 2 s and older, and leaves younger ones on their way', async () => {
    const ports = createFakePorts()
    await insert(ports, 'old', 1)
    ports.clock.advance(1)
    await insert(ports, 'young', 3)
    ports.clock.advance(1_999)

    expect(await sweepOutbox(ports, 0)).toBe(1)
    expect(ports.doorbell.rings).toEqual([1])
  })

  test('rings for a row that was written before the clock was set back two hours', async () => {
    const ports = createFakePorts()
    await insert(ports, 'old', 1)
    ports.clock.advance(-7_200_000)

    expect(await sweepOutbox(ports, 0)).toBe(1)
  })

  test('rings once for a shard, however many rows wait in it', async () => {
    const ports = createFakePorts()
    for (const key of ['a', 'b', 'c']) await insert(ports, key, 2)
    await insert(ports, 'd', 0)
    ports.clock.advance(2_000)

    await sweepOutbox(ports, 0)

    expect([...ports.doorbell.rings].sort()).toEqual([0, 2])
  })

  test('rings again as long as nobody publishes, and is quiet afterwards', async () => {
    const ports = createFakePorts()
    await insert(ports, 'a', 1)
    ports.clock.advance(2_000)
    ports.clock.onSlept = async () => {
      if (ports.doorbell.rings.length === 3)
        await ports.transactions.run('rows', tx => ports.outbox.markPublished(tx, [1], ports.clock.nowMs()))
    }

    expect(await sweepOutbox(ports, MINUTE_MS)).toBe(3)
  })

  test('does not ring for a parked row, and for what it holds back only until a relay has met that', async () => {
    const ports = createFakePorts()
    await insert(ports, 'a', 1)
    await insert(ports, 'a', 1, 2)
    await ports.transactions.run('rows', tx =>
      ports.outbox.markRefused(tx, 1, {
        error: 'too large',
        attempts: 3,
        nextAttemptAtMs: FAKE_NOW_MS,
        parkedAtMs: FAKE_NOW_MS,
      }),
    )
    ports.clock.advance(2_000)
    ports.clock.onSlept = async () => {
      if (ports.doorbell.rings.length === 1) await relayShards(ports, [1], ports.clock.nowMs())
    }

    expect(await sweepOutbox(ports, MINUTE_MS)).toBe(1)
    expect(ports.publisher.published).toEqual([])
  })

  test('says so when the database is away', async () => {
    const ports = createFakePorts()
    ports.transactions.away = true

    await expect(sweepOutbox(ports, MINUTE_MS)).rejects.toThrow(DependencyUnavailableError)
  })
})

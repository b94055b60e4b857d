/** The contract of the outbox: which rows a relay gets and in which order, what holds them back, and the archive. */
import { describe, expect, test } from '@jest/globals'
import {
  DependencyUnavailableError,
  DuplicateKeyError,
  OUTBOX_AHEAD_MS_MAX,
  type OutboxEvent,
  type Transaction,
  type UnpublishedRows,
  type WaitingRow,
} from '../../shared/payments/ports.ts'
import { NOW_MS } from '../support/rows.ts'
import { inTheMiddleOf, type OpenPorts, type PortsUnderTest } from './ports-under-test.ts'

export function describeOutbox(name: string, open: OpenPorts): void {
  describe(`outbox of ${name}`, () => {
    testRows(open)
    testOrder(open)
    testHeldBack(open)
    testClockSetBack(open)
    testParkedBehind(open)
    testLocks(open)
    testSweep(open)
    testArchive(open)
  })
}

/** `a1` is the first event of payment `a`, in shard 0. */
const eventOf = (name: string, given: Partial<OutboxEvent> = {}): OutboxEvent => ({
  eventId: name,
  topic: 'payment.authorized',
  messageKey: name[0]!,
  sequence: Number(name.slice(1)),
  payload: '{}',
  shard: 0,
  traceparent: null,
  ...given,
})

type Given = [name: string, given?: Partial<OutboxEvent> & { atMs?: number }]

/** An outbox with these rows, written in this order. */
async function outboxWith(open: OpenPorts, ...rows: Given[]) {
  const ports = await open()
  for (const [name, { atMs = NOW_MS, ...given } = {}] of rows)
    await ports.transactions.run(name, tx => ports.outbox.insert(tx, eventOf(name, given), atMs))
  return { ports, ids: await idsByName(ports) }
}

/** Ids belong to the store: tests know rows by their names. */
async function idsByName(ports: PortsUnderTest): Promise<(name: string) => number> {
  const rows = await lock(ports)
  const ids = new Map(rows.map(row => [row.eventId, row.id]))
  return name => ids.get(name)!
}

const wantedOf = (given: Partial<UnpublishedRows>): UnpublishedRows => ({
  shards: [0, 1, 2],
  nowMs: NOW_MS,
  limitEach: 10,
  ifLocked: 'wait',
  withoutTopics: [],
  ...given,
})

const lockIn = (ports: PortsUnderTest, tx: Transaction, given: Partial<UnpublishedRows> = {}): Promise<WaitingRow[]> =>
  ports.outbox.lockUnpublished(tx, wantedOf(given))

const lock = (ports: PortsUnderTest, given: Partial<UnpublishedRows> = {}): Promise<WaitingRow[]> =>
  ports.transactions.run('outbox', tx => lockIn(ports, tx, given))

const namesIn = async (ports: PortsUnderTest, given: Partial<UnpublishedRows> = {}): Promise<string[]> =>
  (await lock(ports, given)).map(row => row.eventId)

const PAUSE_MS = 5_000

/** Refused by the broker: tried again after a pause, or parked. */
const refuse = ({ transactions, outbox }: PortsUnderTest, id: number, end: 'pause' | 'park' | 'redrive') =>
  transactions.run('outbox', tx =>
    outbox.markRefused(tx, id, {
      error: 'too large',
      attempts: 2,
      nextAttemptAtMs: end === 'redrive' ? NOW_MS : NOW_MS + PAUSE_MS,
      parkedAtMs: end === 'park' ? NOW_MS : null,
    }),
  )

const publish = ({ transactions, outbox }: PortsUnderTest, ...ids: number[]): Promise<void> =>
  transactions.run('outbox', tx => outbox.markPublished(tx, ids, NOW_MS + 1))

const archive = ({ transactions, outbox }: PortsUnderTest, ...ids: number[]): Promise<number> =>
  transactions.run('outbox archive', tx => outbox.archive(tx, ids))

const writtenOf = ({ transactions, outbox }: PortsUnderTest, ...eventIds: string[]) =>
  transactions.run('outbox', tx => outbox.listByIds(tx, eventIds))

function testRows(open: OpenPorts): void {
  test('gives rows back as they were written', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const given = { payload: `{"it's":"\\\\ ? ; 한국 🙂"}`, shard: 1, topic: 'payment.captured', traceparent }
    const { ports, ids } = await outboxWith(open, ['a1', given], ['a2'])

    expect(await lock(ports)).toEqual([
      { ...eventOf('a1', given), id: ids('a1'), attempts: 0, behind: null },
      { ...eventOf('a2'), id: ids('a2'), attempts: 0, behind: null },
    ])
  })

  test('takes an event once, and a sequence of a payment once', async () => {
    const { ports } = await outboxWith(open, ['a1'])
    for (const again of [eventOf('a1', { messageKey: 'b' }), eventOf('c1', { messageKey: 'a' })]) {
      const twice = ports.transactions.run('a', tx => ports.outbox.insert(tx, again, NOW_MS))
      await expect(twice).rejects.toBeInstanceOf(DuplicateKeyError)
    }
    expect(await namesIn(ports)).toEqual(['a1'])
  })

  test('knows what it ever wrote, by the whole id', async () => {
    const { ports } = await outboxWith(open, ['a1', { payload: '{"of":"a1"}' }], ['b1'])

    expect(await writtenOf(ports, 'a1', 'A1', 'c1')).toEqual([
      { eventId: 'a1', topic: 'payment.authorized', messageKey: 'a', payload: '{"of":"a1"}' },
    ])
    await expect(writtenOf(ports)).rejects.toThrow()
  })
}

function testOrder(open: OpenPorts): void {
  test('gives the rows of the wanted shards in the order they were written', async () => {
    const { ports } = await outboxWith(open, ['a1'], ['b1', { shard: 1 }], ['a2'], ['c1', { shard: 2 }])

    expect(await namesIn(ports)).toEqual(['a1', 'b1', 'a2', 'c1'])
    expect(await namesIn(ports, { shards: [0] })).toEqual(['a1', 'a2'])
    expect(await namesIn(ports, { shards: [2, 1] })).toEqual(['b1', 'c1'])
  })

  test('gives of each shard as many as asked for, in the order of all', async () => {
    const inOne = { shard: 1 }
    const { ports } = await outboxWith(open, ['a1', inOne], ['b1'], ['a2', inOne], ['c1'], ['d1', { shard: 2 }], ['e1'])

    expect(await namesIn(ports, { shards: [0, 1], limitEach: 2 })).toEqual(['a1', 'b1', 'a2', 'c1'])
  })

  test('fills the limit topic by topic, and leaves out the topics that take none', async () => {
    const { ports } = await outboxWith(
      open,
      ['a1', { topic: 'payment.refunded' }],
      ['b1', { topic: 'payment.captured' }],
      ['c1', { topic: 'payment.authorized' }],
    )

    expect(await namesIn(ports, { limitEach: 2 })).toEqual(['b1', 'c1'])
    expect(await namesIn(ports, { withoutTopics: ['payment.captured'] })).toEqual(['a1', 'c1'])
    expect(await namesIn(ports, { limitEach: 1, withoutTopics: ['payment.captured', 'payment.authorized'] })).toEqual([
      'a1',
    ])
  })
}

function testHeldBack(open: OpenPorts): void {
  test('gives no row that is published', async () => {
    const { ports, ids } = await outboxWith(open, ['a1'], ['a2'], ['b1'])
    await publish(ports, ids('a1'), ids('b1'))

    expect(await namesIn(ports)).toEqual(['a2'])
    await expect(publish(ports)).rejects.toThrow()
  })

  test('a row that waits for its next attempt holds back its payment from there on, and no other', async () => {
    const { ports, ids } = await outboxWith(open, ['a1'], ['a2'], ['a3'], ['b1'])
    await refuse(ports, ids('a2'), 'pause')

    expect(await namesIn(ports, { nowMs: NOW_MS + PAUSE_MS - 1 })).toEqual(['a1', 'b1'])
    const rows = await lock(ports, { nowMs: NOW_MS + PAUSE_MS })
    expect(rows.map(row => [row.eventId, row.attempts])).toEqual([
      ['a1', 0],
      ['a2', 2],
      ['a3', 0],
      ['b1', 0],
    ])
    await publish(ports, ids('a2'))
    expect(await namesIn(ports)).toEqual(['a1', 'a3', 'b1'])
  })

  test('a parked row does not come, and those behind it come with its name', async () => {
    const { ports, ids } = await outboxWith(open, ['a1'], ['a2'], ['a3'], ['b1'])
    await refuse(ports, ids('a2'), 'park')

    const behind = (await lock(ports)).map(row => [row.eventId, row.behind])
    expect(behind).toEqual([
      ['a1', null],
      ['a3', 'a2'],
      ['b1', null],
    ])
  })

  test('behind several parked rows a row comes with the name of the last', async () => {
    const { ports, ids } = await outboxWith(open, ['a1'], ['a2'], ['a3'], ['a4'])
    for (const name of ['a1', 'a2']) await refuse(ports, ids(name), 'park')
    await refuse(ports, ids('a3'), 'pause')

    const behind = (await lock(ports)).map(row => [row.eventId, row.behind])
    expect(behind).toEqual([
      ['a3', 'a2'],
      ['a4', 'a2'],
    ])
  })

  test('keeps nothing of marks that were rolled back', async () => {
    const { ports, ids } = await outboxWith(open, ['a1'], ['b1'])
    const failing = ports.transactions.run('outbox', async tx => {
      await ports.outbox.markPublished(tx, [ids('a1')], NOW_MS)
      await ports.outbox.markRefused(tx, ids('b1'), { error: '', attempts: 9, nextAttemptAtMs: 1, parkedAtMs: 1 })
      throw new Error('of the work')
    })
    await expect(failing).rejects.toThrow('of the work')

    expect((await lock(ports)).map(row => [row.eventId, row.attempts])).toEqual([
      ['a1', 0],
      ['b1', 0],
    ])
  })
}

function testClockSetBack(open: OpenPorts): void {
  test('a row that waits for longer than any pause was refused before the clock went back, and is due', async () => {
    const { ports, ids } = await outboxWith(open, ['a1'], ['b1'])
    await refuse(ports, ids('a1'), 'pause')
    const backMs = NOW_MS + PAUSE_MS - OUTBOX_AHEAD_MS_MAX

    expect(await namesIn(ports, { nowMs: backMs })).toEqual(['b1'])
    expect(await namesIn(ports, { nowMs: backMs - 1 })).toEqual(['a1', 'b1'])
  })

  test('shards with rows from further ahead than the clock can be wait, too', async () => {
    const { ports } = await outboxWith(open, ['a1', { shard: 1 }])
    const waitingAt = (nowMs: number) => ports.outbox.shardsWaiting(nowMs - 2_000, nowMs)

    expect(await waitingAt(NOW_MS - OUTBOX_AHEAD_MS_MAX)).toEqual([])
    expect(await waitingAt(NOW_MS - OUTBOX_AHEAD_MS_MAX - 1)).toEqual([1])
  })
}

function testParkedBehind(open: OpenPorts): void {
  const behindIn = (rows: WaitingRow[]) => rows.filter(row => row.behind !== null)

  test('what waits behind a parked row is parked, and met no more until somebody lets it go', async () => {
    const { ports, ids } = await outboxWith(open, ['a1'], ['a2'], ['a3'], ['b1'])
    await refuse(ports, ids('a1'), 'park')
    await ports.transactions.run('outbox', async tx => {
      await ports.outbox.parkBehind(tx, behindIn(await lockIn(ports, tx)), NOW_MS)
    })

    expect(await namesIn(ports)).toEqual(['b1'])
    for (const name of ['a1', 'a2', 'a3']) await refuse(ports, ids(name), 'redrive')
    expect(await namesIn(ports)).toEqual(['a1', 'a2', 'a3', 'b1'])
  })

  test('nothing is parked behind a row that somebody has let go meanwhile', async () => {
    const { ports, ids } = await outboxWith(open, ['a1'], ['a2'])
    await refuse(ports, ids('a1'), 'park')
    await ports.separate.run('relay', async tx => {
      const rows = behindIn(await lockIn(ports, tx))
      expect(rows.map(row => row.eventId)).toEqual(['a2'])
      await refuse(ports, ids('a1'), 'redrive')
      await ports.outbox.parkBehind(tx, rows, NOW_MS)
    })

    expect(await namesIn(ports)).toEqual(['a1', 'a2'])
  })
}

function testLocks(open: OpenPorts): void {
  test('neither waits for rows that are not committed nor gives them', async () => {
    const { ports } = await outboxWith(open, ['a1'])
    const write = (tx: Transaction) => ports.outbox.insert(tx, eventOf('b1'), NOW_MS)
    await inTheMiddleOf(ports, write, async () => {
      for (const ifLocked of ['fail', 'wait'] as const) expect(await namesIn(ports, { ifLocked })).toEqual(['a1'])
    })

    expect(await namesIn(ports)).toEqual(['a1', 'b1'])
  })

  test('a second relay waits for the rows of the first, and then finds none', async () => {
    const { ports } = await outboxWith(open, ['a1'], ['b1'])
    const relay = () =>
      ports.transactions.run('relay', async tx => {
        const rows = await lockIn(ports, tx)
        if (rows.length > 0)
          await ports.outbox.markPublished(
            tx,
            rows.map(row => row.id),
            NOW_MS,
          )
        return rows.length
      })
    let second = Promise.resolve(-1)
    const holdAndPublish = async (tx: Transaction) => {
      const rows = await lockIn(ports, tx, { shards: [0] })
      second = relay()
      await ports.outbox.markPublished(
        tx,
        rows.map(row => row.id),
        NOW_MS,
      )
    }
    await inTheMiddleOf(ports, holdAndPublish, () => ports.outbox.listFrom(0, 1))

    expect(await second).toBe(0)
    const counts = await Promise.all([relay(), relay()])
    expect(counts).toEqual([0, 0])
  })

  test('a relay that does not want to wait is told to come again, and other shards are free', async () => {
    const { ports } = await outboxWith(open, ['a1'], ['b1', { shard: 1 }])
    const hold = (tx: Transaction) => lockIn(ports, tx, { shards: [0] })
    await inTheMiddleOf(ports, hold, async () => {
      await expect(lock(ports, { ifLocked: 'fail' })).rejects.toBeInstanceOf(DependencyUnavailableError)
      expect(await namesIn(ports, { shards: [1], ifLocked: 'fail' })).toEqual(['b1'])
    })

    expect(await namesIn(ports, { ifLocked: 'fail' })).toEqual(['a1', 'b1'])
  })
}

function testSweep(open: OpenPorts): void {
  test('shards wait whose rows are old enough and could be published', async () => {
    const { ports, ids } = await outboxWith(
      open,
      ['a1'],
      ['b1', { shard: 1, atMs: NOW_MS - 5 }],
      ['c1', { shard: 2, atMs: NOW_MS - 5 }],
      ['d1', { shard: 3, atMs: NOW_MS - 5 }],
    )
    const waiting = (olderThanMs: number) => ports.outbox.shardsWaiting(olderThanMs, NOW_MS)

    expect(await waiting(NOW_MS - 6)).toEqual([])
    expect(await waiting(NOW_MS - 5)).toEqual([1, 2, 3])
    expect(await waiting(NOW_MS)).toEqual([0, 1, 2, 3])
    await publish(ports, ids('a1'))
    await refuse(ports, ids('b1'), 'pause')
    await refuse(ports, ids('c1'), 'park')
    expect(await waiting(NOW_MS)).toEqual([3])
    expect(await ports.outbox.shardsWaiting(NOW_MS, NOW_MS + PAUSE_MS)).toEqual([1, 3])
  })
}

function testArchive(open: OpenPorts): void {
  test('lists rows by id from a place on, whatever became of them, without waiting for a lock', async () => {
    const { ports, ids } = await outboxWith(open, ['a1', { atMs: NOW_MS - 9 }], ['b1'], ['c1'], ['d1'])
    await publish(ports, ids('b1'))
    await refuse(ports, ids('c1'), 'park')
    const hold = (tx: Transaction) => lockIn(ports, tx)
    await inTheMiddleOf(ports, hold, async () => {
      expect(await ports.outbox.listFrom(0, 3)).toEqual([
        { id: ids('a1'), createdAtMs: NOW_MS - 9, publishedAtMs: null },
        { id: ids('b1'), createdAtMs: NOW_MS, publishedAtMs: NOW_MS + 1 },
        { id: ids('c1'), createdAtMs: NOW_MS, publishedAtMs: null },
      ])
    })

    expect((await ports.outbox.listFrom(ids('b1'), 9)).map(row => row.id)).toEqual([ids('c1'), ids('d1')])
  })

  test('moves what is published, once; what was moved is still known', async () => {
    const { ports, ids } = await outboxWith(open, ['a1'], ['b1'], ['c1'])
    await publish(ports, ids('a1'), ids('b1'))
    const all = ['a1', 'b1', 'c1'].map(ids)

    const counts = await Promise.all([archive(ports, ...all), archive(ports, ...all)])

    expect(counts.toSorted()).toEqual([0, 2])
    expect((await ports.outbox.listFrom(0, 9)).map(row => row.id)).toEqual([ids('c1')])
    const written = await writtenOf(ports, 'a1', 'c1')
    expect(written.map(row => row.eventId).toSorted()).toEqual(['a1', 'c1'])
    expect(await archive(ports, ids('c1'), 1_000_000)).toBe(0)
  })

  test('knows what moved the money of a payment, archived or not, and nothing of another payment', async () => {
    const [captured, refunded] = [{ topic: 'payment.captured' }, { topic: 'payment.refunded' }]
    const rows: Given[] = [['a1'], ['a2', captured], ['a3', refunded], ['b1', captured], ['c1', captured]]
    const { ports, ids } = await outboxWith(open, ...rows)
    await publish(ports, ids('a2'))
    await archive(ports, ids('a2'))

    const written = await ports.transactions.run('outbox', tx => ports.outbox.listByPayments(tx, ['a', 'b']))

    expect(written.toSorted((a, b) => (a.eventId < b.eventId ? -1 : 1))).toEqual([
      { eventId: 'a2', ...captured, messageKey: 'a', payload: '{}' },
      { eventId: 'a3', ...refunded, messageKey: 'a', payload: '{}' },
      { eventId: 'b1', ...captured, messageKey: 'b', payload: '{}' },
    ])
  })

  test('moves nothing when the transaction is rolled back', async () => {
    const { ports, ids } = await outboxWith(open, ['a1'])
    await publish(ports, ids('a1'))
    const failing = ports.transactions.run('outbox archive', async tx => {
      expect(await ports.outbox.archive(tx, [ids('a1')])).toBe(1)
      throw new Error('of the work')
    })
    await expect(failing).rejects.toThrow('of the work')

    expect((await ports.outbox.listFrom(0, 9)).map(row => row.id)).toEqual([ids('a1')])
    expect(await writtenOf(ports, 'a1')).toHaveLength(1)
  })
}

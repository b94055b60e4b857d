/** What is noted of events on their way: consumers that move, stand still and come back, and rows that wait. */
import { describe, expect, test } from '@jest/globals'
import { createFakePorts, FAKE_NOW_MS, type FakePorts } from './fakes.ts'
import { observeBacklog, observeConsumers, standsStill, waitsTooLong } from './observe-delivery.ts'
import { type ConsumerOffset, DependencyUnavailableError } from './ports.ts'

const MINUTE_MS = 60_000

const offsetOf = (committedOffset: number, endOffset: number, partition = 0): ConsumerOffset => ({
  groupId: 'group',
  topic: 'topic',
  partition,
  committedOffset,
  endOffset,
})

/** Observes once for each pair of offsets, a minute apart, and gives what was judged each time. */
async function observed(ports: FakePorts, pairs: [committed: number, end: number][]): Promise<boolean[]> {
  const judged: boolean[] = []
  for (const [committed, end] of pairs) {
    ports.offsets.offsets = [offsetOf(committed, end)]
    judged.push((await observeConsumers(ports)).some(standsStill))
    ports.clock.advance(MINUTE_MS)
  }
  return judged
}

describe('a consumer', () => {
  test.each<[what: string, pairs: [number, number][], judged: boolean[]]>([
    [
      'with nothing to read never stands still',
      [
        [5, 5],
        [5, 5],
        [5, 5],
      ],
      [false, false, false],
    ],
    [
      'that moves, however slowly, does not',
      [
        [5, 99],
        [6, 99],
        [7, 99],
      ],
      [false, false, false],
    ],
    [
      'that has stayed for a minute while records wait does',
      [
        [5, 6],
        [5, 6],
        [5, 9],
      ],
      [false, true, true],
    ],
    [
      'whose record came just before is given its minute',
      [
        [5, 5],
        [5, 6],
        [5, 6],
      ],
      [false, false, true],
    ],
    [
      'that moves again does not any more',
      [
        [5, 9],
        [5, 9],
        [8, 9],
        [9, 9],
      ],
      [false, true, false, false],
    ],
    [
      'beyond the end of a topic that was made anew does not',
      [
        [500, 3],
        [500, 3],
      ],
      [false, false],
    ],
  ])('%s', async (_, pairs, judged) => {
    expect(await observed(createFakePorts(), pairs)).toEqual(judged)
  })

  test('is known by its group, topic and partition, and its first still moment is kept', async () => {
    const ports = createFakePorts()
    for (let minute = 0; minute < 3; minute++) {
      ports.offsets.offsets = [offsetOf(1, 2, 0), offsetOf(minute, 9, 1)]
      await observeConsumers(ports)
      ports.clock.advance(MINUTE_MS)
    }

    expect((await ports.progress.readConsumers()).map(each => [each.partition, each.stillSinceMs])).toEqual([
      [0, FAKE_NOW_MS],
      [1, FAKE_NOW_MS + 2 * MINUTE_MS],
    ])
  })

  test('is remembered as it was seen last while Kafka is away', async () => {
    const ports = createFakePorts()
    await observed(ports, [
      [5, 6],
      [5, 6],
    ])
    ports.offsets.away = true

    await expect(observeConsumers(ports)).rejects.toThrow(DependencyUnavailableError)
    expect((await ports.progress.readConsumers()).map(standsStill)).toEqual([true])
  })
})

describe('the outbox', () => {
  test('is counted by topic with its oldest row, and a row that was published since is not reported', async () => {
    const ports = createFakePorts()
    const insert = (messageKey: string, topic: string) =>
      ports.transactions.run('rows', tx =>
        ports.outbox.insert(
          tx,
          { eventId: messageKey, topic, messageKey, sequence: 1, payload: '{}', shard: 1, traceparent: null },
          ports.clock.nowMs(),
        ),
      )
    await insert('a', 'payment.captured')
    ports.clock.advance(1_000)
    await insert('b', 'payment.captured')
    await insert('c', 'payment.refunded')

    const backlog = await observeBacklog(ports)

    expect(backlog).toEqual([
      { topic: 'payment.captured', waiting: 2, oldestId: 1, oldestCreatedAtMs: FAKE_NOW_MS },
      { topic: 'payment.refunded', waiting: 1, oldestId: 3, oldestCreatedAtMs: FAKE_NOW_MS + 1_000 },
    ])
    const inAMinuteMs = FAKE_NOW_MS + MINUTE_MS
    expect(backlog.map(each => waitsTooLong(each, inAMinuteMs))).toEqual([true, false])
    await ports.transactions.run('rows', tx => ports.outbox.markPublished(tx, [1], inAMinuteMs))
    expect((await ports.progress.readBacklog()).map(each => each.topic)).toEqual(['payment.refunded'])
  })

  test('cannot be observed while the database is away', async () => {
    const ports = createFakePorts()
    ports.transactions.away = true

    await expect(observeBacklog(ports)).rejects.toThrow(DependencyUnavailableError)
  })
})

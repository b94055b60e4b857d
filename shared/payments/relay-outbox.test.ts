/** The relay: order, refused rows, outages, and what happens at its deadline. */
import { describe, expect, test } from '@jest/globals'
import { SEED } from '../../test/unit/seed.ts'
import { until } from '../runtime/until.ts'
import { shuffledTurns } from './fake-store.ts'
import { createFakePorts, FAKE_NOW_MS, type FakePorts } from './fakes.ts'
import { DependencyUnavailableError } from './ports.ts'
import { RELAY_BATCH_ROWS, relayShards } from './relay-outbox.ts'

const SHARD = 2
const FAR = 3_600_000

/** Writes an event for each letter, in order: `aba` is a's first, b's first, a's second. */
async function outboxOf(letters: string, ports: FakePorts = createFakePorts()) {
  const sequences = new Map<string, number>()
  for (const letter of letters) {
    const sequence = (sequences.get(letter) ?? 0) + 1
    sequences.set(letter, sequence)
    await insert(ports, letter, sequence)
  }
  return ports
}

const insert = (ports: FakePorts, messageKey: string, sequence: number, shard = SHARD, topic = 'payment.authorized') =>
  ports.transactions.run('rows', tx =>
    ports.outbox.insert(
      tx,
      {
        eventId: `${messageKey}${sequence}`,
        topic,
        messageKey,
        sequence,
        payload: '{}',
        shard,
        traceparent: null,
      },
      ports.clock.nowMs(),
    ),
  )

const relay = (ports: FakePorts, deadlineMs = ports.clock.nowMs() + FAR) => relayShards(ports, [SHARD], deadlineMs)
const published = (ports: FakePorts) => ports.publisher.published.map(row => row.eventId)
const unpublished = (ports: FakePorts) =>
  ports.outbox.table
    .rows()
    .filter(row => row.publishedAtMs === null)
    .map(row => row.eventId)
const rowOf = (ports: FakePorts, eventId: string) => ports.outbox.table.rows().find(row => row.eventId === eventId)!

describe('relayShards', () => {
  test('publishes in the order in which the rows were written, all at once, and marks them', async () => {
    const ports = await outboxOf('abacb')

    expect(await relay(ports)).toBe(5)

    expect(published(ports)).toEqual(['a1', 'b1', 'a2', 'c1', 'b2'])
    expect(ports.publisher.sends).toHaveLength(1)
    expect(ports.outbox.table.rows().every(row => row.publishedAtMs === FAKE_NOW_MS)).toBe(true)
  })

  test('publishes nothing twice, and nothing of another shard', async () => {
    const ports = await outboxOf('ab')
    await insert(ports, 'z', 1, SHARD + 1)

    expect([await relay(ports), await relay(ports)]).toEqual([2, 0])
    expect(published(ports)).toEqual(['a1', 'b1'])
    expect(unpublished(ports)).toEqual(['z1'])
  })

  test('an empty shard sends nothing and rings nobody', async () => {
    const ports = createFakePorts()

    expect(await relay(ports)).toBe(0)
    expect(ports.publisher.sends).toEqual([])
    expect(ports.doorbell.rings).toEqual([])
  })

  test('two relays of one shard publish each row once, in order', async () => {
    const ports = await outboxOf('abacbabc', createFakePorts({ turn: shuffledTurns(SEED) }))

    const counts = await Promise.all([relay(ports), relay(ports)])

    expect(counts[0]! + counts[1]!).toBe(8)
    expect(published(ports)).toEqual(['a1', 'b1', 'a2', 'c1', 'b2', 'a3', 'b3', 'c2'])
  })
})

describe('several shards', () => {
  const all = [2, 0, 3, 1]
  const relayAll = (ports: FakePorts, deadlineMs = ports.clock.nowMs() + FAR) => relayShards(ports, all, deadlineMs)
  /** Writes an event of a payment of its own into each of these shards: `k<place>` in the list. */
  const inShards = async (shards: number[], ports: FakePorts = createFakePorts()) => {
    for (const [index, shard] of shards.entries()) await insert(ports, `k${index}-`, 1, shard)
    return ports
  }
  const countTransactions = (ports: FakePorts) => {
    const counted = { begun: 0 }
    const { run } = ports.transactions
    ports.transactions.run = (subject, work) => {
      counted.begun++
      return run.call(ports.transactions, subject, work) as never
    }
    return counted
  }
  /** Holds the rows of a shard until what it returns is called: another relay in the middle of its work. */
  const lockElsewhere = async (ports: FakePorts, shard: number) => {
    const release = Promise.withResolvers<void>()
    const locked = Promise.withResolvers<void>()
    const holding = ports.transactions.run('rows', async tx => {
      await ports.outbox.lockUnpublished(tx, {
        shards: [shard],
        nowMs: FAKE_NOW_MS,
        limitEach: 10,
        ifLocked: 'wait',
        withoutTopics: [],
      })
      locked.resolve()
      await release.promise
    })
    await locked.promise
    return async () => {
      release.resolve()
      await holding
    }
  }

  test('that were rung for together go in one transaction and one send, in order of the ids', async () => {
    const ports = await inShards([3, 0, 1, 0, 2])
    const transactions = countTransactions(ports)

    expect(await relayAll(ports)).toBe(5)

    expect(transactions.begun).toBe(1)
    expect(ports.publisher.sends).toHaveLength(1)
    expect(published(ports)).toEqual(['k0-1', 'k1-1', 'k2-1', 'k3-1', 'k4-1'])
    expect(unpublished(ports)).toEqual([])
  })

  test('share the 500 rows of a transaction, so that one which is far behind holds up no other', async () => {
    const ports = await inShards([...Array<number>(RELAY_BATCH_ROWS).fill(0), 1, 2, 3])

    expect(await relayAll(ports)).toBe(RELAY_BATCH_ROWS + 3)

    const sends = ports.publisher.sends.map(rows => rows.map(row => row.shard))
    expect(sends.map(shards => shards.length)).toEqual([RELAY_BATCH_ROWS / 4 + 3, (RELAY_BATCH_ROWS * 3) / 4])
    expect(new Set(sends[0])).toEqual(new Set([0, 1, 2, 3]))
    expect(new Set(sends[1])).toEqual(new Set([0]))
  })

  test('at the deadline the bell rings for those where rows remain', async () => {
    const ports = await inShards([1, ...Array<number>(RELAY_BATCH_ROWS).fill(0), ...Array<number>(200).fill(3), 2])
    ports.publisher.onPublished = () => ports.clock.advance(1_000)

    await relayAll(ports, ports.clock.nowMs() + 1_000)

    expect(ports.doorbell.rings.sort()).toEqual([0, 3])
    expect(
      new Set(
        ports.outbox.table
          .rows()
          .filter(row => row.publishedAtMs === null)
          .map(row => row.shard),
      ),
    ).toEqual(new Set([0, 3]))
  })

  test('of which another relay holds one: the others do not wait for it', async () => {
    const ports = await inShards([0, 1, 2, 3])
    const release = await lockElsewhere(ports, 1)

    const relaying = relayAll(ports)
    await until(() => ports.publisher.published.length === 3, { what: 'the free shards' })
    expect(published(ports).sort()).toEqual(['k0-1', 'k2-1', 'k3-1'])
    await release()

    expect(await relaying).toBe(4)
    expect(published(ports).at(-1)).toBe('k1-1')
  })

  test('of which one cannot be sent now: the others are relayed, and the event is delivered again', async () => {
    const ports = await inShards([0, 1, 2, 3, 1])
    const publish = ports.publisher.publish.bind(ports.publisher)
    ports.publisher.publish = async rows => {
      if (rows.some(row => row.shard === 1)) throw new DependencyUnavailableError('an earlier send has not ended')
      return publish(rows)
    }

    let toldOf = 0
    ports.observer.onPublished = rowCount => {
      toldOf += rowCount
    }
    await expect(relayAll(ports)).rejects.toThrow('an earlier send has not ended')

    expect(toldOf).toBe(3)
    expect(published(ports).sort()).toEqual(['k0-1', 'k2-1', 'k3-1'])
    expect(unpublished(ports)).toEqual(['k1-1', 'k4-1'])
  })

  test('of which one has a row that the broker refuses: only that one is searched row by row', async () => {
    const ports = await inShards([0, 1, 0, 1, 2])
    ports.publisher.refuses = row => row.eventId === 'k1-1'

    expect(await relayAll(ports)).toBe(4)

    expect(unpublished(ports)).toEqual(['k1-1'])
    expect(rowOf(ports, 'k1-1').attempts).toBe(1)
    const alone = ports.publisher.sends.filter(rows => rows.length === 1).map(rows => rows[0]!.eventId)
    expect(alone.sort()).toEqual(['k1-1', 'k3-1', 'k4-1'])
  })

  test('a bug is not tried again shard by shard', async () => {
    const ports = await inShards([0, 1])
    ports.publisher.publish = async () => {
      throw new TypeError('a bug')
    }
    const transactions = countTransactions(ports)

    await expect(relayAll(ports)).rejects.toThrow(TypeError)
    expect(transactions.begun).toBe(1)
  })

  test('two relays with the same shards in another order publish each row once, in order per payment', async () => {
    const ports = createFakePorts({ turn: shuffledTurns(SEED) })
    for (let sequence = 1; sequence <= 3; sequence++)
      for (const shard of [0, 1, 2, 3]) await insert(ports, `p${shard}-`, sequence, shard)

    const counts = await Promise.all([
      relayShards(ports, [0, 1, 2, 3], FAR + FAKE_NOW_MS),
      relayShards(ports, [3, 2, 1, 0], FAR + FAKE_NOW_MS),
    ])

    expect(counts[0]! + counts[1]!).toBe(12)
    for (const shard of [0, 1, 2, 3])
      expect(published(ports).filter(eventId => eventId.startsWith(`p${shard}-`))).toEqual(
        [1, 2, 3].map(sequence => `p${shard}-${sequence}`),
      )
  })
})

describe('a topic that takes no records', () => {
  test('holds back its own rows, which are not even read, until it does', async () => {
    const ports = createFakePorts()
    const insertOf = (topic: string, sequence: number) => insert(ports, 'a', sequence, SHARD, topic)
    await insertOf('payment.authorized', 1)
    await insertOf('payment.captured', 2)
    await insertOf('payment.refunded', 3)
    ports.publisher.resting.add('payment.captured')

    expect(await relay(ports)).toBe(2)
    expect(unpublished(ports)).toEqual(['a2'])
    expect(ports.publisher.sends.flat().map(row => row.eventId)).toEqual(['a1', 'a3'])
    expect(rowOf(ports, 'a2')).toMatchObject({ attempts: 0, parkedAtMs: null })

    ports.publisher.resting.clear()
    expect(await relay(ports)).toBe(1)
    expect(unpublished(ports)).toEqual([])
  })

  test('that is found out by the send itself: what Kafka confirmed is marked, no more', async () => {
    const ports = createFakePorts()
    for (const topic of ['payment.authorized', 'payment.captured']) await insert(ports, topic, 1, SHARD, topic)
    ports.publisher.restingTopics = () => []
    ports.publisher.resting.add('payment.captured')

    expect(await relay(ports)).toBe(1)
    expect(unpublished(ports)).toEqual(['payment.captured1'])
  })

  test('in the middle of a search for a refused row: no later event of the payment overtakes the one that it kept', async () => {
    const ports = createFakePorts()
    await insert(ports, 'z', 1, SHARD, 'payment.a')
    for (const sequence of [1, 2]) await insert(ports, 'a', sequence, SHARD, 'payment.b')
    ports.publisher.refuses = row => row.eventId === 'z1'
    ports.publisher.restingTopics = () => []
    let sendCount = 0
    const { publish } = ports.publisher
    ports.publisher.publish = rows => {
      // Rests for the first row of the topic alone, as a topic does that is back a second later.
      ports.publisher.resting.clear()
      if (rows.length === 1 && rows[0]!.eventId === 'a1' && sendCount++ === 0) ports.publisher.resting.add('payment.b')
      return publish.call(ports.publisher, rows)
    }

    await relay(ports)
    expect(published(ports)).toEqual([])
    expect(unpublished(ports)).toEqual(['z1', 'a1', 'a2'])
  })

  test('with more rows than a transaction takes does not keep the others from their turn', async () => {
    const ports = createFakePorts()
    for (let number = 0; number < RELAY_BATCH_ROWS; number++) await insert(ports, `k${number}-`, 1, SHARD, 'payment.a')
    await insert(ports, 'z', 1, SHARD, 'payment.z')
    let isKnown = false
    ports.publisher.restingTopics = () => (isKnown ? ['payment.a'] : [])
    ports.publisher.resting.add('payment.a')
    ports.publisher.onPublished = () => {
      isKnown = true
    }

    expect(await relay(ports)).toBe(1)
    expect(published(ports)).toEqual(['z1'])
  })
})

describe('a lost mark', () => {
  test('publishes again, in the same order: at least once', async () => {
    const ports = await outboxOf('ab')
    ports.transactions.failNextCommit('before')
    await expect(relay(ports)).rejects.toThrow(DependencyUnavailableError)

    expect(await relay(ports)).toBe(2)
    expect(published(ports)).toEqual(['a1', 'b1', 'a1', 'b1'])
  })
})

describe('an outage of Kafka', () => {
  test('marks, counts and parks nothing, however often it is tried', async () => {
    const ports = await outboxOf('ab')
    ports.publisher.away = true
    const before = ports.outbox.table.rows()

    for (let tries = 0; tries < 5; tries++) await expect(relay(ports)).rejects.toThrow(DependencyUnavailableError)

    expect(ports.outbox.table.rows()).toEqual(before)
    expect(ports.alarms.parked).toEqual([])
    ports.publisher.away = false
    expect(await relay(ports)).toBe(2)
  })

  test('in the middle of the search for a refused row takes the search back', async () => {
    const ports = await outboxOf('abc')
    const before = ports.outbox.table.rows()
    ports.publisher.refuses = row => row.eventId === 'b1'
    ports.publisher.onPublished = () => {
      ports.publisher.away = true
    }

    await expect(relay(ports)).rejects.toThrow(DependencyUnavailableError)

    expect(ports.outbox.table.rows()).toEqual(before)
  })
})

describe('a row that the broker refuses for what it is', () => {
  const refusing = async (letters: string, eventId: string) => {
    const ports = await outboxOf(letters)
    ports.publisher.refuses = row => row.eventId === eventId
    return ports
  }

  test('is found row by row, and holds back its own payment only', async () => {
    const ports = await refusing('abacab', 'a2')

    expect(await relay(ports)).toBe(4)

    expect(published(ports)).toEqual(['a1', 'b1', 'c1', 'b2'])
    expect(unpublished(ports)).toEqual(['a2', 'a3'])
    expect(rowOf(ports, 'a2')).toMatchObject({ attempts: 1, parkedAtMs: null, lastError: 'MESSAGE_TOO_LARGE: a2' })
    expect(rowOf(ports, 'a3')).toMatchObject({ attempts: 0, parkedAtMs: null, lastError: null })
  })

  test('is tried again after a wait, which the rest does not share', async () => {
    const ports = await refusing('ab', 'a1')
    await relay(ports)
    const { nextAttemptAtMs } = rowOf(ports, 'a1')

    await insert(ports, 'a', 2)
    await insert(ports, 'b', 2)
    expect(await relay(ports)).toBe(1)
    expect(published(ports)).toEqual(['b1', 'b2'])

    ports.publisher.refuses = () => false
    ports.clock.advance(nextAttemptAtMs! - ports.clock.nowMs())
    expect(await relay(ports)).toBe(2)
    expect(published(ports)).toEqual(['b1', 'b2', 'a1', 'a2'])
  })

  test('is tried again at once when the clock was set back two hours, and not when clocks differ by seconds', async () => {
    const ports = await refusing('a', 'a1')
    await relay(ports)
    ports.publisher.refuses = () => false

    ports.clock.advance(-10_000)
    expect(await relay(ports)).toBe(0)
    ports.clock.advance(-2 * FAR)
    expect(await relay(ports)).toBe(1)
  })

  test('is parked after three refusals, with an alarm, and is not tried again', async () => {
    const ports = await refusing('aab', 'a1')

    for (let tries = 1; tries <= 3; tries++) {
      expect(ports.alarms.parked).toEqual([])
      await relay(ports)
      expect(rowOf(ports, 'a1').attempts).toBe(tries)
      ports.clock.advance(60_000)
    }
    const sends = ports.publisher.sends.length
    expect(await relay(ports)).toBe(0)

    expect(ports.publisher.sends).toHaveLength(sends)
    expect(rowOf(ports, 'a1').parkedAtMs).not.toBeNull()
    expect(ports.alarms.parked).toMatchObject([
      { eventId: 'a1', error: 'MESSAGE_TOO_LARGE: a1', paymentId: expect.any(String) },
    ])
    expect(unpublished(ports)).toEqual(['a1', 'a2'])
  })

  test("takes what waits behind it out of the relays' way, without an alarm of its own", async () => {
    const ports = await refusing('aabaa', 'a1')
    for (let tries = 1; tries <= 4; tries++) {
      await relay(ports)
      ports.clock.advance(60_000)
    }

    expect(published(ports)).toEqual(['b1'])
    for (const later of ['a2', 'a3', 'a4'])
      expect(rowOf(ports, later)).toMatchObject({ attempts: 0, lastError: 'waits behind a1' })
    expect(rowOf(ports, 'a4').parkedAtMs).not.toBeNull()
    expect(ports.alarms.parked).toHaveLength(1)
  })

  test('raises its alarm when it is parked, not when a transaction that would have parked it is rolled back', async () => {
    const ports = await refusing('ab', 'a1')
    for (let tries = 1; tries <= 2; tries++) {
      await relay(ports)
      ports.clock.advance(60_000)
    }
    ports.transactions.failNextCommit('before')
    await expect(relay(ports)).rejects.toThrow(DependencyUnavailableError)
    expect(rowOf(ports, 'a1').parkedAtMs).toBeNull()
    expect(ports.alarms.parked).toEqual([])

    await relay(ports)
    expect(ports.alarms.parked).toHaveLength(1)
  })

  test('never lets a later event of its payment overtake it', async () => {
    const ports = await refusing('aabaab', 'a1')

    for (let round = 0; round < 4; round++) {
      await relay(ports)
      ports.clock.advance(60_000)
    }

    expect(published(ports)).toEqual(['b1', 'b2'])
  })
})

describe('a search that takes too long', () => {
  /** Every send, alone or together, takes `sendMs`; the first row of all is refused. */
  const slowSearch = async (letters: string, sendMs: number) => {
    const ports = await outboxOf(letters)
    const publish = ports.publisher.publish.bind(ports.publisher)
    ports.publisher.publish = async rows => {
      ports.clock.advance(sendMs)
      return publish(rows)
    }
    ports.publisher.refuses = row => row.eventId === 'a1'
    return ports
  }

  test('keeps what it has confirmed, within the 5 s of a transaction', async () => {
    const ports = await slowSearch('abcdefgh', 800)
    let longestMs = 0
    const { run } = ports.transactions
    ports.transactions.run = (subject, work) => {
      const beganMs = ports.clock.nowMs()
      return run.call(ports.transactions, subject, work).finally(() => {
        longestMs = Math.max(longestMs, ports.clock.nowMs() - beganMs)
      }) as never
    }

    await relay(ports)

    expect(longestMs).toBeLessThanOrEqual(5_000)
    expect(rowOf(ports, 'b1').publishedAtMs).not.toBeNull()
  })

  test('goes on in the next transaction, and leaves no row that nobody is told about', async () => {
    const ports = await slowSearch('abcdefgh', 800)

    expect(await relay(ports)).toBe(7)
    expect(unpublished(ports)).toEqual(['a1'])
  })

  test('at the deadline rings for the rows that it did not reach', async () => {
    const ports = await slowSearch('abcdefgh', 800)

    await relay(ports, ports.clock.nowMs() + 1_000)

    expect(unpublished(ports).length).toBeGreaterThan(1)
    expect(ports.doorbell.rings).toEqual([SHARD])
  })

  // Else a shard whose sends are slow would never get beyond its refused row.
  test('gets on by a row at least, however slow each send is', async () => {
    const ports = await slowSearch('ab', 2_900)

    expect(await relay(ports)).toBe(1)
    expect(rowOf(ports, 'a1').attempts).toBeGreaterThan(0)
  })
})

describe('more rows than one transaction takes', () => {
  const many = async (count: number) => {
    const ports = createFakePorts()
    for (let number = 1; number <= count; number++) await insert(ports, `key-${number}`, 1)
    return ports
  }

  test('go in transactions of at most 500', async () => {
    const ports = await many(RELAY_BATCH_ROWS + 1)

    expect(await relay(ports)).toBe(RELAY_BATCH_ROWS + 1)

    expect(ports.publisher.sends.map(rows => rows.length)).toEqual([RELAY_BATCH_ROWS, 1])
    expect(ports.doorbell.rings).toEqual([])
  })

  test('at the deadline what is published stays, and the bell rings for the rest', async () => {
    const ports = await many(RELAY_BATCH_ROWS + 1)
    const deadlineMs = ports.clock.nowMs() + 1_000
    ports.publisher.onPublished = () => ports.clock.advance(1_000)

    expect(await relay(ports, deadlineMs)).toBe(RELAY_BATCH_ROWS)

    expect(unpublished(ports)).toHaveLength(1)
    expect(ports.doorbell.rings).toEqual([SHARD])
  })
})

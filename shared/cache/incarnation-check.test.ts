/** Whether Redis may be believed: restored databases, evicted lists, connections that come and go, and two processes at once. */
import { crc32 } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import type { Redis } from 'ioredis'
import { FakeClock } from '../payments/fakes.ts'
import { IncarnationCheck } from './incarnation-check.ts'

const MINUTE_MS = 60_000
const operation = (number: number): string => `op_${String(number).padStart(26, '0')}`

/** Sorted sets whose members all have one score. */
class FakeRedis {
  readonly lists = new Map<string, Set<string>>()
  away = false

  async zadd(name: string, _score: number, member: string): Promise<void> {
    this.#answer()
    this.lists.set(name, (this.lists.get(name) ?? new Set()).add(member))
  }

  async zrange(name: string, start = 0): Promise<string[]> {
    this.#answer()
    return [...(this.lists.get(name) ?? [])].sort().slice(start)
  }

  async zremrangebyrank(name: string, start: number, end: number): Promise<void> {
    const members = await this.zrange(name)
    const kept = new Set(members.filter((_, rank) => rank < start || rank > members.length + end))
    this.lists.set(name, kept)
  }

  #answer(): void {
    if (this.away) throw new Error('Redis is away')
  }
}

/** The database: what it stored, and who it is. */
class FakeAnswers {
  id = 'first'
  stored = new Map<string, string | null>()
  reads = 0
  onRead: () => void = () => {}
  away = false
  #made = 0

  async incarnation(): Promise<string> {
    this.reads++
    this.onRead()
    if (this.away) throw new Error('the database is away')
    return this.id
  }

  async replaceIncarnation(from: string): Promise<string | undefined> {
    if (from !== this.id) return undefined
    this.id = `made-${++this.#made}`
    return this.id
  }

  async answerChecksums(ids: readonly string[]): Promise<Map<string, number | null>> {
    return new Map(
      ids.flatMap(id => {
        const body = this.stored.get(id)
        return body === undefined ? [] : [[id, body === null ? null : crc32(body)] as const]
      }),
    )
  }
}

function processOf(redis = new FakeRedis(), store = new FakeAnswers(), clock = new FakeClock(0)) {
  const older: string[][] = []
  const failures: unknown[] = []
  const check = new IncarnationCheck({
    redis: () => redis as unknown as Redis,
    store,
    nowMs: () => clock.nowMs(),
    onFailure: error => void failures.push(error),
    onNewIncarnation: ids => void (ids.length > 0 && older.push(ids)),
  })
  /** An answer that the database stores and Redis is told of. */
  const answered = async (number: number, body = `body ${number}`) => {
    const id = operation(number)
    store.stored.set(id, body)
    await check.note(redis as unknown as Redis, (await check.incarnation())!, id, body)
  }
  return { check, redis, store, clock, older, failures, answered }
}

describe('a database that holds what Redis knows', () => {
  test('keeps its incarnation, for every process', async () => {
    const { check, redis, store, answered } = processOf()
    await answered(1)
    await answered(2)

    const incarnation = await check.incarnation()

    expect(await processOf(redis, store).check.incarnation()).toBe(incarnation)
  })

  test('keeps it although stored answers were pruned', async () => {
    const { check, redis, store, answered } = processOf()
    await answered(1)
    store.stored.set(operation(1), null)

    expect(await processOf(redis, store).check.incarnation()).toBe(await check.incarnation())
  })

  test('is asked once for all who want to know', async () => {
    const { check, store } = processOf()

    await Promise.all(Array.from({ length: 20 }, () => check.incarnation()))
    await check.incarnation()

    expect(store.reads).toBe(1)
  })
})

describe('a restored database', () => {
  test.each<{ what: string; restore: (stored: Map<string, string | null>) => void }>([
    { what: 'does not hold an operation', restore: stored => void stored.delete(operation(2)) },
    { what: 'has decided an operation anew', restore: stored => void stored.set(operation(2), 'declined') },
  ])('that $what gets a new incarnation, and somebody is told', async ({ restore }) => {
    const { check, redis, store, answered } = processOf()
    await answered(1)
    await answered(2)
    const before = await check.incarnation()
    restore(store.stored)

    const other = processOf(redis, store)

    expect(await other.check.incarnation()).not.toBe(before)
    expect(other.older).toEqual([[operation(2)]])
  })

  test('that has the identity of long ago again gets another new one', async () => {
    const { check, redis, store, answered } = processOf()
    await answered(1)
    const first = (await check.incarnation())!
    store.stored.clear()
    const second = (await processOf(redis, store).check.incarnation())!
    store.id = first

    const third = await processOf(redis, store).check.incarnation()

    expect(new Set([first, second, third]).size).toBe(3)
  })

  test('gets one new incarnation, whoever is first', async () => {
    const { redis, store, answered } = processOf()
    await answered(1)
    store.stored.clear()
    const processes = [processOf(redis, store), processOf(redis, store), processOf(redis, store)]

    await Promise.all(processes.map(({ check }) => check.incarnation()))
    const settled = await Promise.all(processes.map(({ check }) => check.renew().then(() => check.incarnation())))

    expect(new Set(settled)).toEqual(new Set([store.id]))
  })

  test('is noticed at the first connection after it', async () => {
    const { check, store, answered, older } = processOf()
    await answered(1)
    store.stored.clear()

    check.connectionChanged()

    expect(await check.incarnation()).toBe(store.id)
    expect(older).toHaveLength(1)
  })

  test('is noticed within a minute by a process that hears of no connection', async () => {
    const { check, store, answered, older, clock } = processOf()
    await answered(1)
    store.stored.clear()

    clock.advance(MINUTE_MS)
    await check.incarnation()

    expect(older).toHaveLength(1)
  })

  test('is noticed when the clock went back', async () => {
    const { check, store, answered, older, clock } = processOf()
    await answered(1)
    store.stored.clear()

    clock.advance(-1)
    await check.incarnation()

    expect(older).toHaveLength(1)
  })
})

describe('connections that come and go', () => {
  test('the one that the check itself opens is no reason to check again', async () => {
    const { check, store } = processOf()
    store.onRead = () => check.connectionChanged()

    await check.incarnation()
    await check.incarnation()

    expect(store.reads).toBe(1)
  })

  test('one that comes while the check is under way makes its result worthless', async () => {
    const { check, redis } = processOf()
    const { zrange } = redis
    redis.zrange = (...range) => {
      check.connectionChanged()
      redis.zrange = zrange
      return redis.zrange(...range)
    }

    expect(await check.incarnation()).toBeUndefined()
    expect(await check.incarnation()).toBeDefined()
  })
})

describe('the list of operations', () => {
  test('keeps the newest 500, whatever order they come in', async () => {
    const { redis, answered, store } = processOf()
    for (let number = 600; number >= 1; number--) await answered(number)

    const members = [...redis.lists.get(`operations ${store.id}`)!].map(member => member.split(' ')[0])

    expect(members.sort()).toEqual(Array.from({ length: 500 }, (_, index) => operation(101 + index)))
  })

  test.each<{ what: string; lose: (redis: FakeRedis) => void }>([
    { what: 'that Redis has lost', lose: redis => redis.lists.clear() },
    {
      what: 'that Redis has lost and somebody has begun anew',
      lose: redis => {
        for (const name of redis.lists.keys()) redis.lists.set(name, new Set([`${operation(1)} ${crc32('body 1')}`]))
      },
    },
  ])('$what is not trusted: there is a new incarnation', async ({ lose }) => {
    const { check, redis, store, answered } = processOf()
    await answered(1)
    const before = await check.incarnation()
    lose(redis)

    expect(await processOf(redis, store).check.incarnation()).not.toBe(before)
  })
})

describe('a check that fails', () => {
  test.each(['redis', 'store'] as const)(
    'because %s is away is told once, and made again after a second',
    async who => {
      const all = processOf()
      const { check, clock, failures } = all
      all[who].away = true

      expect(await check.incarnation()).toBeUndefined()
      expect(await check.incarnation()).toBeUndefined()
      expect(failures).toHaveLength(1)
      all[who].away = false
      clock.advance(1_000)

      expect(await check.incarnation()).toBeDefined()
    },
  )
})

/** Tells whether anybody waits for it. */
function failingCommand(waitedFor: () => void): Promise<never> {
  const thenable = {
    // biome-ignore lint/suspicious/noThenProperty: a promise of its own would not tell.
    then: (_: unknown, failed: (error: Error) => void) => {
      waitedFor()
      failed(new Error('Redis is away'))
    },
  }
  return thenable as unknown as Promise<never>
}

describe('note', () => {
  test('hears of every command that it sent, also when it trims the list and Redis is away', async () => {
    const { check } = processOf()
    const [sent, heard] = [{ count: 0 }, { count: 0 }]
    const command = () => {
      sent.count++
      return failingCommand(() => heard.count++)
    }
    const redis = { zadd: command, zremrangebyrank: command } as unknown as Redis

    for (let number = 1; number <= 100; number++)
      await expect(check.note(redis, 'first', operation(number), 'body')).rejects.toThrow('Redis is away')

    expect(sent.count).toBe(101)
    expect(heard.count).toBe(101)
  })
})

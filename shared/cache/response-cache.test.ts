/** Cached answers: their names, their life, and a Redis that fails or lies. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import type { Redis } from 'ioredis'
import { until } from '../runtime/until.ts'
import { RedisRateLimits } from './rate-limits.ts'
import { createRedis, RedisResponseCache } from './response-cache.ts'

const OPERATION_ID = 'op_01M81XZHJW4N8QF6T2R0C7V5KD'
const entry = {
  fingerprint: 'v1:abc',
  answer: {
    statusCode: 201,
    contentType: 'application/json; charset=utf-8',
    body: `{"message":"결제가 승인되었으며","operationId":"${OPERATION_ID}"}`,
  },
  expiresAtMs: Date.UTC(2026, 0, 17),
}

class FakeRedis {
  readonly values = new Map<string, string>()
  readonly ttlsSeconds: unknown[] = []
  error: Error | undefined

  /** Refuses nothing. */
  async takeFromBuckets(keyCount: number, ...given: (string | number)[]): Promise<unknown[]> {
    if (this.error) throw this.error
    const names = given.slice(0, keyCount)
    const bucketCount = given[keyCount] as number
    const text = this.values.get(String(names[bucketCount])) ?? null
    return [text, ...names.slice(0, bucketCount).flatMap(() => [1, -1])]
  }

  async set(name: string, value: string, ...[unit, ttlSeconds]: unknown[]): Promise<string> {
    if (this.error) throw this.error
    this.ttlsSeconds.push([unit, ttlSeconds])
    this.values.set(name, value)
    return 'OK'
  }
}

const much = { perSecond: 1_000, burst: 1_000 }

const limitsOf = (redis: () => Redis, onFailure: (error: unknown) => void) =>
  new RedisRateLimits({
    redis,
    limits: { mutations: { caller: much, ip: much }, reads: { caller: much, ip: much } },
    nowMs: () => 0,
    onFailure,
    onLocal: () => {},
    onRefused: () => {},
  })

function cacheOf(incarnation: string | undefined = 'first', redis = new FakeRedis()) {
  const failures: unknown[] = []
  const notes: unknown[][] = []
  const check = {
    incarnation: async () => incarnation,
    note: async (_: Redis, ...note: unknown[]) => void notes.push(note),
  }
  const client = () => redis as unknown as Redis
  const onFailure = (error: unknown) => void failures.push(error)
  const cache = new RedisResponseCache({ redis: client, check, limits: limitsOf(client, onFailure), onFailure })
  const open = (scope: string, key: string) =>
    cache.open({ scope, key, fingerprint: entry.fingerprint }, { routeClass: 'mutations', caller: 'shop', ip: '::1' })
  const get = async (scope: string, key: string) => (await open(scope, key)).cached
  const keep = async (scope: string, key: string, kept = entry) => (await open(scope, key)).keep(kept)
  return { open, check, redis, failures, notes, get, keep }
}

describe('RedisResponseCache', () => {
  test('gives back what was kept, to the letter', async () => {
    const { get, keep } = cacheOf()

    await keep('shop', 'key-1')

    expect(await get('shop', 'key-1')).toEqual(entry)
  })

  test('scopes and keys that differ in case, or share their letters, never meet', async () => {
    const { get, keep } = cacheOf()
    await keep('shop', 'key')

    for (const [scope, key] of [
      ['Shop', 'key'],
      ['shop', 'KEY'],
      ['shopkey', ''],
      ['sho', 'pkey'],
    ] as const)
      expect(await get(scope, key)).toBeUndefined()
  })

  test('a database that was made anew is never answered from the old cache', async () => {
    const redis = new FakeRedis()
    await cacheOf('first', redis).keep('shop', 'key')

    expect(await cacheOf('second', redis).get('shop', 'key')).toBeUndefined()
  })

  test('keeps an answer for at most 24 hours, and notes whose it is', async () => {
    const { keep, redis, notes } = cacheOf()

    await keep('shop', 'key')

    expect(redis.ttlsSeconds).toEqual([['EX', 86_400]])
    expect(notes).toEqual([['first', OPERATION_ID, entry.answer.body]])
  })

  test('an answer whose operation nobody could look up is not kept', async () => {
    const { keep, redis } = cacheOf()

    await keep('shop', 'key', { ...entry, answer: { ...entry.answer, body: '{}' } })

    expect(redis.values.size).toBe(0)
  })

  // Restored while the request was under way: its answer belongs to the database that it came from.
  test('an answer is kept under the incarnation of its look-up', async () => {
    const redis = new FakeRedis()
    const { open, check, get } = cacheOf('first', redis)
    const { keep } = await open('shop', 'key')
    check.incarnation = async () => 'second'

    await keep(entry)

    expect(await get('shop', 'key')).toBeUndefined()
  })
})

describe('a cache that fails', () => {
  test('is a miss, tells of it, and never throws', async () => {
    const { get, keep, redis, failures } = cacheOf()
    redis.error = new Error('connection lost')

    await keep('shop', 'key')
    expect(await get('shop', 'key')).toBeUndefined()

    expect(failures).toEqual([redis.error, redis.error, redis.error])
  })

  test.each(['', '{', 'null', '{"fingerprint":"v1:abc"}', '{"fingerprint":1,"answer":{}}'])(
    'an entry that is not one of ours (%p) is a miss',
    async text => {
      const { get, redis, failures } = cacheOf()
      redis.values.set('answer first shop key', text)

      expect(await get('shop', 'key')).toBeUndefined()
      expect(failures).toHaveLength(1)
    },
  )

  test('an entry that does not say when it expires, as those of the previous release, is a miss', async () => {
    const { get, redis } = cacheOf()
    const { expiresAtMs: _, ...previous } = entry
    redis.values.set('answer first shop key', JSON.stringify(previous))

    expect(await get('shop', 'key')).toBeUndefined()
  })

  test('while nobody knows whether it may be believed, nothing is looked up or kept', async () => {
    const { get, keep, redis, check } = cacheOf()
    await keep('shop', 'key')
    check.incarnation = async () => undefined as never

    expect(await get('shop', 'key')).toBeUndefined()
    await keep('shop', 'other')
    expect(redis.values.size).toBe(1)
  })

  test('a client that cannot even be made is a miss', async () => {
    const client = (): never => {
      throw new Error('REDIS_URL')
    }
    const { check } = cacheOf()
    const cache = new RedisResponseCache({
      redis: client,
      check,
      limits: limitsOf(client, () => {}),
      onFailure: () => {},
    })
    const charge = { routeClass: 'mutations', caller: 'shop', ip: '::1' } as const

    expect((await cache.open({ scope: 'shop', key: 'key', fingerprint: 'v1:abc' }, charge)).cached).toBeUndefined()
  })
})

/** Says OK to everything until it falls silent: then the connections of that moment stay open, and hear nothing more. */
async function startRedis() {
  const silent = new Set<Socket>()
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', bytes => {
      if (silent.has(socket)) return
      const commands = bytes.toString().match(/^\*\d+\r$/gm) ?? []
      for (const _ of commands) socket.write('+OK\r\n')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  const fallSilent = () => {
    for (const socket of sockets) silent.add(socket)
  }
  return { url: `redis://127.0.0.1:${port}`, fallSilent, close }
}

describe('createRedis', () => {
  // A Lambda that was frozen for long may wake up with a connection that a firewall has forgotten.
  test('leaves a connection that answers nothing, and asks on another', async () => {
    const server = await startRedis()
    const redis = createRedis(server.url)
    try {
      await until(() => redis.get('a'), { what: 'the first answer', intervalMs: 10 })

      server.fallSilent()

      await expect(redis.get('a')).rejects.toThrow('Command timed out')
      expect(await until(() => redis.get('a'), { what: 'an answer on a new connection', intervalMs: 10 })).toBe('OK')
    } finally {
      redis.disconnect()
      server.close()
    }
  })
})

// A command that was called on a pipeline without it left its callback behind, which ended the process when the pipeline was answered.
test('a client knows the script of the limits from its first pipeline on', () => {
  const redis = createRedis('redis://127.0.0.1:1')
  const pipeline = redis.pipeline() as unknown as { takeFromBuckets?: unknown }
  redis.disconnect()
  expect(pipeline.takeFromBuckets).toBeInstanceOf(Function)
})

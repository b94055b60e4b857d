/** Cached answers: their names, their life, and a Redis that fails or lies. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import type { Redis } from 'ioredis'
import { until } from '../runtime/until.ts'
import { createRedis, RedisResponseCache } from './response-cache.ts'

const entry = {
  fingerprint: 'v1:abc',
  answer: {
    statusCode: 201,
    contentType: 'application/json; charset=utf-8',
    body: '{"message":"결제가 승인되었으며"}',
  },
}

class FakeRedis {
  readonly values = new Map<string, string>()
  readonly ttlsSeconds: unknown[] = []
  error: Error | undefined

  async get(name: string): Promise<string | null> {
    if (this.error) throw this.error
    return this.values.get(name) ?? null
  }

  async set(name: string, value: string, ...[unit, ttlSeconds]: unknown[]): Promise<string> {
    if (this.error) throw this.error
    this.ttlsSeconds.push([unit, ttlSeconds])
    this.values.set(name, value)
    return 'OK'
  }
}

function cacheOf(incarnation: () => Promise<string> = async () => 'first', redis = new FakeRedis()) {
  const failures: unknown[] = []
  const cache = new RedisResponseCache({
    redis: () => redis as unknown as Redis,
    incarnation,
    onFailure: error => void failures.push(error),
  })
  return { cache, redis, failures }
}

describe('RedisResponseCache', () => {
  test('gives back what was kept, to the letter', async () => {
    const { cache } = cacheOf()

    await cache.set('shop', 'key-1', entry)

    expect(await cache.get('shop', 'key-1')).toEqual(entry)
  })

  test('scopes and keys that differ in case, or share their letters, never meet', async () => {
    const { cache } = cacheOf()
    await cache.set('shop', 'key', entry)

    for (const [scope, key] of [
      ['Shop', 'key'],
      ['shop', 'KEY'],
      ['shopkey', ''],
      ['sho', 'pkey'],
    ] as const)
      expect(await cache.get(scope, key)).toBeUndefined()
  })

  test('a database that was made anew is never answered from the old cache', async () => {
    const redis = new FakeRedis()
    await cacheOf(async () => 'first', redis).cache.set('shop', 'key', entry)

    expect(await cacheOf(async () => 'second', redis).cache.get('shop', 'key')).toBeUndefined()
  })

  test('keeps an answer for at most 24 hours', async () => {
    const { cache, redis } = cacheOf()

    await cache.set('shop', 'key', entry)

    expect(redis.ttlsSeconds).toEqual([['EX', 86_400]])
  })
})

describe('a cache that fails', () => {
  test('is a miss, tells of it, and never throws', async () => {
    const { cache, redis, failures } = cacheOf()
    redis.error = new Error('connection lost')

    await cache.set('shop', 'key', entry)
    expect(await cache.get('shop', 'key')).toBeUndefined()

    expect(failures).toEqual([redis.error, redis.error])
  })

  test.each(['', '{', 'null', '{"fingerprint":"v1:abc"}', '{"fingerprint":1,"answer":{}}'])(
    'an entry that is not one of ours (%p) is a miss',
    async text => {
      const { cache, redis, failures } = cacheOf()
      redis.values.set('answer first shop key', text)

      expect(await cache.get('shop', 'key')).toBeUndefined()
      expect(failures).toHaveLength(1)
    },
  )

  test('without the incarnation, because the database is away, nothing is looked up or kept', async () => {
    const { cache, redis, failures } = cacheOf(async () => {
      throw new Error('the database is away')
    })

    await cache.set('shop', 'key', entry)

    expect(await cache.get('shop', 'key')).toBeUndefined()
    expect(redis.values.size).toBe(0)
    expect(failures).toHaveLength(2)
  })

  test('a client that cannot even be made is a miss', async () => {
    const cache = new RedisResponseCache({
      redis: () => {
        throw new Error('REDIS_URL')
      },
      incarnation: async () => 'first',
      onFailure: () => {},
    })

    expect(await cache.get('shop', 'key')).toBeUndefined()
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

/** Finished answers in Redis. Keys start with the database's incarnation, so that a reset database is never answered from an old cache. */
import { once } from 'node:events'
import { Redis } from 'ioredis'
import * as z from 'zod'

export interface CachedAnswer {
  fingerprint: string
  answer: { statusCode: number; contentType: string; body: string }
}

const cachedAnswer = z.object({
  fingerprint: z.string(),
  answer: z.object({ statusCode: z.int(), contentType: z.string(), body: z.string() }),
})

export interface RedisResponseCacheOptions {
  redis: () => Redis
  /** The database's incarnation id; throws while the database is away. */
  incarnation: () => Promise<string>
  /** Told once for each failed call; the call itself never throws. */
  onFailure: (error: unknown) => void
}

const TTL_SECONDS = 24 * 60 * 60

export class RedisResponseCache {
  readonly #options: RedisResponseCacheOptions

  constructor(options: RedisResponseCacheOptions) {
    this.#options = options
  }

  async get(scope: string, key: string): Promise<CachedAnswer | undefined> {
    return this.#quietly(async redis => {
      const text = await redis.get(await this.#place(scope, key))
      return text === null ? undefined : cachedAnswer.parse(JSON.parse(text))
    })
  }

  async set(scope: string, key: string, entry: CachedAnswer): Promise<void> {
    await this.#quietly(async redis =>
      redis.set(await this.#place(scope, key), JSON.stringify(entry), 'EX', TTL_SECONDS),
    )
  }

  // Scope and key hold no space, so two different pairs never meet in one name.
  async #place(scope: string, key: string): Promise<string> {
    return `answer ${await this.#options.incarnation()} ${scope} ${key}`
  }

  async #quietly<T>(work: (redis: Redis) => Promise<T>): Promise<T | undefined> {
    try {
      return await work(this.#options.redis())
    } catch (error) {
      this.#options.onFailure(error)
      return undefined
    }
  }
}

const COMMAND_TIMEOUT_MS = 100
/** Longer than a pause of Redis; a connection that a network dropped without a word while a Lambda was frozen stays silent. */
const SILENCE_MS_MAX = 500
const CONNECT_TIMEOUT_MS = 1_000
const RECONNECT_MS_MAX = 2_000

/** A client that fails at once while Redis is away, instead of queueing, and reconnects by itself. */
export function createRedis(url: string): Redis {
  const redis = new Redis(url, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: SILENCE_MS_MAX,
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableOfflineQueue: false,
    // What many requests ask for in one moment travels together.
    enableAutoPipelining: true,
    maxRetriesPerRequest: 0,
    retryStrategy: tries => Math.min(tries * 100, RECONNECT_MS_MAX),
  })
  // Without a listener ioredis prints every failed reconnection; each failed command already reports itself.
  redis.on('error', () => undefined)
  return redis
}

/** Resolves when Redis answers; a client that is still connecting is waited for. */
export async function pingRedis(redis: Redis): Promise<void> {
  if (redis.status !== 'ready') await once(redis, 'ready')
  await redis.ping()
}

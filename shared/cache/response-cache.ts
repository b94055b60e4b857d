/** Finished answers in Redis. Keys start with the database's incarnation, so that a reset or restored database is never answered from an old cache. */
import { once } from 'node:events'
import { Redis } from 'ioredis'
import * as z from 'zod'
import type { IncarnationCheck } from './incarnation-check.ts'

export interface CachedAnswer {
  fingerprint: string
  answer: { statusCode: number; contentType: string; body: string }
  /** From this time (epoch) on nobody may be given the answer. */
  expiresAtMs: number
}

const cachedAnswer = z.object({
  fingerprint: z.string(),
  answer: z.object({ statusCode: z.int(), contentType: z.string(), body: z.string() }),
  expiresAtMs: z.int(),
})

export interface RedisResponseCacheOptions {
  redis: () => Redis
  check: Pick<IncarnationCheck, 'incarnation' | 'note'>
  /** Called once for each failed call; the call itself never throws. */
  onFailure: (error: unknown) => void
}

const TTL_SECONDS = 24 * 60 * 60

/** Finds the operation id, which every answer to an operation contains. */
const OPERATION_ID = /"operationId":"(op_[0-9A-Z]{26})"/

export class RedisResponseCache {
  readonly #options: RedisResponseCacheOptions

  constructor(options: RedisResponseCacheOptions) {
    this.#options = options
  }

  /**
   * What is cached for the key, and a way to cache its answer. Both use the incarnation of this moment: when the database is
   * replaced meanwhile, the answer is stored under a key that is never read.
   */
  async open(
    scope: string,
    key: string,
  ): Promise<{ cached: CachedAnswer | undefined; keep(entry: CachedAnswer): Promise<void> }> {
    const incarnation = await this.#options.check.incarnation()
    if (incarnation === undefined) return { cached: undefined, keep: async () => {} }
    // Scope and key contain no space, so two different pairs never have the same name.
    const name = `answer ${incarnation} ${scope} ${key}`
    const cached = await this.#quietly(async redis => {
      const text = await redis.get(name)
      return text === null ? undefined : cachedAnswer.parse(JSON.parse(text))
    })
    return { cached, keep: entry => this.#keep(incarnation, name, entry) }
  }

  async #keep(incarnation: string, name: string, entry: CachedAnswer): Promise<void> {
    const operationId = OPERATION_ID.exec(entry.answer.body)?.[1]
    if (operationId === undefined) return
    await this.#quietly(redis =>
      Promise.all([
        this.#options.check.note(redis, incarnation, operationId, entry.answer.body),
        redis.set(name, JSON.stringify(entry), 'EX', TTL_SECONDS),
      ]),
    )
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
/** Longer than a pause of Redis. A connection that the network dropped while a Lambda was frozen never answers. */
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
    // Commands of the same moment share a round trip.
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

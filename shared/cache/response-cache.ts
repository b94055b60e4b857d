/** Finished answers in Redis. Keys start with the database's incarnation, so that a reset or restored database is never answered from an old cache. */
import { once } from 'node:events'
import { Redis } from 'ioredis'
import * as z from 'zod'
import type { Charge, LimitState } from '../contracts/limits.ts'
import type { IncarnationCheck } from './incarnation-check.ts'
import { limitScripts, type RedisRateLimits } from './rate-limits.ts'

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
  limits: Pick<RedisRateLimits, 'take'>
  /** Called once for each failed call; the call itself never throws. */
  onFailure: (error: unknown) => void
  /** Called once for each look-up; `failed`: Redis did not answer, or may not be believed now. */
  onRead?: (result: 'hit' | 'miss' | 'failed') => void
}

export interface KeyedRequest {
  scope: string
  key: string
  fingerprint: string
}

export interface OpenedAnswer {
  limits: LimitState[]
  /** A miss is undefined. */
  cached: CachedAnswer | undefined
  /** Never throws. */
  keep(entry: CachedAnswer): Promise<void>
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
   * Charges for a request with a key, and reads what is cached for the key in the same round trip: a repeat costs less. Gives a way
   * to cache its answer, too. Both use the incarnation of this moment: when the database is replaced meanwhile, the answer is
   * stored under a key that is never read.
   */
  async open({ scope, key, fingerprint }: KeyedRequest, charge: Charge): Promise<OpenedAnswer> {
    const incarnation = await this.#options.check.incarnation()
    if (incarnation === undefined) {
      this.#options.onRead?.('failed')
      const { limits } = await this.#options.limits.take(charge)
      return { limits, cached: undefined, keep: async () => {} }
    }
    // Scope and key contain no space, so two different pairs never have the same name.
    const name = `answer ${incarnation} ${scope} ${key}`
    const taken = await this.#options.limits.take(charge, { name, beginning: beginningOf(fingerprint) })
    const cached = taken.isRead ? this.#parsed(taken.text) : undefined
    this.#options.onRead?.(cached === undefined ? 'failed' : cached === null ? 'miss' : 'hit')
    return { limits: taken.limits, cached: cached ?? undefined, keep: entry => this.#keep(incarnation, name, entry) }
  }

  /** Null: nothing is there. Undefined: what is there cannot be read. */
  #parsed(text: string | undefined): CachedAnswer | null | undefined {
    if (text === undefined) return null
    try {
      return cachedAnswer.parse(JSON.parse(text))
    } catch (error) {
      this.#options.onFailure(error)
      return undefined
    }
  }

  async #keep(incarnation: string, name: string, entry: CachedAnswer): Promise<void> {
    const operationId = OPERATION_ID.exec(entry.answer.body)?.[1]
    if (operationId === undefined) return
    await this.#quietly(redis =>
      Promise.all([
        this.#options.check.note(redis, incarnation, operationId, entry.answer.body),
        redis.set(name, textOf(entry), 'EX', TTL_SECONDS),
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

/** The fingerprint comes first, so that the script that charges for a request can tell whether this is its answer. */
const beginningOf = (fingerprint: string): string => `{"fingerprint":${JSON.stringify(fingerprint)},`
const textOf = ({ fingerprint, answer, expiresAtMs }: CachedAnswer): string =>
  JSON.stringify({ fingerprint, answer, expiresAtMs })

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
    scripts: limitScripts,
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

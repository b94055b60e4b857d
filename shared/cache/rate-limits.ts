/**
 * Rate limits in Redis, shared by all processes. One script reads the stored answer of a repeat, if there may be one, and takes what
 * the request costs: both in one round trip, by Redis's own clock. While Redis is away this process counts by itself.
 */
import type { Redis } from 'ioredis'
import type { Charge, LimitState, RateLimits, RouteClass } from '../contracts/limits.ts'
import { LocalLimits } from './local-limits.ts'
import { type Bucket, bucketOf, COST_TENTHS, STORED_COST_TENTHS, stateOf } from './token-bucket.ts'

export interface RedisRateLimitsOptions {
  redis: () => Redis
  limits: RateLimits
  /** Never goes back. */
  nowMs: () => number
  /** Redis did not answer; the call itself never throws. */
  onFailure: (error: unknown) => void
  /** Called for each request that was judged without Redis. */
  onLocal: (routeClass: RouteClass) => void
  /** Called for each request that is refused, with the first limit that refuses it. */
  onRefused: (routeClass: RouteClass, limit: LimitState['limit']) => void
}

/** Where the answer to a repeat would be, and the text that it begins with when it answers this very request. */
export interface StoredAnswer {
  name: string
  beginning: string
}

export interface Taken {
  limits: LimitState[]
  /** Whether Redis answered. */
  isRead: boolean
  /** What Redis has under the name of the stored answer. */
  text: string | undefined
}

/**
 * KEYS: the buckets, then the stored answer, if there may be one. ARGV: how many buckets, the beginning of the answer, and of each
 * bucket the microseconds of a tenth and those until it is empty. Answers the text, and of each bucket in how many
 * microseconds it is full, and by how many the request was too much. Takes from all buckets or from none.
 */
const TAKE = `
local count = tonumber(ARGV[1])
local text = #KEYS > count and redis.call('GET', KEYS[count + 1]) or false
local tenths = ${COST_TENTHS}
if text and string.sub(text, 1, #ARGV[2]) == ARGV[2] then tenths = ${STORED_COST_TENTHS} end
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local refused = false
local full, over = {}, {}
for i = 1, count do
  local left = (tonumber(redis.call('GET', KEYS[i]) or '0') or 0) - now
  full[i] = math.min(math.max(0, left), ARGV[2 * i + 2])
  over[i] = full[i] + tenths * ARGV[2 * i + 1] - ARGV[2 * i + 2]
  refused = refused or over[i] > 0
end
local result = { text }
for i = 1, count do
  if not refused then
    full[i] = full[i] + tenths * ARGV[2 * i + 1]
    redis.call('SET', KEYS[i], string.format('%.0f', now + full[i]), 'PX', math.ceil(full[i] / 1000))
  end
  result[2 * i] = math.ceil(full[i])
  result[2 * i + 1] = math.ceil(over[i])
end
return result`

/**
 * Given to the client when it is made. A pipeline knows only the scripts of its client that were defined before it began: one that is
 * defined while ioredis gathers commands is missing in that pipeline, and an exception that nobody can catch ends the process.
 */
export const limitScripts = { takeFromBuckets: { lua: TAKE } }

type Answer = [text: string | null, ...micros: number[]]
type TakeCommand = (keyCount: number, ...given: (string | number)[]) => Promise<Answer>

export class RedisRateLimits {
  readonly #options: RedisRateLimitsOptions
  readonly #local: LocalLimits
  readonly #buckets: Record<RouteClass, { caller: Bucket; ip: Bucket }>

  constructor(options: RedisRateLimitsOptions) {
    this.#options = options
    this.#local = new LocalLimits(options.nowMs)
    const bucketsOf = (routeClass: RouteClass) => ({
      caller: bucketOf('caller', options.limits[routeClass].caller),
      ip: bucketOf('ip', options.limits[routeClass].ip),
    })
    this.#buckets = { mutations: bucketsOf('mutations'), reads: bucketsOf('reads') }
  }

  /** Takes the cost of a request from its buckets, or says which of them refuses it. Never throws. */
  async take(charge: Charge, stored?: StoredAnswer): Promise<Taken> {
    const buckets = this.#bucketsOf(charge)
    const taken = (await this.#takeInRedis(buckets, stored)) ?? this.#takeLocally(charge.routeClass, buckets)
    const refusing = taken.limits.find(({ retryAfterSeconds }) => retryAfterSeconds !== undefined)
    if (refusing !== undefined) this.#options.onRefused(charge.routeClass, refusing.limit)
    return taken
  }

  /** A name contains no space but those here, so that two callers never share a bucket. */
  #bucketsOf({ routeClass, caller, ip }: Charge): NamedBucket[] {
    const { caller: callersBucket, ip: addressBucket } = this.#buckets[routeClass]
    const address = { name: `limit ${routeClass} ip ${ip}`, bucket: addressBucket }
    if (caller === undefined) return [address]
    return [{ name: `limit ${routeClass} caller ${caller}`, bucket: callersBucket }, address]
  }

  async #takeInRedis(buckets: readonly NamedBucket[], stored: StoredAnswer | undefined): Promise<Taken | undefined> {
    try {
      const names = [...buckets.map(({ name }) => name), ...(stored ? [stored.name] : [])]
      const numbers = buckets.flatMap(({ bucket }) => [bucket.tenthMicros, bucket.emptyMicros])
      const take = commandOf(this.#options.redis())
      const [text, ...micros] = await take(names.length, ...names, buckets.length, stored?.beginning ?? '', ...numbers)
      const limits = buckets.map(({ bucket }, index) => stateOf(bucket, micros[2 * index]!, micros[2 * index + 1]!))
      return { limits, isRead: true, text: text ?? undefined }
    } catch (error) {
      this.#options.onFailure(error)
      return undefined
    }
  }

  #takeLocally(routeClass: RouteClass, buckets: readonly NamedBucket[]): Taken {
    this.#options.onLocal(routeClass)
    return { limits: this.#local.take(buckets), isRead: false, text: undefined }
  }
}

/** The client was made with `limitScripts`. */
function commandOf(redis: Redis): TakeCommand {
  const { takeFromBuckets } = redis as unknown as { takeFromBuckets: TakeCommand }
  return takeFromBuckets.bind(redis)
}

interface NamedBucket {
  name: string
  bucket: Bucket
}

/** The response cache of the system under test: losing it must change nothing that a caller can see. */
import { Redis } from 'ioredis'

async function withRedis<T>(redisUrl: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(redisUrl)
  try {
    return await work(redis)
  } finally {
    redis.disconnect()
  }
}

export const flushCache = (redisUrl: string): Promise<unknown> => withRedis(redisUrl, redis => redis.flushall())

/** Rewrites what is cached for a key, by a merchant or a payment. False when nothing is. */
export const rewriteCached = (
  redisUrl: string,
  { scope, key }: { scope: string; key: string },
  change: (entry: Record<string, unknown>) => object,
): Promise<boolean> =>
  withRedis(redisUrl, async redis => {
    const [name] = await redis.keys(`answer * ${scope} ${key}`)
    const text = name === undefined ? null : await redis.get(name)
    if (name === undefined || text === null) return false
    await redis.set(name, JSON.stringify(change(JSON.parse(text))), 'KEEPTTL')
    return true
  })

/** Empties the response cache of the system under test: losing it must change nothing that a caller can see. */
import { Redis } from 'ioredis'

export async function flushCache(redisUrl: string): Promise<void> {
  const redis = new Redis(redisUrl)
  try {
    await redis.flushall()
  } finally {
    redis.disconnect()
  }
}

/** What Redis says of itself. */
import type { Redis } from 'ioredis'
import type { Reading } from './watched.ts'

export async function redisReadings(redis: Pick<Redis, 'info'>): Promise<Reading[]> {
  const sections = await Promise.all(['clients', 'memory', 'keyspace'].map(section => redis.info(section)))
  return redisReadingsFrom(sections.join('\n'))
}

/**
 * `text`: the sections of INFO. Answers stay for a day, up to 128 MB together (docker-compose.yml), so that Redis grows for as long as
 * a soak lasts; what may not grow is what a key takes, and keys that nothing lets expire.
 */
export function redisReadingsFrom(text: string): Reading[] {
  const figure = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1])
  const databases = [...text.matchAll(/^db\d+:keys=(\d+),expires=(\d+)/gm)]
  const keys = databases.reduce((sum, [, count]) => sum + Number(count), 0)
  const expiring = databases.reduce((sum, [, , count]) => sum + Number(count), 0)
  return [
    { kind: 'connections', of: 'redis', value: figure('connected_clients') },
    { kind: 'lasting', of: 'redis', value: keys - expiring },
    ...(keys === 0 ? [] : [{ kind: 'keySize', of: 'redis', value: figure('used_memory_dataset') / keys } as const]),
  ]
}

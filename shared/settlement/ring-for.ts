/** Wakes the relays after a commit. */
import { shardOf } from '../contracts/topics.ts'
import type { Doorbell } from '../payments/ports.ts'

/** For the events of these batches or payouts, each shard once. */
export async function ringFor(doorbell: Doorbell, subjectIds: readonly string[]): Promise<void> {
  const shards = new Set(subjectIds.map(shardOf))
  await Promise.all([...shards].map(shard => doorbell.ring(shard)))
}

/** Wakes the relays of all shards after a commit: the events are of a file and of any number of breaks. */
import { SHARD_COUNT } from '../contracts/topics.ts'
import type { Doorbell } from '../payments/ports.ts'

export async function ringAll(doorbell: Doorbell): Promise<void> {
  await Promise.all(Array.from({ length: SHARD_COUNT }, (_, shard) => doorbell.ring(shard)))
}

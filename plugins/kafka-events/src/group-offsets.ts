/** Asks the broker how far a group has come and how far its topics reach, for the status page. */
import type { Kafka } from 'kafkajs'
import { within } from './back-off.ts'

export interface PartitionOffsets {
  /** The oldest offset that is still there. */
  low: number
  /** Behind the newest record. */
  end: number
  /** What the group has committed; null when nothing. */
  committed: number | null
}

/** By `topic-partition`. */
export type GroupOffsets = ReadonlyMap<string, PartitionOffsets>

// Somebody who reloads the page asks the broker no more than once a second, and waits no longer than that for it.
const MAX_AGE_MS = 1000
const TIMEOUT_MS = 1000

/** A function that gives the offsets, or none while no broker answers. */
export function createGroupOffsets(kafka: Kafka, groupId: string, topics: string[]): () => Promise<GroupOffsets> {
  let last: { askedMs: number; answer: Promise<GroupOffsets> } | undefined
  return () => {
    if (!last || performance.now() - last.askedMs > MAX_AGE_MS)
      last = { askedMs: performance.now(), answer: inTime(ask(kafka, groupId, topics)) }
    return last.answer
  }
}

async function inTime(asked: Promise<GroupOffsets>): Promise<GroupOffsets> {
  let offsets: GroupOffsets = new Map()
  const answered = asked.then(answer => {
    offsets = answer
  })
  await within(TIMEOUT_MS, answered)
  return offsets
}

async function ask(kafka: Kafka, groupId: string, topics: string[]): Promise<GroupOffsets> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const offsets = new Map<string, PartitionOffsets>()
    const existing = new Set(await admin.listTopics())
    const committed = await admin.fetchOffsets({ groupId, topics: topics.filter(topic => existing.has(topic)) })
    for (const { topic, partitions } of committed)
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
        const offset = Number(partitions.find(known => known.partition === partition)?.offset ?? -1)
        offsets.set(`${topic}-${partition}`, {
          low: Number(low),
          end: Number(high),
          committed: offset < 0 ? null : offset,
        })
      }
    return offsets
  } finally {
    await within(TIMEOUT_MS, admin.disconnect())
  }
}

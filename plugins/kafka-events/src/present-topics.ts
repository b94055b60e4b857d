/** Asks the broker which of a group's topics exist. */
import type { Kafka } from 'kafkajs'
import { within } from './back-off.ts'

const DISCONNECT_TIMEOUT_MS = 3000

/** Those of `wanted` that exist. Throws while none does, and when no broker answers. */
export async function presentTopics(kafka: Kafka, wanted: string[]): Promise<string[]> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const existing = new Set(await admin.listTopics())
    const topics = wanted.filter(topic => existing.has(topic))
    if (topics.length === 0) throw new Error(`waiting for topic ${wanted.join(', ')} to exist`)
    return topics
  } finally {
    await within(DISCONNECT_TIMEOUT_MS, admin.disconnect())
  }
}

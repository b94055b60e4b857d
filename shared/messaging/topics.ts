/** Creates the topics that shared/contracts/topics.ts defines. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Admin, Kafka, logLevel } from 'kafkajs'
import { type TopicDefinition, topicDefinitions } from '../contracts/topics.ts'
import { type KafkaCluster, reaching } from './kafka-client.ts'

/** Kafka's value for its own `default.replication.factor`: one on this machine, usually three on a cluster. */
const BROKERS_DEFAULT = -1

/** Creates what is missing and returns the names created. Throws when no broker answers. */
export async function createTopics(cluster: KafkaCluster): Promise<string[]> {
  const admin = new Kafka({ clientId: 'create-topics', ...reaching(cluster), logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const existing = new Set(await admin.listTopics())
    const missing = topicDefinitions.filter(topic => !existing.has(topic.name))
    const topics = missing.map(topic => ({
      topic: topic.name,
      numPartitions: topic.partitions,
      replicationFactor: BROKERS_DEFAULT,
      configEntries: configOf(topic),
    }))
    const names = missing.map(topic => topic.name)
    // Not with `waitForLeaders`: it gives up at the first broker that has not heard of a topic yet.
    if (names.length > 0) await admin.createTopics({ topics, waitForLeaders: false })
    if (names.length > 0) await untilKnown(admin, names)
    return names
  } finally {
    await admin.disconnect()
  }
}

const LOOKS_MAX = 100
const LOOK_EACH_MS = 200

/** Until the brokers can be asked about all of them. Throws what the last of twenty seconds' looks threw. */
async function untilKnown(admin: Admin, topics: string[]): Promise<void> {
  for (let look = 1; ; look++)
    try {
      await admin.fetchTopicMetadata({ topics })
      return
    } catch (error) {
      if (look === LOOKS_MAX) throw error
      await sleep(LOOK_EACH_MS)
    }
}

function configOf(topic: TopicDefinition): { name: string; value: string }[] {
  const retention = { name: 'retention.ms', value: String(topic.retentionMs) }
  if (topic.maxMessageBytes === undefined) return [retention]
  return [retention, { name: 'max.message.bytes', value: String(topic.maxMessageBytes) }]
}

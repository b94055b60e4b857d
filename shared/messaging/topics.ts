/** Creates the topics that shared/contracts/topics.ts defines. */
import { Kafka, logLevel } from 'kafkajs'
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
    if (topics.length > 0) await admin.createTopics({ topics, waitForLeaders: true })
    return missing.map(topic => topic.name)
  } finally {
    await admin.disconnect()
  }
}

function configOf(topic: TopicDefinition): { name: string; value: string }[] {
  const retention = { name: 'retention.ms', value: String(topic.retentionMs) }
  if (topic.maxMessageBytes === undefined) return [retention]
  return [retention, { name: 'max.message.bytes', value: String(topic.maxMessageBytes) }]
}

/** Creates the topics that shared/contracts/topics.ts defines. */
import { Kafka, logLevel } from 'kafkajs'
import { type TopicDefinition, topicDefinitions } from '../contracts/topics.ts'

/** Creates what is missing and returns the names created. `brokers` is a list of `host:port`. Throws when no broker answers. */
export async function createTopics(brokers: string[], replicationFactor = 1): Promise<string[]> {
  const admin = new Kafka({ clientId: 'create-topics', brokers, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const existing = new Set(await admin.listTopics())
    const missing = topicDefinitions.filter(topic => !existing.has(topic.name))
    const topics = missing.map(topic => ({
      topic: topic.name,
      numPartitions: topic.partitions,
      replicationFactor,
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

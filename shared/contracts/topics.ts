/** Names and shapes of the Kafka topics. `migrations/` and `serverless.yml` use the same names; a test compares them. */
import { eventTypes, ledgerEventTypes, settlementEventTypes } from './lists.ts'

/** Partitions of `outbox.ready`, one per shard of payments, batches and payouts. */
export const SHARD_COUNT = 4

/** Spreads payments, batches and payouts over the shards by the random end of their id. */
export function shardOf(subjectId: string): number {
  const tail = subjectId.slice(-4)
  return [...tail].reduce((sum, character) => sum * 31 + character.charCodeAt(0), 0) % SHARD_COUNT
}

/** Partitions of each `payment.*` topic. */
const EVENT_PARTITIONS = 6

/** Partitions of each topic of settlement: a batch or a payout is rarer than a payment. */
const SETTLEMENT_PARTITIONS = 2

export const DOORBELL_TOPIC = 'outbox.ready'
export const DEAD_LETTER_TOPIC = 'payment.dlq'

/** The consumer groups of serverless.yml, each with the one topic that it reads. */
export const consumerGroups: readonly { groupId: string; topic: string }[] = [
  ...ledgerEventTypes.flatMap(topic =>
    ['record-ledger', 'expect-settlement'].map(reader => ({
      groupId: `${reader}-${topic.replace('payment.', '')}`,
      topic,
    })),
  ),
  { groupId: 'record-dead-letters', topic: DEAD_LETTER_TOPIC },
  { groupId: 'relay-outbox', topic: DOORBELL_TOPIC },
]

export interface TopicDefinition {
  name: string
  partitions: number
  /** −1 keeps records for ever. */
  retentionMs: number
  /** Largest record batch; the broker's own limit (1 MiB) when absent. */
  maxMessageBytes?: number
}

export const topicDefinitions: readonly TopicDefinition[] = [
  ...eventTypes.map(name => ({ name, partitions: EVENT_PARTITIONS, retentionMs: -1 })),
  ...settlementEventTypes.map(name => ({ name, partitions: SETTLEMENT_PARTITIONS, retentionMs: -1 })),
  { name: DOORBELL_TOPIC, partitions: SHARD_COUNT, retentionMs: 10 * 60_000 },
  // A dead letter is its record in base64 with a few fields. A consumer is given events of at most 6 MB, in base64 too.
  { name: DEAD_LETTER_TOPIC, partitions: 1, retentionMs: -1, maxMessageBytes: 8 * 1024 * 1024 },
]

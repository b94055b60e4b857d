/** How a kafkajs consumer of a group is set up: fetches small and often, tells of each join, and is never restarted by kafkajs. */
import './fetch-wait.ts'
import { type Consumer, type Kafka, PartitionAssigners } from 'kafkajs'

// A fetch returns as soon as there is a record. Without one, this bounds how long a stop or a rebalance waits for its end.
const FETCH_WAIT_MS_MAX = 1000
// How soon a partition that was added is read.
const METADATA_MAX_AGE_MS = 5000
const HEARTBEAT_INTERVAL_MS_MAX = 3000
/** How long the broker waits for every member of a group to join anew. */
export const REBALANCE_TIMEOUT_MS = 60_000

export interface GroupConsumerOptions {
  groupId: string
  sessionTimeoutMs: number
  /** Called before each request to join. Throws when the consumer is not to join any more. */
  joining(): void
}

/** Not connected yet. */
export function createGroupConsumer(
  kafka: Kafka,
  { groupId, sessionTimeoutMs, joining }: GroupConsumerOptions,
): Consumer {
  return kafka.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: REBALANCE_TIMEOUT_MS,
    heartbeatInterval: Math.min(HEARTBEAT_INTERVAL_MS_MAX, Math.floor(sessionTimeoutMs / 4)),
    // Heartbeats go out between fetches.
    maxWaitTimeInMs: Math.min(FETCH_WAIT_MS_MAX, Math.floor(sessionTimeoutMs / 4)),
    minBytes: 1,
    metadataMaxAge: METADATA_MAX_AGE_MS,
    allowAutoTopicCreation: false,
    partitionAssigners: [
      config => {
        const assigner = PartitionAssigners.roundRobin(config)
        // kafkajs asks for this first thing whenever it joins, for whatever reason: the one moment that is never missed.
        const protocol: typeof assigner.protocol = subscription => {
          joining()
          return assigner.protocol(subscription)
        }
        return { ...assigner, protocol }
      },
    ],
    // A crashed consumer is never restarted by kafkajs: it would do so for some errors and stay dead after others.
    retry: { restartOnFailure: async () => false },
  })
}

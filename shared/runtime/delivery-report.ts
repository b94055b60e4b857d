/** Reports events that make no progress: as problems for readiness, and as log lines and metrics when they are observed. */
import type { SickTopic } from '../messaging/topic-states.ts'
import { lagOf, standsStill, waitsTooLong } from '../payments/observe-delivery.ts'
import type { ConsumerProgress, TopicBacklog } from '../payments/ports.ts'
import type { ReadinessProblem } from './health.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'

type Warnings = Pick<Logger, 'warn'>

interface Delivery {
  consumers: readonly ConsumerProgress[]
  backlog: readonly TopicBacklog[]
}

const timeOf = (epochMs: number): string => new Date(epochMs).toISOString()

/** One for each consumer group and topic, and one for each topic whose events wait. */
export function deliveryProblems({ consumers, backlog }: Delivery, nowMs: number): ReadinessProblem[] {
  const stuck = Map.groupBy(consumers.filter(standsStill), ({ groupId, topic }) => `${groupId} ${topic}`)
  return [
    ...[...stuck.values()].map(consumerProblem),
    ...backlog.filter(each => waitsTooLong(each, nowMs)).map(backlogProblem),
  ]
}

function consumerProblem(partitions: ConsumerProgress[]): ReadinessProblem {
  const { groupId, topic } = partitions[0]!
  const numbers = partitions.map(({ partition }) => partition).sort((a, b) => a - b)
  const lag = partitions.reduce((sum, each) => sum + lagOf(each), 0)
  return {
    kind: 'consumer_standing_still',
    message: `${groupId} does not get on in ${topic}, partitions ${numbers.join(', ')}: ${lag} records wait; see its errors in the log`,
    since: timeOf(Math.min(...partitions.map(({ stillSinceMs }) => stillSinceMs ?? Number.POSITIVE_INFINITY))),
  }
}

const backlogProblem = ({ topic, waiting, oldestCreatedAtMs }: TopicBacklog): ReadinessProblem => ({
  kind: 'events_waiting',
  message: `${waiting} events of ${topic} wait to be published; see npm run outbox`,
  since: timeOf(oldestCreatedAtMs),
})

/** Once for each observation. */
export function reportConsumers(
  {
    metrics,
    log,
  }: {
    log: Warnings
    metrics: Pick<Metrics, 'consumerLag' | 'consumerStillSeconds'>
  },
  consumers: readonly ConsumerProgress[],
  nowMs: number,
): void {
  metrics.consumerLag.reset()
  metrics.consumerStillSeconds.reset()
  for (const consumer of consumers) {
    const { groupId, topic, partition, stillSinceMs, observedAtMs } = consumer
    const labels = { group: groupId, topic, partition }
    metrics.consumerLag.set(labels, lagOf(consumer))
    metrics.consumerStillSeconds.set(labels, stillSinceMs === null ? 0 : (observedAtMs - stillSinceMs) / 1_000)
  }
  warn(log, deliveryProblems({ consumers, backlog: [] }, nowMs))
}

/** Once for each observation. */
export function reportBacklog(
  {
    metrics,
    log,
  }: {
    log: Warnings
    metrics: Pick<Metrics, 'outboxWaiting' | 'outboxOldestSeconds'>
  },
  backlog: readonly TopicBacklog[],
  nowMs: number,
): void {
  metrics.outboxWaiting.reset()
  metrics.outboxOldestSeconds.reset()
  for (const { topic, waiting, oldestCreatedAtMs } of backlog) {
    metrics.outboxWaiting.set({ topic }, waiting)
    metrics.outboxOldestSeconds.set({ topic }, (nowMs - oldestCreatedAtMs) / 1_000)
  }
  warn(log, deliveryProblems({ consumers: [], backlog }, nowMs))
}

function warn(log: Warnings, problems: readonly ReadinessProblem[]): void {
  for (const { kind, message, since } of problems) log.warn({ kind, since }, message)
}

/** Topics that this process could not write to. */
export const topicProblems = (sick: readonly SickTopic[]): ReadinessProblem[] =>
  sick.map(({ topic, reason, sinceMs }) => ({
    kind: 'topic_unavailable',
    message: `Kafka topic ${topic} takes no records (${reason}): what is for it waits, and is sent once the topic is there and writable`,
    since: new Date(sinceMs).toISOString(),
  }))

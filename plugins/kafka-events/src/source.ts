/** What the plugin knows of one event source mapping, whichever of the places of `serverless.yml` said it. */
import type { KafkaConfig } from 'kafkajs'
import type { FilterPattern } from './filter.ts'

export type StartingPosition = 'TRIM_HORIZON' | 'LATEST' | 'AT_TIMESTAMP'

/** One `- kafka:` or `- msk:` entry of a function, with its extension, or a mapping that is written out under `resources`. */
export interface KafkaSource {
  functionKey: string
  eventSource: 'SelfManagedKafka' | 'aws:kafka'
  eventSourceArn?: string
  /** `host:port` of the local brokers. */
  brokers: string[]
  topic: string
  groupId: string
  /** What the group was called by default before each mapping had one of its own: the function's key. */
  formerGroupId?: string
  batchSize: number
  batchingWindowMs: number
  startingPosition: StartingPosition
  startingTimestampMs?: number
  /** A record reaches the function when one of these matches it; all do when there is none. */
  filters: FilterPattern[]
  /** Retries after the first attempt; Infinity for AWS's −1. */
  retryAttemptsMax: number
  /** Infinity for AWS's −1. */
  recordAgeMaxMs: number
  bisectOnError: boolean
  /** `ReportBatchItemFailures`: the function says which records failed. */
  reportsItemFailures: boolean
  /** The topic for records that are given up; without one a partition blocks instead. */
  onFailureTopic?: string
  /** Records that are given up without a topic are dropped, as on AWS, instead of blocking their partition. */
  discardsWithoutDestination?: boolean
}

/** `custom.kafkaEvents`: what matters on this machine only. */
export interface LocalSettings {
  /** Read instead of the brokers that the events name. */
  brokers?: string[]
  ssl?: KafkaConfig['ssl']
  sasl?: KafkaConfig['sasl']
  sessionTimeoutMs: number
  drainTimeoutMs: number
  /** Handlers that run at once, per consumer group. */
  partitionsInFlightMax: number
  /** Drop what is given up without a destination, as AWS does, instead of blocking its partition. */
  discardWithoutDestination: boolean
  /** Start although a schema registry should decode the values: they reach the function as they are. */
  ignoreSchemaRegistry: boolean
  /** Partitions of one topic that may share an event. */
  partitionsPerEventMax: number
  statusPort?: number
  /** `json`: an object a line on stderr. */
  logFormat: 'text' | 'json'
}

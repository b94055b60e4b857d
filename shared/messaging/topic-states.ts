/** Which Kafka topics take no records, since when, and when each is tried again. */
import kafkajs from 'kafkajs'
import { causesOf } from './causes.ts'

export interface SickTopic {
  topic: string
  reason: string
  sinceMs: number
}

export interface TopicStatesOptions {
  nowMs: () => number
  /** Called at every failed try, which is once in a back-off. */
  onFailed: (topic: string, reason: string) => void
  onRecovered: (topic: string) => void
}

const BACKOFF_FIRST_MS = 1_000
const BACKOFF_MS_MAX = 30_000

/** Protocol errors about one topic or its partitions, while the broker itself answers. */
const topicErrors = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNKNOWN_TOPIC_ID',
  'INVALID_TOPIC_EXCEPTION',
  'TOPIC_AUTHORIZATION_FAILED',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'REPLICA_NOT_AVAILABLE',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'INVALID_REQUIRED_ACKS',
  'POLICY_VIOLATION',
  'KAFKA_STORAGE_ERROR',
])
/** kafkajs's own message for a topic that is not in the broker's metadata. */
const metadataErrors = new Set(['KafkaJSMetadataNotLoaded', 'KafkaJSTopicMetadataNotLoaded'])

/** Why a send failed, when the topic is the reason and not the broker or a record; it does not always say which of several. */
export function topicTroubleIn(error: unknown): string | undefined {
  for (const at of causesOf(error)) {
    if (at instanceof kafkajs.KafkaJSProtocolError && topicErrors.has(at.type)) return `${at.type}: ${at.message}`
    if (metadataErrors.has(at.name)) return `${at.name}: ${at.message}`
  }
  return undefined
}

export class TopicStates {
  readonly #options: TopicStatesOptions
  readonly #sick = new Map<string, SickTopic & { retryAtMs: number; backoffMs: number }>()

  constructor(options: TopicStatesOptions) {
    this.#options = options
  }

  failed(topic: string, reason: string): void {
    const nowMs = this.#options.nowMs()
    const known = this.#sick.get(topic)
    const backoffMs = known === undefined ? BACKOFF_FIRST_MS : Math.min(2 * known.backoffMs, BACKOFF_MS_MAX)
    const sinceMs = known?.sinceMs ?? nowMs
    this.#sick.set(topic, { topic, reason, sinceMs, backoffMs, retryAtMs: nowMs + backoffMs })
    this.#options.onFailed(topic, reason)
  }

  confirmed(topic: string): void {
    if (this.#sick.delete(topic)) this.#options.onRecovered(topic)
  }

  /** Its last try failed. Other topics are sent without it. */
  isSick(topic: string): boolean {
    return this.#sick.has(topic)
  }

  /** Not to be tried yet. */
  resting(): string[] {
    const nowMs = this.#options.nowMs()
    return [...this.#sick.values()].filter(({ retryAtMs }) => retryAtMs > nowMs).map(({ topic }) => topic)
  }

  sick(): SickTopic[] {
    return [...this.#sick.values()]
  }
}

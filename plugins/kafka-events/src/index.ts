/** The package's entry: the Serverless plugin, and types for those who use it. */
import type { GroupStatus } from './group-supervisor.ts'

export { default } from './plugin.ts'

/** `custom.kafkaEvents`. docs/settings.md says what each does. */
export interface KafkaEventsSettings {
  bootstrapServers?: string | string[]
  discardWithoutDestination?: boolean
  drainTimeoutMs?: number
  ignoreSchemaRegistry?: boolean
  logFormat?: 'text' | 'json'
  partitionsInFlightMax?: number
  partitionsPerEventMax?: number
  sasl?: { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string }
  sessionTimeoutMs?: number
  ssl?:
    | boolean
    | {
        ca?: string | string[]
        cert?: string
        key?: string
        passphrase?: string
        rejectUnauthorized?: boolean
        servername?: string
      }
  statusPort?: number
}

/** What `GET` on the status port answers. */
export type KafkaEventsStatus = GroupStatus[]

/** A function's answer under `ReportBatchItemFailures`: the form that Kafka event sources have. */
export interface KafkaBatchResponse {
  batchItemFailures: {
    itemIdentifier: {
      /** `topic-partition`, as the event names it. */
      partition: string
      offset: number
    }
  }[]
}

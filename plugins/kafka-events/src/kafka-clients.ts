/** Makes the kafkajs clients of one consumer group: all of them with its brokers, its credentials and quiet logs. */
import { Kafka } from 'kafkajs'
import { type Log, quietLogCreator } from './log.ts'
import type { KafkaSource, LocalSettings } from './source.ts'

/** How long a broker may take to answer. */
export const REQUEST_TIMEOUT_MS = 10_000
const CONNECTION_TIMEOUT_MS = 2000
const FIRST_RETRY_MS = 100
const RETRY_MS_MAX = 1000

export interface ClientOptions {
  retries: number
  /** One that no other client has, unless given. */
  clientId?: string
  /** Called with the reason for each connection that breaks or cannot be made. */
  onConnectionLost(reason: string): void
}

export type CreateKafka = (options: ClientOptions) => Kafka

/** `source` is any of the group: all of them have the same brokers. */
export function kafkaClientsOf({ brokers }: KafkaSource, { ssl, sasl }: LocalSettings, log: Log): CreateKafka {
  return ({ retries, clientId = newClientId(), onConnectionLost }) =>
    new Kafka({
      clientId,
      brokers,
      ssl,
      sasl,
      logCreator: quietLogCreator(log, onConnectionLost),
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      retry: { retries, initialRetryTime: FIRST_RETRY_MS, maxRetryTime: RETRY_MS_MAX },
    })
}

/** The broker is asked by it who is to leave the group. The pid alone would not do: containers share pids. */
export const newClientId = (): string => `kafka-events-${process.pid}-${crypto.randomUUID().slice(0, 8)}`

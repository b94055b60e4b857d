/** The tools' connections to MariaDB and Kafka: with the TLS and the login of the functions, and errors that say where. */
import type { Admin, Kafka, Producer } from 'kafkajs'
import mysql, { type Connection } from 'mysql2/promise'
import { type KafkaCluster, type KafkaConnections, openKafka } from '../../shared/messaging/kafka-client.ts'

/** Longer than the functions' time-outs: an operator may be farther from the brokers than they are. */
const CONNECT_TIMEOUT_MS = 10_000

/** Throws an Error of one line with MariaDB's address and why the connection failed. */
export async function connectDatabase(databaseUrl: string): Promise<Connection> {
  const where = databaseAddress(databaseUrl)
  try {
    return await mysql.createConnection({ uri: databaseUrl, timezone: 'Z', connectTimeout: CONNECT_TIMEOUT_MS })
  } catch (error) {
    throw refusal(`MariaDB does not let us in at ${where}`, error)
  }
}

/** kafkajs for one command. Connects nothing yet; whoever opens it cuts it. */
export const kafkaOf = (cluster: KafkaCluster): KafkaConnections =>
  openKafka({ ...cluster, clientId: 'operate' }, { connectionTimeout: CONNECT_TIMEOUT_MS, retry: { retries: 3 } })

/** The client, connected. Throws an Error of one line with Kafka's address and why the connection failed. */
export async function connected<Client extends { connect(): Promise<void> }>(
  client: Client,
  { brokers }: KafkaCluster,
): Promise<Client> {
  try {
    await client.connect()
    return client
  } catch (error) {
    throw refusal(`Kafka does not let us in at ${brokers.join(', ')}`, error)
  }
}

/** Runs `work` with a client, of which no connection is left however `work` ends. Throws as `connected` and as `work`. */
export async function withClient<Client extends Admin | Producer, T>(
  cluster: KafkaCluster,
  make: (kafka: Kafka) => Client,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const { kafka, cut } = kafkaOf(cluster)
  try {
    return await work(await connected(make(kafka), cluster))
  } finally {
    cut()
  }
}

/** Host, port and database, without the login. Throws when the text is not a URL. */
export function databaseAddress(databaseUrl: string): string {
  const url = URL.parse(databaseUrl)
  if (url === null || url.host === '')
    throw new Error('DATABASE_URL is no address such as mysql://user:password@host:3306/paydb')
  return `${url.host}${url.pathname}`
}

/** The user of the database, as the audit log names them. */
export const loginOf = (databaseUrl: string): string => decodeURIComponent(new URL(databaseUrl).username)

function refusal(what: string, cause: unknown): Error {
  const { message, code } = cause as Error & { code?: string }
  return new Error(`${what} (${message || code})${hintFor(`${message} ${code}`)}`, { cause })
}

function hintFor(text: string): string {
  if (/certificate/i.test(text))
    return '; TLS trusts what Node trusts: NODE_EXTRA_CA_CERTS names a file with more authorities'
  if (/ECONNREFUSED/.test(text)) return '; `npm run status` says what runs on this machine'
  return ''
}

/** Whether each part answers: a real login, a metadata call, a PING, a page. Each opens, asks once, and closes. */
import { connect } from 'node:net'

const PROBE_TIMEOUT_MS = 3_000

/** Logs in and runs a query. */
export async function probeMariadb(databaseUrl: string): Promise<void> {
  const { createConnection } = await import('mysql2/promise')
  const connection = await createConnection({ uri: databaseUrl, connectTimeout: PROBE_TIMEOUT_MS })
  try {
    await connection.query('SELECT 1')
    await connection.end()
  } finally {
    connection.destroy()
  }
}

/** Asks for the brokers and for all topics: ready is one that is registered and leads every partition it has. */
export async function probeKafka(brokers: string): Promise<void> {
  const { Kafka, logLevel } = await import('kafkajs')
  const kafka = new Kafka({
    clientId: 'start',
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
    connectionTimeout: PROBE_TIMEOUT_MS,
    requestTimeout: PROBE_TIMEOUT_MS,
    retry: { retries: 0 },
  })
  const admin = kafka.admin()
  try {
    await admin.connect()
    const cluster = await admin.describeCluster()
    if (cluster.brokers.length === 0) throw new Error('no broker has registered yet')
    const { topics } = await admin.fetchTopicMetadata()
    const leaderless = topics.find(topic => topic.partitions.some(partition => partition.leader < 0))
    if (leaderless) throw new Error(`${leaderless.name} has no leader yet`)
  } finally {
    await admin.disconnect()
  }
}

/** PING, without a client library: an open port that does not speak Redis is not ready. */
export function probeRedis(redisUrl: string): Promise<void> {
  const { hostname, port, username, password } = new URL(redisUrl)
  const login = password ? `AUTH ${decodeURIComponent(username || 'default')} ${decodeURIComponent(password)}\r\n` : ''
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port || 6379), timeout: PROBE_TIMEOUT_MS })
    let answer = ''
    const settle = (error?: Error) => {
      socket.destroy()
      if (error) reject(error)
      else resolve()
    }
    socket.once('connect', () => socket.write(`${login}PING\r\n`))
    socket.once('error', settle)
    socket.once('timeout', () => settle(new Error('no answer to PING')))
    socket.on('data', bytes => {
      answer += bytes.toString('latin1')
      if (answer.includes('+PONG')) settle()
      else if (answer.startsWith('-')) settle(new Error(answer.trim()))
    })
    socket.once('close', () => settle(new Error('it closed the connection')))
  })
}

/** A page that answers 200. */
export async function probeHttp(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
}

/** An API that lives. serverless-offline answers 200 too when it could not load the handler, with an error in the body. */
export async function probeApi(apiUrl: string): Promise<void> {
  const response = await fetch(`${apiUrl}/health/live`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) })
  const { errorMessage } = (await response.json()) as { errorMessage?: string }
  if (!response.ok || errorMessage) throw new Error(errorMessage ?? `/health/live answered ${response.status}`)
}

/** A program: runs the services of encrypted-services.ts until it is told to end. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import mysql from 'mysql2/promise'
import { readComposeServices } from '../../scripts/local/compose-file.ts'
import { kafkaJarsFolder } from '../../scripts/local/kafka-jars.ts'
import { nativeKafkaSettings, propertiesText } from '../../scripts/local/kafka-settings.ts'
import { type NativeContext, nativeServices } from '../../scripts/local/native-services.ts'
import { findProgram } from '../../scripts/local/programs.ts'
import type { SystemEnv } from '../../scripts/local/run-file.ts'
import { runTool } from '../../scripts/local/run-tool.ts'
import { type ChildSpec, SupervisedProcess } from '../../scripts/local/supervised-process.ts'
import { addressesOf, type ServicesPlan } from './encrypted-services.ts'

const [planText = '', log = ''] = process.argv.slice(2)
const plan = JSON.parse(planText) as ServicesPlan
const { folder, ports, login, certificate, key } = plan
const { databaseUrl, brokers } = addressesOf(plan)
const parts: SupervisedProcess[] = []
const say = (text: string) => appendFileSync(log, `${text}\n`)

const MECHANISM = 'SCRAM-SHA-512'

/** What docker-compose.yml says, and that nobody comes in without TLS and a login. */
function encrypted() {
  const compose = readComposeServices({
    ...process.env,
    MARIADB_PORT: String(ports.mariadb),
    MARIADB_PASSWORD: login.password,
    KAFKA_PORT: String(ports.kafka),
  })
  const { mariadb, kafka } = compose
  const tls = [`--ssl-cert=${certificate}`, `--ssl-key=${key}`, '--require-secure-transport=ON']
  return {
    ...compose,
    mariadb: { ...mariadb, command: [...mariadb.command, ...tls] },
    kafka: { ...kafka, environment: { ...kafka.environment, ...kafkaListener() } },
  }
}

function kafkaListener(): Record<string, string> {
  const keyStore = join(folder.root, 'key-store.pem')
  writeFileSync(keyStore, readFileSync(key, 'utf8') + readFileSync(certificate, 'utf8'), { mode: 0o600 })
  const module = 'org.apache.kafka.common.security.scram.ScramLoginModule required'
  return {
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'OUTSIDE:SASL_SSL,CONTROLLER:PLAINTEXT',
    KAFKA_SASL_ENABLED_MECHANISMS: MECHANISM,
    KAFKA_SASL_MECHANISM_INTER_BROKER_PROTOCOL: MECHANISM,
    KAFKA_LISTENER_NAME_OUTSIDE_SCRAM___SHA___512_SASL_JAAS_CONFIG: `${module} username="${login.username}" password="${login.password}";`,
    KAFKA_SSL_KEYSTORE_TYPE: 'PEM',
    KAFKA_SSL_KEYSTORE_LOCATION: keyStore,
    KAFKA_SSL_TRUSTSTORE_TYPE: 'PEM',
    KAFKA_SSL_TRUSTSTORE_LOCATION: certificate,
  }
}

const context: NativeContext = {
  folder,
  compose: encrypted(),
  env: { DATABASE_URL: databaseUrl, KAFKA_BROKERS: brokers.join(',') } as SystemEnv,
  program: name => {
    const found = findProgram(name)
    if (found === undefined) throw new Error(`${name} is missing`)
    return found
  },
  controllerPort: ports.kafkaController,
  signal: new AbortController().signal,
}

/** Kafka's own tool makes the first login together with its data folder. */
async function formatKafka(): Promise<void> {
  const home = join(folder.root, 'kafka')
  const properties = join(home, 'server.properties')
  const { environment } = context.compose.kafka
  const place = { port: ports.kafka, controllerPort: ports.kafkaController, logDir: join(home, 'data') }
  mkdirSync(home, { recursive: true })
  writeFileSync(properties, propertiesText(nativeKafkaSettings(environment, place)))
  const scram = `${MECHANISM}=[name=${login.username},password=${login.password}]`
  const format = ['format', '--cluster-id', environment.CLUSTER_ID!, '--config', properties, '--add-scram', scram]
  await runTool(
    context.program('java').path,
    ['-XX:TieredStopAtLevel=1', '-cp', join(kafkaJarsFolder(), '*'), 'kafka.tools.StorageTool', ...format],
    { log: join(folder.logs, 'kafka-format.log') },
  )
}

async function start(spec: ChildSpec): Promise<void> {
  const part = new SupervisedProcess(spec, { changed: () => undefined, say })
  parts.push(part)
  await part.start()
}

async function probeDatabase(): Promise<void> {
  const connection = await mysql.createConnection({ uri: databaseUrl })
  await connection.query('SELECT 1')
  await connection.end()
}

async function probeBroker(): Promise<void> {
  const sasl = { mechanism: 'scram-sha-512' as const, ...login }
  const admin = new Kafka({ brokers, ssl: true, sasl, logLevel: logLevel.NOTHING, retry: { retries: 0 } }).admin()
  try {
    await admin.connect()
    await admin.listTopics()
  } finally {
    await admin.disconnect()
  }
}

async function startBoth(): Promise<void> {
  await Promise.all([
    nativeServices.mariadb(context).then(spec => start({ ...spec, probe: probeDatabase })),
    formatKafka()
      .then(() => nativeServices.kafka(context))
      .then(spec => start({ ...spec, probe: probeBroker })),
  ])
  if (!existsSync(plan.readyFile)) writeFileSync(plan.readyFile, '')
}

async function end(code: number): Promise<never> {
  await Promise.all(parts.map(part => part.stop()))
  process.exit(code)
}

process.on('SIGTERM', () => void end(0))
startBoth().catch(error => {
  say(String(error.stack ?? error))
  return end(1)
})

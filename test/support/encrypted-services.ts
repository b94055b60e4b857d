/** A MariaDB and a Kafka of a test's own that let nobody in without TLS and a login, as deployed ones do. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { haveKafkaJars } from '../../scripts/local/kafka-jars.ts'
import { type DataFolder, dataFolder } from '../../scripts/local/paths.ts'
import { anyFreePort } from '../../scripts/local/ports.ts'
import { findOnPath, findProgram } from '../../scripts/local/programs.ts'
import { until } from '../../shared/runtime/until.ts'
import { inheritedEnv, isRunning } from './extra-api.ts'
import { repositoryFolder, systemUnderTest } from './system.ts'

/** What the program that runs them is told. */
export interface ServicesPlan {
  folder: DataFolder
  ports: { mariadb: number; kafka: number; kafkaController: number }
  login: { username: string; password: string }
  /** PEM files; the certificate is its own authority. */
  certificate: string
  key: string
  /** Appears when both answer. */
  readyFile: string
}

export interface EncryptedServices {
  databaseUrl: string
  brokers: string[]
  login: ServicesPlan['login']
  /** Of the authority that nobody knows unless told. */
  certificate: string
  stop(): Promise<void>
}

const START_DEADLINE_MS = 90_000

/** What forbids them here; undefined where they can be started. */
export function encryptedServicesObstacle(): string | undefined {
  if (!findOnPath('openssl')) return 'there is no openssl to make a certificate with'
  if (!haveKafkaJars()) return 'there are no jars of Kafka: the services run in Docker'
  const missing = (['java', 'mariadbd', 'mariadb-install-db'] as const).filter(name => !findProgram(name))
  return missing.length > 0 ? `${missing.join(', ')} is missing` : undefined
}

export async function startEncryptedServices(name: string): Promise<EncryptedServices> {
  const folder = dataFolder(`${name}-${process.pid}`)
  for (const path of [folder.logs, folder.sockets]) mkdirSync(path, { recursive: true, mode: 0o700 })
  const plan = await planFor(folder)
  const child = runProgram(plan)
  const stop = async () => {
    await end(child)
    const { logsFolder } = systemUnderTest()
    cpSync(folder.logs, join(logsFolder, name), { recursive: true })
    for (const path of [folder.root, folder.sockets]) rmSync(path, { recursive: true, force: true })
  }
  try {
    const isReady = () => !isRunning(child) || existsSync(plan.readyFile)
    await until(isReady, { what: `the services that log to ${folder.logs}`, deadlineMs: START_DEADLINE_MS })
    if (!isRunning(child))
      throw new Error(`they ended at once:\n${readFileSync(programLog(folder), 'utf8').slice(-2_000)}`)
  } catch (error) {
    await stop()
    throw error
  }
  return { ...addressesOf(plan), login: plan.login, certificate: plan.certificate, stop }
}

async function planFor(folder: DataFolder): Promise<ServicesPlan> {
  const taken = new Set<number>()
  const [mariadb, kafka, kafkaController] = [
    await anyFreePort(taken),
    await anyFreePort(taken),
    await anyFreePort(taken),
  ]
  return {
    folder,
    ports: { mariadb, kafka, kafkaController },
    // What an address has to escape.
    login: { username: 'pay', password: 's@cr:t/1' },
    ...makeCertificate(folder.root),
    readyFile: join(folder.root, 'ready'),
  }
}

export const addressesOf = ({ ports, login }: ServicesPlan): { databaseUrl: string; brokers: string[] } => {
  const user = `${login.username}:${encodeURIComponent(login.password)}`
  const ssl = encodeURIComponent(JSON.stringify({ rejectUnauthorized: true }))
  return {
    databaseUrl: `mysql://${user}@127.0.0.1:${ports.mariadb}/paydb?ssl=${ssl}`,
    brokers: [`127.0.0.1:${ports.kafka}`],
  }
}

function makeCertificate(folder: string): { certificate: string; key: string } {
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key]
  const subject = ['-subj', '/CN=tests', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost']
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...curve, '-out', certificate, ...subject], { stdio: 'pipe' })
  return { certificate, key }
}

const programLog = ({ logs }: DataFolder): string => join(logs, 'program.log')

function runProgram(plan: ServicesPlan): ChildProcess {
  const endWithParent = pathToFileURL(join(repositoryFolder, 'test/support/end-with-parent.mjs')).href
  const program = join(repositoryFolder, 'test/support/run-encrypted-services.ts')
  return spawn(process.execPath, ['--import', endWithParent, program, JSON.stringify(plan), programLog(plan.folder)], {
    env: { ...inheritedEnv(), NODE_EXTRA_CA_CERTS: plan.certificate },
    stdio: 'ignore',
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

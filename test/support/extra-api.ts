/** Starts another `serverless offline` beside the system under test, with its own environment and ports, and stops it by its pid. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeHandlerEntries } from '../../scripts/local/handler-entries.ts'
import { lightServerless, preload } from '../../scripts/local/node-children.ts'
import { anyFreePort } from '../../scripts/local/ports.ts'
import { until } from '../../shared/runtime/until.ts'
import { PaymentApi } from './http.ts'
import { repositoryFolder, systemUnderTest } from './system.ts'

export interface ExtraApi {
  api: PaymentApi
  /** Whether the process still runs. */
  alive(): boolean
  log(): string
  stop(): Promise<void>
}

export interface ExtraApiOptions {
  /** Names its log file. */
  name: string
  env?: Record<string, string>
  /** The folder of its serverless.yml; default: the product's own. */
  folder?: string
  /** A path that answers as soon as it is up, whatever its dependencies do. */
  readyPath?: string
}

/** Nothing listens there: for a dependency that is away. */
export const NOWHERE = '127.0.0.1:1'

/** Those that start at once get different ports, and none that a test has chosen for a server that it starts later. */
export const takenPorts = new Set<number>()

const START_DEADLINE_MS = 60_000
const STOP_DEADLINE_MS = 15_000

/**
 * The product's API against the same database and Redis. It reaches no Kafka unless `env` says so: its triggers would
 * join the consumer groups of the system under test and move their partitions. The sweep over there publishes its events.
 */
export async function startExtraApi(options: ExtraApiOptions): Promise<ExtraApi> {
  const { databaseUrl, redisUrl, acquirerUrl, bankUrl, logsFolder } = systemUnderTest()
  mkdirSync(logsFolder, { recursive: true })
  const logFile = join(logsFolder, `extra-${options.name}.log`)
  const port = await anyFreePort(takenPorts)
  const child = spawnOffline(options.folder ?? repositoryFolder, logFile, {
    ...inheritedEnv(),
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    // As `npm start` starts it.
    OFFLINE_LOCATION: writeHandlerEntries(join(dirname(logsFolder), 'extra-handlers')),
    ACQUIRER_URL: acquirerUrl,
    BANK_URL: bankUrl,
    KAFKA_BROKERS: NOWHERE,
    API_PORT: String(port),
    OPERATOR_ORIGINS: `http://127.0.0.1:${port}`,
    API_LAMBDA_PORT: String(await anyFreePort(takenPorts)),
    ...options.env,
  })
  const extra: ExtraApi = {
    api: new PaymentApi(`http://127.0.0.1:${port}`),
    alive: () => isRunning(child),
    log: () => readFileSync(logFile, 'utf8'),
    stop: () => stop(child),
  }
  await untilUp(extra, options, logFile)
  return extra
}

const preloads = [...preload(join(repositoryFolder, 'test/support/end-with-parent.mjs')), ...lightServerless]

function spawnOffline(folder: string, logFile: string, env: NodeJS.ProcessEnv): ChildProcess {
  const log = openSync(logFile, 'w')
  const command = join(repositoryFolder, 'node_modules', '.bin', 'serverless')
  // Not detached: a signal to the test run's process group ends it too; one to the test run alone, its watch.
  const child = spawn(process.execPath, [...preloads, command, 'offline', 'start'], {
    cwd: folder,
    env,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  return child
}

/** Jest's own settings would change how the child runs. */
export function inheritedEnv(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, NODE_ENV: __, JEST_WORKER_ID: ___, ...env } = process.env
  return env
}

async function untilUp(extra: ExtraApi, options: ExtraApiOptions, logFile: string): Promise<void> {
  const { readyPath = '/health/live' } = options
  try {
    await until(
      async () => {
        if (!extra.alive()) return true
        return (await extra.api.get(readyPath)).status === 200
      },
      { what: `the API that logs to ${logFile}`, deadlineMs: START_DEADLINE_MS },
    )
    if (!extra.alive()) throw new Error(`it ended at once; the end of ${logFile}:\n${extra.log().slice(-2_000)}`)
  } catch (error) {
    await extra.stop()
    throw error
  }
}

export const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null

async function stop(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return
  const ended = once(child, 'exit')
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS)
  child.kill('SIGTERM')
  await ended
  clearTimeout(late)
}

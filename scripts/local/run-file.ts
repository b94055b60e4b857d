/** run.json: how every tool finds the running system. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { dataFolder } from './paths.ts'
import type { ProcessIdentity } from './process-table.ts'

export const processNames = ['mariadb', 'kafka', 'redis', 'acquirer', 'bank', 'api', 'web', 'prometheus'] as const
export type ProcessName = (typeof processNames)[number]

/**
 * `starting` → `ready` → `stopped` (held by request) | `paused` (frozen by request) | `restarting` (it died; a new one follows
 * after a back-off).
 * `external` is somebody else's service, named by DATABASE_URL, KAFKA_BROKERS, REDIS_URL, ACQUIRER_URL or BANK_URL: used, never touched.
 */
export type ProcessState = 'starting' | 'ready' | 'paused' | 'stopped' | 'restarting' | 'external'

export interface ProcessRow {
  name: ProcessName
  /** Absent while it is not running, in a container, or somebody else's. */
  pid?: number
  startedAt?: string
  port: number
  log?: string
  state: ProcessState
  restarts: number
}

export interface SystemEnv {
  DATABASE_URL: string
  KAFKA_BROKERS: string
  REDIS_URL: string
  ACQUIRER_URL: string
  BANK_URL: string
  API_URL: string
  SHOP_URL?: string
  PROMETHEUS_URL?: string
}

export interface RunFile {
  supervisor: ProcessIdentity
  mode: 'native' | 'docker'
  controlSocket: string
  /** The system is stopping. It removes this file at the end. */
  stopping: boolean
  env: SystemEnv
  processes: ProcessRow[]
}

/** The run.json that a tool means: PAY_RUN_FILE's, or that of `npm start`. */
export function runFilePath(): string {
  return process.env.PAY_RUN_FILE ? resolve(process.env.PAY_RUN_FILE) : dataFolder('main').runFile
}

/** Undefined when no system has run here since the last clean stop. Throws when the file is not one that a starter wrote. */
export function readRunFile(path = runFilePath()): RunFile | undefined {
  const run = jsonIn(path)
  if (run === undefined || isRunFile(run)) return run
  throw new Error(`${path} is no run.json: \`npm start\` writes one to .data/main/run.json`)
}

function jsonIn(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Error(`cannot read ${path}`, { cause: error })
  }
}

/** Tells it from another file that was named by mistake. The starter writes all of it, so two members are enough. */
function isRunFile(value: unknown): value is RunFile {
  const { controlSocket, env } = (value ?? {}) as Partial<RunFile>
  return typeof controlSocket === 'string' && typeof env === 'object'
}

/** The run file that was named. Throws when it does not exist: a tool never uses another system than the named one. */
export function namedRunFile(path: string): RunFile {
  const run = readRunFile(path)
  if (!run) throw new Error(`no running system: there is no ${path}`)
  return run
}

/** Replaces the file in one step, so that a reader never sees half of it. */
export function writeRunFile(path: string, run: RunFile): void {
  mkdirSync(dirname(path), { recursive: true })
  const draft = `${path}.new`
  writeFileSync(draft, `${JSON.stringify(run, null, 2)}\n`)
  renameSync(draft, path)
}

export function removeRunFile(path: string): void {
  // A full disk leaves the draft behind.
  for (const file of [path, `${path}.new`]) rmSync(file, { force: true })
}

/** On what, and of what, the figures were taken. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, fdatasyncSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import mysql, { type RowDataPacket } from 'mysql2/promise'
import { dataRoot, projectRoot } from '../../local/paths.ts'
import { median } from './percentiles.ts'

export interface Machine {
  system: string
  cpu: string
  cores: number
  memoryGiB: number
}

export interface Versions {
  node: string
  mariadb: string
  serverlessOffline: string
  mysql2: string
  kafkajs: string
  commit: string
  /** Files that differ from the commit. */
  uncommitted: string[]
}

/** What this machine does by itself, so that figures of two machines, or of two hours, can be told apart. */
export interface MachineSpeed {
  /** 4 KiB appended to a file where the databases are, median ms. */
  fdatasyncMs: number
  /** SHA-256 on one core. */
  hashMiBPerSecond: number
}

/** When a run began, on what machine, with what software, and how busy the machine was. */
export interface Origin {
  startedAt: string
  machine: Machine
  /** When the run began. Absent in older figures. */
  speed?: MachineSpeed
  versions: Versions
  loadAverages: { before: number[]; after: number[] }
}

/** Call it when a run begins, and what it gives back when the run has ended. */
export function beginRun(): (databaseUrl: string) => Promise<Origin> {
  const before = loadAverages()
  const startedAt = new Date().toISOString()
  const speed = machineSpeed()
  return async databaseUrl => ({
    startedAt,
    machine: machine(),
    speed,
    versions: await versions(databaseUrl),
    loadAverages: { before, after: loadAverages() },
  })
}

const machine = (): Machine => ({
  system: `${type()} ${release()}`,
  cpu: cpus()[0]?.model.trim() || 'unknown',
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
})

const SYNCS = 100
const HASHED_MIB = 256

/** Takes about a second. */
export function machineSpeed(): MachineSpeed {
  return { fdatasyncMs: fdatasyncMs(), hashMiBPerSecond: hashMiBPerSecond() }
}

function fdatasyncMs(): number {
  mkdirSync(dataRoot, { recursive: true })
  const folder = mkdtempSync(join(dataRoot, 'fdatasync-'))
  const file = openSync(join(folder, 'file'), 'a')
  const block = Buffer.alloc(4_096, 1)
  try {
    const times = Array.from({ length: SYNCS }, () => {
      const startedMs = performance.now()
      writeSync(file, block)
      fdatasyncSync(file)
      return performance.now() - startedMs
    })
    return median(times)!
  } finally {
    closeSync(file)
    rmSync(folder, { recursive: true, force: true })
  }
}

function hashMiBPerSecond(): number {
  const block = Buffer.alloc(2 ** 20, 1)
  const hash = createHash('sha256')
  const startedMs = performance.now()
  for (let count = 0; count < HASHED_MIB; count++) hash.update(block)
  hash.digest()
  return (HASHED_MIB * 1_000) / (performance.now() - startedMs)
}

const loadAverages = (): number[] => loadavg().map(load => Math.round(load * 100) / 100)

async function versions(databaseUrl: string): Promise<Versions> {
  const connection = await mysql.createConnection({ uri: databaseUrl })
  try {
    const [rows] = await connection.query<RowDataPacket[]>('SELECT VERSION() AS version')
    return {
      node: process.version,
      mariadb: String(rows[0]?.version),
      serverlessOffline: packageVersion('serverless-offline'),
      mysql2: packageVersion('mysql2'),
      kafkajs: packageVersion('kafkajs'),
      commit: git('rev-parse', '--short=12', 'HEAD') ?? 'unknown',
      uncommitted: (git('status', '--porcelain') ?? '').split('\n').filter(line => line !== ''),
    }
  } finally {
    await connection.end()
  }
}

const packageVersion = (name: string): string =>
  JSON.parse(readFileSync(join(projectRoot, 'node_modules', name, 'package.json'), 'utf8')).version

/** Undefined where there is no repository, as in an unpacked archive. */
function git(...args: string[]): string | undefined {
  try {
    return execFileSync('git', args, {
      cwd: projectRoot,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trimEnd()
  } catch {
    return undefined
  }
}

/** On what, and of what, the figures were taken. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import mysql, { type RowDataPacket } from 'mysql2/promise'
import { projectRoot } from '../../local/paths.ts'

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

/** When a run began, on what machine, with what software, and how busy the machine was. */
export interface Origin {
  startedAt: string
  machine: Machine
  versions: Versions
  loadAverages: { before: number[]; after: number[] }
}

/** Call it when a run begins, and what it gives back when the run has ended. */
export function beginRun(): (databaseUrl: string) => Promise<Origin> {
  const before = loadAverages()
  const startedAt = new Date().toISOString()
  return async databaseUrl => ({
    startedAt,
    machine: machine(),
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

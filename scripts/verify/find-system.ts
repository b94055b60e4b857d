/** Finds the running system that a tool looks at: its database, its brokers, its API and its control socket. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface FoundSystem {
  databaseUrl: string
  brokers: string[]
  apiUrl: string
  /** Null when the addresses came from the environment alone. */
  runFile: string | null
  controlSocket: string | null
}

const MAIN_RUN_FILE = join(fileURLToPath(new URL('../../', import.meta.url)), '.data', 'main', 'run.json')

type Environment = Record<string, string | undefined>

/**
 * A run file that is named (`--run-file`, PAY_RUN_FILE) is believed; without one, DATABASE_URL, KAFKA_BROKERS and API_URL
 * win over what `npm start` wrote. Throws when neither names a database and a broker.
 */
export async function findSystem(runFileOption: string | undefined, env: Environment): Promise<FoundSystem> {
  const named = runFileOption ?? env.PAY_RUN_FILE
  if (named !== undefined) {
    const written = await readRunFile(named)
    if (!written) throw new Error(`no running system: ${named} cannot be read`)
    return systemOf(written.env, named, written.controlSocket)
  }
  const written = await readRunFile(MAIN_RUN_FILE)
  return systemOf({ ...written?.env, ...definedOf(env) }, written && MAIN_RUN_FILE, written?.controlSocket ?? null)
}

/** Whether a system is there to be found; the kill tool starts its own when none is. */
export async function isSystemNamed(runFileOption: string | undefined, env: Environment): Promise<boolean> {
  return (await findSystem(runFileOption, env).catch(() => null)) !== null
}

interface RunFile {
  env: Environment
  controlSocket: string | null
}

async function readRunFile(path: string): Promise<RunFile | null> {
  const text = await readFile(path, 'utf8').catch(() => null)
  return text === null ? null : (JSON.parse(text) as RunFile)
}

const definedOf = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))

function systemOf(env: Environment, runFile: string | null, controlSocket: string | null): FoundSystem {
  const { DATABASE_URL: databaseUrl, KAFKA_BROKERS: brokers, API_URL: apiUrl } = env
  if (!databaseUrl || !brokers)
    throw new Error('no running system: `npm start` first, or set DATABASE_URL and KAFKA_BROKERS')
  return { databaseUrl, brokers: brokers.split(','), apiUrl: apiUrl ?? 'http://127.0.0.1:8080', runFile, controlSocket }
}

/** Finds the running system that a tool looks at: its database, its brokers, its API and its control socket. */
import { dataFolder } from '../local/paths.ts'
import { namedRunFile, readRunFile, type SystemEnv } from '../local/run-file.ts'

export interface FoundSystem {
  databaseUrl: string
  brokers: string[]
  apiUrl: string
  /** Null when the addresses came from the environment alone. */
  runFile: string | null
  controlSocket: string | null
}

type Environment = Record<string, string | undefined>

/**
 * A run file that is named (`--run-file`, PAY_RUN_FILE) is believed; without one, DATABASE_URL, KAFKA_BROKERS and API_URL
 * win over what `npm start` wrote. Throws when neither names a database and a broker.
 */
export async function findSystem(runFileOption: string | undefined, env: Environment): Promise<FoundSystem> {
  const named = runFileOption ?? env.PAY_RUN_FILE
  if (named !== undefined) {
    const written = namedRunFile(named)
    return systemOf(written.env, named, written.controlSocket)
  }
  const mainRunFile = dataFolder('main').runFile
  const written = readRunFile(mainRunFile)
  const runFile = written ? mainRunFile : null
  return systemOf({ ...written?.env, ...definedOf(env) }, runFile, written?.controlSocket ?? null)
}

const definedOf = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))

function systemOf(env: Partial<SystemEnv>, runFile: string | null, controlSocket: string | null): FoundSystem {
  const { DATABASE_URL: databaseUrl, KAFKA_BROKERS: brokers, API_URL: apiUrl } = env
  if (!databaseUrl || !brokers)
    throw new Error('no running system: `npm start` first, or set DATABASE_URL and KAFKA_BROKERS')
  return { databaseUrl, brokers: brokers.split(','), apiUrl: apiUrl ?? 'http://127.0.0.1:8080', runFile, controlSocket }
}

/** Finds the system that a tool works on: its database, its brokers, its API and its control socket. */
import type { KafkaCluster } from '../../shared/messaging/kafka-client.ts'
import { type Config, configFrom } from '../../shared/runtime/config.ts'
import { dataFolder } from '../local/paths.ts'
import { namedRunFile, type ProcessName, type RunFile, readRunFile } from '../local/run-file.ts'
import { databaseAddress } from './connections.ts'
import { type Environment, withEnvFile } from './env-file.ts'

/** Brokers with their TLS and login as the functions read them. */
export interface FoundSystem extends KafkaCluster {
  databaseUrl: string
  /** As its functions read it. */
  config: Config
  /** Of the acquirer that has decided what is in this database; null when nothing names it. */
  acquirerUrl: string | null
  /** Of the bank that keeps our accounts for this database, or `none`; null when nothing names it. */
  bankUrl: string | null
  apiUrl: string
  /** Of the shop, and of the console beside it; null when nothing names it. */
  shopUrl: string | null
  /** Null when the addresses came from the environment alone. */
  runFile: string | null
  controlSocket: string | null
  /** A starter of this machine wrote every address that is needed. */
  isOfThisMachine: boolean
  /** The needed addresses for a person to read: hosts, never passwords. */
  where: string
}

/** The flags that name a system. */
export interface SystemFlags {
  runFile?: string
  envFile?: string
}

export type Address = 'DATABASE_URL' | 'KAFKA_BROKERS' | 'ACQUIRER_URL'

const serviceBehind: Record<Address, ProcessName> = {
  DATABASE_URL: 'mariadb',
  KAFKA_BROKERS: 'kafka',
  ACQUIRER_URL: 'acquirer',
}

const bothAddresses: readonly Address[] = ['DATABASE_URL', 'KAFKA_BROKERS']

/**
 * The system that the flags name: by the env file of a deployed system, which wins over the environment, or as `findSystem`
 * finds it. `needed`: the addresses that the tool uses. The others may belong to no system.
 */
export async function systemNamedBy(
  { envFile, runFile }: SystemFlags,
  env: Environment,
  needed: readonly Address[] = bothAddresses,
): Promise<FoundSystem> {
  if (envFile === undefined) return findSystem(runFile, env, needed)
  const given = withEnvFile(envFile, env)
  const missing = needed.filter(name => !given[name])
  if (missing.length > 0) throw new Error(`neither ${envFile} nor the environment says ${missing.join(' and ')}`)
  return systemOf(given, null, needed)
}

/**
 * A run file that is named (`--run-file`, PAY_RUN_FILE) decides. Without one, DATABASE_URL, KAFKA_BROKERS and API_URL
 * win over what `npm start` wrote. Throws when neither names what is needed.
 */
export async function findSystem(
  runFileOption: string | undefined,
  env: Environment,
  needed: readonly Address[] = bothAddresses,
): Promise<FoundSystem> {
  const named = runFileOption ?? env.PAY_RUN_FILE
  if (named !== undefined) {
    const run = namedRunFile(named)
    return systemOf({ ...withoutKafkaLogin(env), ...run.env }, { path: named, run }, needed)
  }
  const path = dataFolder('main').runFile
  const run = readRunFile(path)
  const given = { ...run?.env, ...definedOf(env.KAFKA_BROKERS ? env : withoutKafkaLogin(env)) }
  // The terms that a starter wrote down belong to the database that it wrote down.
  if (given.DATABASE_URL !== run?.env.DATABASE_URL) given.SETTLEMENT_TERMS = env.SETTLEMENT_TERMS
  if (needed.some(name => !given[name]))
    throw new Error(
      `no running system: \`npm start\` first, or set ${needed.join(' and ')}, or name a file that does (--env-file)`,
    )
  return systemOf(given, run ? { path, run } : null, needed)
}

const definedOf = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))

/** TLS and login belong to the brokers that the environment names: a broker of this machine is never sent the password of another. */
const withoutKafkaLogin = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !/^KAFKA_S(SL|ASL_\w+)$/.test(name)))

function systemOf(
  env: Environment,
  written: { path: string; run: RunFile } | null,
  needed: readonly Address[],
): FoundSystem {
  const config = configFrom(env)
  const { databaseUrl, kafka } = config
  const addressTexts: Record<Address, () => string> = {
    DATABASE_URL: () => `MariaDB ${databaseAddress(databaseUrl)}`,
    KAFKA_BROKERS: () => kafkaAddress(kafka),
    ACQUIRER_URL: () => `acquirer ${acquirerAddress(config.acquirerUrl)}`,
  }
  return {
    databaseUrl,
    config,
    ...kafka,
    acquirerUrl: acquirerOf(env, written?.run),
    bankUrl: bankOf(env, written?.run),
    apiUrl: env.API_URL ?? 'http://127.0.0.1:8080',
    shopUrl: env.SHOP_URL ?? null,
    runFile: written?.path ?? null,
    controlSocket: written?.run.controlSocket ?? null,
    isOfThisMachine:
      written !== null && needed.every(name => env[name] === written.run.env[name] && isOwn(name, written.run)),
    where: needed.map(name => addressTexts[name]()).join(', '),
  }
}

/** The acquirer that a starter wrote down belongs to the database that it wrote down. */
function acquirerOf({ ACQUIRER_URL, DATABASE_URL }: Environment, run: RunFile | undefined): string | null {
  if (!ACQUIRER_URL) return null
  const isOfAnother = ACQUIRER_URL === run?.env.ACQUIRER_URL && DATABASE_URL !== run.env.DATABASE_URL
  return isOfAnother ? null : ACQUIRER_URL
}

/** Bank and database that a starter wrote down belong together: the one with another's would move money for what is not in its books. */
export function bankOf(
  { BANK_URL, DATABASE_URL }: Environment,
  run: { env: Pick<RunFile['env'], 'BANK_URL' | 'DATABASE_URL'> } | undefined,
): string | null {
  if (!BANK_URL) return null
  if (run === undefined) return BANK_URL
  return (BANK_URL === run.env.BANK_URL) === (DATABASE_URL === run.env.DATABASE_URL) ? BANK_URL : null
}

/** A starter also writes down services that it was given, and that are somebody else's. */
const isOwn = (address: Address, { processes }: RunFile): boolean =>
  processes.some(({ name, state }) => name === serviceBehind[address] && state !== 'external')

/** Without a login. */
function acquirerAddress(acquirerUrl: string): string {
  const { protocol, host, pathname } = new URL(acquirerUrl)
  return host === '' ? acquirerUrl : `${protocol}//${host}${pathname}`
}

function kafkaAddress({ brokers, ssl, sasl }: KafkaCluster): string {
  const how = [...(ssl ? ['TLS'] : []), ...(sasl ? [`as ${sasl.username}`] : [])]
  return `Kafka ${brokers.join(', ')}${how.length > 0 ? ` (${how.join(', ')})` : ''}`
}

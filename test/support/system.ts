/** Finds the system under test: the addresses in the run.json that PAY_RUN_FILE names. Never falls back to `npm start`'s own. */
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { namedRunFile } from '../../scripts/local/run-file.ts'

export interface SystemUnderTest {
  mode: 'native' | 'docker'
  apiUrl: string
  /** Undefined where it runs without the shop. */
  shopUrl: string | undefined
  databaseUrl: string
  brokers: string[]
  kafkaBrokers: string
  redisUrl: string
  acquirerUrl: string
  bankUrl: string
  /** Where processes that tests start write their logs; kept with the rest when a run fails. */
  logsFolder: string
}

export const repositoryFolder = fileURLToPath(new URL('../../', import.meta.url))

/** Throws when no run file is named or it cannot be read. */
export function systemUnderTest(): SystemUnderTest {
  const named = process.env.PAY_RUN_FILE
  if (!named)
    throw new Error('PAY_RUN_FILE is not set: run `npm test`, or name the run.json of a system made for tests')
  return readSystem(resolve(named))
}

export function readSystem(runFile: string): SystemUnderTest {
  const run = namedRunFile(runFile)
  const { API_URL, SHOP_URL, DATABASE_URL, KAFKA_BROKERS, REDIS_URL, ACQUIRER_URL, BANK_URL } = run.env
  return {
    mode: run.mode,
    apiUrl: API_URL,
    shopUrl: SHOP_URL,
    databaseUrl: DATABASE_URL,
    brokers: KAFKA_BROKERS.split(','),
    kafkaBrokers: KAFKA_BROKERS,
    redisUrl: REDIS_URL,
    acquirerUrl: ACQUIRER_URL,
    bankUrl: BANK_URL,
    logsFolder: join(dirname(runFile), 'logs'),
  }
}

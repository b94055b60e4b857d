/** The addresses of a system: what its processes and tools find in run.json and in their environment. */
import { configFrom, NO_BANK } from '../../shared/runtime/config.ts'
import { StepFailure } from '../terminal/output.ts'
import { type ComposeServices, portVariables, readComposeServices, serviceNames } from './compose-file.ts'
import type { PortPlan } from './plan-ports.ts'
import type { ProcessName, SystemEnv } from './run-file.ts'

/** The Compose file with the ports that this system got. */
export function composeFor(plan: PortPlan): ComposeServices {
  const ports = Object.fromEntries(serviceNames.map(name => [portVariables[name], String(plan.services[name])]))
  return readComposeServices({ ...process.env, ...ports })
}

export function systemEnv(compose: ComposeServices, ports: PortPlan, web: boolean): SystemEnv {
  const { MARIADB_USER = '', MARIADB_PASSWORD = '', MARIADB_DATABASE = '' } = compose.mariadb.environment
  const login = `${encodeURIComponent(MARIADB_USER)}:${encodeURIComponent(MARIADB_PASSWORD)}`
  return {
    DATABASE_URL: process.env.DATABASE_URL || `mysql://${login}@127.0.0.1:${compose.mariadb.port}/${MARIADB_DATABASE}`,
    KAFKA_BROKERS: process.env.KAFKA_BROKERS || `127.0.0.1:${compose.kafka.port}`,
    REDIS_URL: process.env.REDIS_URL || `redis://127.0.0.1:${compose.redis.port}/0`,
    ACQUIRER_URL: process.env.ACQUIRER_URL || `http://127.0.0.1:${ports.acquirer}`,
    BANK_URL: process.env.BANK_URL || `http://127.0.0.1:${ports.bank}`,
    API_URL: `http://127.0.0.1:${ports.api}`,
    ...(web ? { SHOP_URL: `http://127.0.0.1:${ports.web}` } : {}),
    ...(ports.prometheus ? { PROMETHEUS_URL: `http://127.0.0.1:${ports.prometheus}` } : {}),
  }
}

/** Where a part is, as a person may see it: without the password. */
export function addressOf(name: ProcessName, env: SystemEnv): string {
  return {
    mariadb: withoutPassword(env.DATABASE_URL),
    kafka: env.KAFKA_BROKERS,
    redis: withoutPassword(env.REDIS_URL),
    acquirer: withoutPassword(env.ACQUIRER_URL),
    bank: env.BANK_URL === NO_BANK ? NO_BANK : withoutPassword(env.BANK_URL),
    api: env.API_URL,
    web: env.SHOP_URL ?? '',
    prometheus: env.PROMETHEUS_URL ?? '',
  }[name]
}

function withoutPassword(address: string): string {
  const url = new URL(address)
  url.password = ''
  return url.toString()
}

/** Checks the API's variables at the start. The API itself reads them at its first request, which is late for finding a typing error. */
export function checkApiEnvironment(env: SystemEnv) {
  try {
    configFrom({ ...process.env, ...env })
  } catch (error) {
    throw new StepFailure(String((error as Error).message), {
      fix: 'correct or unset it; docs/architecture.md lists what the API reads',
    })
  }
}

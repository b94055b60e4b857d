/** The system that chaos is made on: one of its own, whose API reaches every service, and is reached itself, through proxies of ours. */
import type { Control } from '../../local/control.ts'
import type { Detour } from '../../local/detour.ts'
import { anyFreePort } from '../../local/ports.ts'
import type { SystemEnv } from '../../local/run-file.ts'
import type { FoundSystem } from '../../operate/find-system.ts'
import type { Reporter } from '../../terminal/output.ts'
import { withOwnSystem } from '../own-system.ts'
import { EXPIRING_TOKEN } from './load/draws.ts'
import { TcpProxy } from './proxy.ts'

export const victims = ['mariadb', 'kafka', 'redis', 'acquirer', 'bank', 'api'] as const
export type Victim = (typeof victims)[number]

export interface Stage {
  /** Its addresses lead to the services directly. */
  system: FoundSystem
  control: Control
  acquirerUrl: string
  bankUrl: string
  /** Where clients find the API. */
  apiUrl: string
  proxies: Record<Victim, TcpProxy>
}

/** So soon holds of one token run out, so that they do while clients work. */
const EXPIRING_MS = 20_000
/** Not 0, as it is by default: both parts of a fee are to be tried. */
const FEE_FIXED = { KRW: 100, USD: 7 }

/** Runs `work` on a new system; see `withOwnSystem`. */
export async function withStage<T>(
  { leaseMs }: { leaseMs: number },
  reporter: Reporter,
  work: (stage: Stage) => Promise<T>,
  isGood: (result: T) => boolean,
): Promise<T> {
  const opened = await Promise.all(victims.map(async victim => [victim, await TcpProxy.open()] as const))
  const proxies = Object.fromEntries(opened) as Record<Victim, TcpProxy>
  try {
    const detour = await detourThrough(proxies, leaseMs)
    return await withOwnSystem(
      { data: `chaos-${process.pid}`, detour },
      reporter,
      async (system, control) => {
        const { ACQUIRER_URL: acquirerUrl, BANK_URL: bankUrl, API_URL } = (await control.status()).env
        proxies.api.targetPort = portOf(API_URL)
        const apiUrl = throughPort(API_URL, proxies.api.port)
        return work({ system, control, acquirerUrl, bankUrl, apiUrl, proxies })
      },
      isGood,
    )
  } finally {
    await Promise.all(victims.map(victim => proxies[victim].close()))
  }
}

async function detourThrough(proxies: Record<Victim, TcpProxy>, leaseMs: number): Promise<Detour> {
  const kafkaPort = await anyFreePort(new Set())
  const { mariadb, kafka, redis, acquirer, bank, api } = proxies
  const apiEnv = (env: SystemEnv): Record<string, string> => {
    mariadb.targetPort = portOf(env.DATABASE_URL)
    kafka.targetPort = kafkaPort
    redis.targetPort = portOf(env.REDIS_URL)
    acquirer.targetPort = portOf(env.ACQUIRER_URL)
    bank.targetPort = portOf(env.BANK_URL)
    return {
      DATABASE_URL: throughPort(env.DATABASE_URL, mariadb.port),
      KAFKA_BROKERS: `127.0.0.1:${kafka.port}`,
      REDIS_URL: throughPort(env.REDIS_URL, redis.port),
      ACQUIRER_URL: throughPort(env.ACQUIRER_URL, acquirer.port),
      BANK_URL: throughPort(env.BANK_URL, bank.port),
      // Operators come through the proxy, too.
      OPERATOR_ORIGINS: [env.API_URL, throughPort(env.API_URL, api.port)].join(),
      LEASE_MS: String(leaseMs),
      FEE_FIXED: JSON.stringify(FEE_FIXED),
      CAPTURE_WINDOW_MS_BY_METHOD: JSON.stringify({ [EXPIRING_TOKEN]: EXPIRING_MS }),
    }
  }
  return { kafka: { port: kafkaPort, advertisedPort: kafka.port }, apiEnv }
}

const portOf = (address: string): number => Number(new URL(address).port)

function throughPort(address: string, port: number): string {
  const url = new URL(address)
  url.port = String(port)
  return url.href.replace(/\/$/, '')
}

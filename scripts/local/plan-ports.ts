/** Which port each part gets, and whose services are used. */
import { IN_PROCESS_ACQUIRER } from '../../shared/runtime/config.ts'
import { type Reporter, StepFailure } from '../terminal/output.ts'
import { parseComposeFile, portVariables, readComposeServices, type ServiceName, serviceNames } from './compose-file.ts'
import { anyFreePort, isFree, nextFreePort, type PortHolder, portHolder } from './ports.ts'

const PORT_MAX = 65_535

type Environment = Record<string, string | undefined>

/** Services of the sandbox: programs of this machine also where the others are containers. */
export const sandboxNames = ['acquirer', 'bank'] as const
export type SandboxName = (typeof sandboxNames)[number]

/** Somebody else's service is used only when one of these names it. */
export const externalVariables = {
  mariadb: 'DATABASE_URL',
  kafka: 'KAFKA_BROKERS',
  redis: 'REDIS_URL',
  acquirer: 'ACQUIRER_URL',
  bank: 'BANK_URL',
} as const satisfies Record<ServiceName | SandboxName, string>
export type ExternalName = keyof typeof externalVariables

export const isExternal = (name: ExternalName, env: Environment) => Boolean(env[externalVariables[name]])

/** For a tool that fills or destroys databases: removes the variables that name external services from its environment, and says so. */
export function forgetExternals(reporter: Reporter, why: string, alsoForgotten: string[] = []): void {
  forget(reporter, why, [...Object.values(externalVariables), ...alsoForgotten])
}

/** The same for a tool that also measures without an acquirer of its own: `in-process:` names no service, and stays. */
export function forgetServices(reporter: Reporter, why: string, alsoForgotten: string[]): void {
  const isInProcess = process.env[externalVariables.acquirer] === IN_PROCESS_ACQUIRER
  const forgotten = Object.values(externalVariables).filter(name => !isInProcess || name !== externalVariables.acquirer)
  forget(reporter, why, [...forgotten, ...alsoForgotten])
}

function forget(reporter: Reporter, why: string, variables: string[]): void {
  for (const variable of variables) {
    if (process.env[variable]) reporter.note(`${variable} is set, and left alone: ${why}`)
    delete process.env[variable]
  }
}

const frontPorts = {
  api: { variable: 'API_PORT', standard: 8080 },
  web: { variable: 'WEB_PORT', standard: 5173 },
} as const

export const sandboxPorts = {
  acquirer: { variable: 'ACQUIRER_PORT', standard: 8085 },
  bank: { variable: 'BANK_PORT', standard: 8086 },
} as const satisfies Record<SandboxName, unknown>

function usualSandboxPort(name: SandboxName, env: Environment): number {
  const { variable, standard } = sandboxPorts[name]
  return portIn(env[variable] || String(standard), variable)
}

const PROMETHEUS_PORT = 9090
const PROMETHEUS_VARIABLE = 'PROMETHEUS_PORT'

/** Throws a StepFailure that names the variable when the text is no port. */
function portIn(text: string, variable: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= PORT_MAX) return Number(text)
  throw new StepFailure(`${variable} is no port`, { fix: `unset it, or set it to a number from 1 to ${PORT_MAX}` })
}

export interface PortPlan {
  services: Record<ServiceName, number>
  acquirer: number
  bank: number
  api: number
  web: number
  /** 0 without Prometheus. */
  prometheus: number
  /** serverless-offline listens here too, for the AWS SDK's invoke calls. */
  lambda: number
  /** Kafka's controller. */
  controller: number
  /** One sentence for each service that did not get its usual port. */
  notes: string[]
}

export interface PortQuestion {
  composeText: string
  free: boolean
  web: boolean
  metrics?: boolean
  env: Environment
}

/** Rejects with a StepFailure that names the holder and the variable when the API's or the shop's port is taken. */
export async function planPorts({ composeText, free, web, metrics, env }: PortQuestion): Promise<PortPlan> {
  const taken = new Set<number>()
  const notes: string[] = []
  const usual = parseComposeFile(composeText, env)
  const front = async (part: 'api' | 'web') => {
    const { variable, standard } = frontPorts[part]
    if (free && !env[variable]) return anyFreePort(taken)
    const port = portIn(env[variable] || String(standard), variable)
    if (!(await isFree(port))) throw portTaken(part, port, variable, portHolder(port))
    taken.add(port)
    return port
  }
  const service = async (name: ExternalName, wanted: number, variable: string) =>
    isExternal(name, env) ? externalPort(env[externalVariables[name]]!) : movable(name, wanted, variable)
  const movable = async (name: string, wanted: number, variable: string) => {
    if (free) return anyFreePort(taken)
    const port = await nextFreePort(wanted, taken)
    if (port !== wanted)
      notes.push(`${wanted} is taken${heldBy(portHolder(wanted))}: ${name} gets ${port} (${variable} changes it)`)
    return port
  }
  const api = await front('api')
  const shop = web ? await front('web') : 0
  const services = { mariadb: 0, kafka: 0, redis: 0 }
  for (const name of serviceNames) services[name] = await service(name, usual[name].port, portVariables[name])
  const sandbox = { acquirer: 0, bank: 0 }
  for (const name of sandboxNames)
    sandbox[name] = await service(name, usualSandboxPort(name, env), sandboxPorts[name].variable)
  const wantedPrometheus = portIn(env[PROMETHEUS_VARIABLE] || String(PROMETHEUS_PORT), PROMETHEUS_VARIABLE)
  const prometheus = metrics ? await movable('prometheus', wantedPrometheus, PROMETHEUS_VARIABLE) : 0
  const [lambda, controller] = [await anyFreePort(taken), await anyFreePort(taken)]
  return { services, ...sandbox, api, web: shop, prometheus, lambda, controller, notes }
}

function heldBy({ pid, command }: PortHolder): string {
  return pid === undefined ? '' : ` by ${pid} (${(command ?? '?').slice(0, 60)})`
}

function portTaken(part: string, port: number, variable: string, holder: PortHolder): StepFailure {
  const who =
    holder.pid === undefined
      ? 'by a process that this user may not see'
      : `by pid ${holder.pid}: ${(holder.command ?? '?').slice(0, 200)}`
  return new StepFailure(`port ${port}, which the ${part === 'api' ? 'API' : 'shop'} needs, is taken ${who}`, {
    fix: `stop that program, or take another port: ${variable}=${port + 1} npm start`,
  })
}

/** The port in a URL, or in the first of a list of brokers. */
export function externalPort(address: string): number {
  const url = new URL(address.includes('://') ? address : `kafka://${address.split(',')[0]}`)
  const standard: Record<string, number> = {
    'mysql:': 3306,
    'mariadb:': 3306,
    'kafka:': 9092,
    'redis:': 6379,
    'rediss:': 6379,
    'http:': 80,
    'https:': 443,
  }
  return Number(url.port || standard[url.protocol] || 0)
}

export interface UsualPort {
  name: string
  port: number
  variable: string
  /** Gets the next free port by itself when this one is taken. */
  movable: boolean
}

/** The ports of `npm start` as this environment sets them, without those of somebody else's services. */
export function usualPorts(env: Environment): UsualPort[] {
  const compose = readComposeServices(env)
  const front = (['api', 'web'] as const).map(name => {
    const { variable, standard } = frontPorts[name]
    return { name, port: portIn(env[variable] || String(standard), variable), variable, movable: false }
  })
  const sandbox = sandboxNames.map(name => {
    return { name, port: usualSandboxPort(name, env), variable: sandboxPorts[name].variable }
  })
  const services = serviceNames.map(name => ({ name, port: compose[name].port, variable: portVariables[name] }))
  const ours = [...services, ...sandbox].filter(({ name }) => !isExternal(name, env))
  return [...front, ...ours.map(usual => ({ ...usual, movable: true }))]
}

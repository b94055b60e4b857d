/** docker-compose.yml as the native runner reads it: commands, environment and ports, so that the two ways cannot drift. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { projectRoot } from './paths.ts'

export const serviceNames = ['mariadb', 'kafka', 'redis'] as const
export type ServiceName = (typeof serviceNames)[number]

export interface ComposeService {
  image: string
  command: string[]
  environment: Record<string, string>
  /** The published port on 127.0.0.1. */
  port: number
}

export type ComposeServices = Record<ServiceName, ComposeService>
type Environment = Record<string, string | undefined>

/** The variable of docker-compose.yml that moves a service to another port. */
export const portVariables: Record<ServiceName, string> = {
  mariadb: 'MARIADB_PORT',
  kafka: 'KAFKA_PORT',
  redis: 'REDIS_PORT',
}

/** Replaces `${NAME:-default}`; every other use of `$` is refused, since Compose and we could read it differently. */
export function interpolate(text: string, env: Environment): string {
  const replaced = text.replace(
    /\$\{([A-Z][A-Z0-9_]*):-([^${}]*)\}/g,
    (_, name: string, otherwise: string) => env[name] || otherwise,
  )
  const left = text.replace(/\$\{([A-Z][A-Z0-9_]*):-([^${}]*)\}/g, '')
  if (left.includes('$')) throw new Error(`docker-compose.yml: only \${NAME:-default} is understood, not "${text}"`)
  return replaced
}

/** The services of a Compose file's text. Throws when it uses a form that the native runner does not know. */
export function parseComposeFile(text: string, env: Environment): ComposeServices {
  const file = parse(text) as { services?: Record<string, Record<string, unknown>> }
  const read = (name: ServiceName) => {
    const service = file.services?.[name]
    if (!service) throw new Error(`docker-compose.yml: there is no service "${name}"`)
    return readService(name, service, env)
  }
  return { mariadb: read('mariadb'), kafka: read('kafka'), redis: read('redis') }
}

export function readComposeServices(env: Environment): ComposeServices {
  return parseComposeFile(readFileSync(join(projectRoot, 'docker-compose.yml'), 'utf8'), env)
}

/** The same with more flags for `mariadbd`, of which the last one of a name counts. */
export const withMariadbFlags = (services: ComposeServices, flags: readonly string[] = []): ComposeServices => ({
  ...services,
  mariadb: { ...services.mariadb, command: [...services.mariadb.command, ...flags] },
})

function readService(name: ServiceName, service: Record<string, unknown>, env: Environment): ComposeService {
  const command = service.command ?? []
  if (!Array.isArray(command)) throw new Error(`docker-compose.yml: ${name}.command must be a list`)
  return {
    image: String(service.image),
    command: command.map(part => interpolate(String(part), env)),
    environment: readEnvironment(name, service.environment ?? {}, env),
    port: readPort(name, service.ports, env),
  }
}

function readEnvironment(name: string, environment: unknown, env: Environment): Record<string, string> {
  if (Array.isArray(environment)) throw new Error(`docker-compose.yml: ${name}.environment must be a mapping`)
  return Object.fromEntries(
    Object.entries(environment as Record<string, unknown>).map(([key, value]) => {
      if (typeof value !== 'string' && typeof value !== 'number')
        throw new Error(`docker-compose.yml: ${name}.environment.${key} must be a quoted text or a number`)
      return [key, interpolate(String(value), env)]
    }),
  )
}

function readPort(name: string, ports: unknown, env: Environment): number {
  const published = Array.isArray(ports) ? ports.map(port => interpolate(String(port), env)) : []
  const match = /^127\.0\.0\.1:(\d+):\d+$/.exec(published[0] ?? '')
  if (published.length !== 1 || !match)
    throw new Error(`docker-compose.yml: ${name}.ports must be one "127.0.0.1:PORT:PORT", not ${JSON.stringify(ports)}`)
  return Number(match[1])
}

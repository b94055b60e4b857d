/** KAFKA_* environment variables as broker settings, by the rule of the apache/kafka image. */

import type { KafkaDetour } from './detour.ts'

export type KafkaSettings = Record<string, string>

/** Those that the image's scripts use themselves: no broker settings. */
const launchVariables = new Set([
  'KAFKA_VERSION',
  'KAFKA_HEAP_OPTS',
  'KAFKA_LOG4J_OPTS',
  'KAFKA_OPTS',
  'KAFKA_JMX_OPTS',
  'KAFKA_JVM_PERFORMANCE_OPTS',
  'KAFKA_GC_LOG_OPTS',
  'KAFKA_LOG4J_ROOT_LOGLEVEL',
  'KAFKA_LOG4J_LOGGERS',
  'KAFKA_TOOLS_LOG4J_LOGLEVEL',
  'KAFKA_JMX_HOSTNAME',
])

/** KAFKA_A_B is `a.b`, a double underscore an underscore, a triple one a hyphen. */
export function kafkaSettings(environment: Record<string, string>): KafkaSettings {
  return Object.fromEntries(
    Object.entries(environment)
      .filter(([name]) => name.startsWith('KAFKA_') && !launchVariables.has(name))
      .map(([name, value]) => [settingName(name), value]),
  )
}

function settingName(variable: string): string {
  return variable.slice('KAFKA_'.length).toLowerCase().replaceAll('_', '.').replaceAll('...', '-').replaceAll('..', '_')
}

export interface NativePlace {
  port: number
  controllerPort: number
  logDir: string
  /** A second listener, whose clients are told another port than the one it listens on. */
  detour?: KafkaDetour | undefined
}

/** The image's settings, with the listeners and folders of a native broker: there is no network of containers to listen on. */
export function nativeKafkaSettings(environment: Record<string, string>, place: NativePlace): KafkaSettings {
  const settings: KafkaSettings = {
    ...kafkaSettings(environment),
    listeners: `OUTSIDE://127.0.0.1:${place.port},CONTROLLER://127.0.0.1:${place.controllerPort}`,
    'advertised.listeners': `OUTSIDE://127.0.0.1:${place.port}`,
    'inter.broker.listener.name': 'OUTSIDE',
    'controller.quorum.voters': `1@127.0.0.1:${place.controllerPort}`,
    'log.dirs': place.logDir,
  }
  return place.detour === undefined ? settings : withDetour(settings, place.detour)
}

/** Clients reconnect at the address that their listener is advertised under, so that one which came through a proxy stays behind it. */
function withDetour(settings: KafkaSettings, { port, advertisedPort }: KafkaDetour): KafkaSettings {
  const added = {
    listeners: `DETOUR://127.0.0.1:${port}`,
    'advertised.listeners': `DETOUR://127.0.0.1:${advertisedPort}`,
    'listener.security.protocol.map': 'DETOUR:PLAINTEXT',
  }
  const joined = Object.entries(added).map(([name, value]) => [name, [settings[name], value].filter(Boolean).join(',')])
  return { ...settings, ...Object.fromEntries(joined) }
}

/** The text of a server.properties file. Java reads it as Latin-1, so that a Korean folder name has to be escaped. */
export function propertiesText(settings: KafkaSettings): string {
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${escapeValue(value)}`)
  return `${lines.sort().join('\n')}\n`
}

function escapeValue(value: string): string {
  return value
    .replaceAll('\\', '\\\\')
    .replace(/[^ -~]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The JVM's own options: heap and collector. */
export function jvmOptions(environment: Record<string, string>): string[] {
  return [environment.KAFKA_HEAP_OPTS, environment.KAFKA_JVM_PERFORMANCE_OPTS, environment.KAFKA_OPTS]
    .flatMap(options => options?.split(/\s+/) ?? [])
    .filter(Boolean)
}

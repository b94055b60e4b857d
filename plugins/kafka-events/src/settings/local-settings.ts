/** Reads `custom.kafkaEvents`: what matters on this machine only. */
import type { LocalSettings } from '../source.ts'
import { brokersOf } from './brokers.ts'
import { isMap, type Origin, Setting } from './setting.ts'
import { flagOf, hasParts, listOf, oneOf, type Range, textOf, wholeNumberOf } from './values.ts'

export const CUSTOM_KEY = 'kafkaEvents'

export const localKeys = [
  'bootstrapServers',
  'discardWithoutDestination',
  'drainTimeoutMs',
  'ignoreSchemaRegistry',
  'logFormat',
  'partitionsInFlightMax',
  'partitionsPerEventMax',
  'sasl',
  'sessionTimeoutMs',
  'ssl',
  'statusPort',
] as const
const saslKeys = ['mechanism', 'username', 'password'] as const
const saslMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const
const sslKeys = ['ca', 'cert', 'key', 'passphrase', 'rejectUnauthorized', 'servername'] as const

export function readLocalSettings(value: unknown, refuse: (problem: string) => void): LocalSettings {
  const origin: Origin = { nameOf: path => ['custom', CUSTOM_KEY, path].filter(Boolean).join('.'), refuse }
  const local = new Setting(value == null ? {} : withoutEmpty(value), '', origin)
  hasParts(local, localKeys)
  const numberOr = (fallback: number, key: (typeof localKeys)[number], range: Range) =>
    wholeNumberOf(local.part(key), range) ?? fallback
  const brokers = local.part('bootstrapServers')
  return {
    brokers: brokers.isGiven ? brokersOf(brokers) : undefined,
    discardWithoutDestination: flagOf(local.part('discardWithoutDestination')) ?? false,
    ignoreSchemaRegistry: flagOf(local.part('ignoreSchemaRegistry')) ?? false,
    ssl: sslOf(local.part('ssl')),
    sasl: saslOf(local.part('sasl')),
    sessionTimeoutMs: numberOr(10_000, 'sessionTimeoutMs', { min: 1000, max: 1_800_000 }),
    drainTimeoutMs: numberOr(8000, 'drainTimeoutMs', { min: 0, max: 900_000 }),
    partitionsInFlightMax: numberOr(16, 'partitionsInFlightMax', { min: 1, max: 1000 }),
    partitionsPerEventMax: numberOr(1, 'partitionsPerEventMax', { min: 1, max: 1000 }),
    statusPort: wholeNumberOf(local.part('statusPort'), { min: 0, max: 65_535 }),
    logFormat: oneOf(local.part('logFormat'), ['text', 'json']) ?? 'text',
  }
}

/** An empty text is how `${env:NAME, ''}` says that there is none. */
function withoutEmpty(value: unknown): unknown {
  if (!isMap(value)) return value
  const given = Object.entries(value).filter(([, part]) => part != null && part !== '')
  return Object.fromEntries(given.map(([key, part]) => [key, isMap(part) ? withoutEmpty(part) : part]))
}

function sslOf(ssl: Setting): LocalSettings['ssl'] {
  if (!isMap(ssl.value)) return flagOf(ssl)
  hasParts(ssl, sslKeys)
  const [cert, key] = [textOf(ssl.part('cert')), textOf(ssl.part('key'))]
  if (ssl.part('cert').isGiven !== ssl.part('key').isGiven) ssl.refuse('must have cert and key together')
  const given = {
    ca: authoritiesOf(ssl.part('ca')),
    cert,
    key,
    passphrase: textOf(ssl.part('passphrase')),
    rejectUnauthorized: flagOf(ssl.part('rejectUnauthorized')),
    servername: textOf(ssl.part('servername')),
  }
  // Node's TLS takes a key that is there and undefined for a value.
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

function authoritiesOf(ca: Setting): string | string[] | undefined {
  if (!Array.isArray(ca.value)) return textOf(ca)
  return listOf(ca).flatMap(one => textOf(one) ?? [])
}

function saslOf(sasl: Setting): LocalSettings['sasl'] {
  if (!hasParts(sasl, saslKeys) || saslKeys.every(key => !sasl.part(key).isGiven)) return
  const missing = saslKeys.filter(key => !sasl.part(key).isGiven)
  for (const key of missing) sasl.part(key).refuse('is missing')
  const mechanism = oneOf(sasl.part('mechanism'), saslMechanisms)
  const [username, password] = [textOf(sasl.part('username')), textOf(sasl.part('password'))]
  if (!mechanism || !username || !password) return
  // One of kafkajs's options per mechanism, which its types tell apart by the literal.
  return { mechanism, username, password } as LocalSettings['sasl']
}

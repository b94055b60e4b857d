/** Reads the `kafka` and `msk` events of a service and `custom.kafkaEvents`, and refuses what it does not know. */

import type { KafkaSource, LocalSettings, StartingPosition } from './source.ts'

export interface PluginSettings {
  sources: KafkaSource[]
  local: LocalSettings
  /** What AWS would do and this plugin does not do yet: to be said at start. */
  warnings: string[]
}

/** The part of a Serverless service that is read here. */
export interface ServiceView {
  custom?: Record<string, unknown>
  functions?: Record<string, { events?: unknown[] } | undefined>
}

/** Everything that is wrong with the settings, at once. */
export class SettingsError extends Error {
  override name = 'SettingsError'
  readonly problems: string[]
  constructor(problems: string[]) {
    super(`Kafka events: ${problems.join('; ')}`)
    this.problems = problems
  }
}

const CUSTOM_KEY = 'kafkaEvents'
const localKeys = ['bootstrapServers', 'sessionTimeoutMs', 'drainTimeoutMs', 'partitionsInFlightMax', 'statusPort']
const sharedEventKeys = [
  'batchSize',
  'consumerGroupId',
  'enabled',
  'filterPatterns',
  'maximumBatchingWindow',
  'provisionedPollerConfig',
  'startingPosition',
  'startingPositionTimestamp',
  'topic',
]
const eventKeys = {
  kafka: [...sharedEventKeys, 'accessConfigurations', 'bootstrapServers', 'onFailureDestination'],
  msk: [...sharedEventKeys, 'arn', 'saslScram512'],
}
const notAppliedYet = {
  filterPatterns: 'every record reaches the handler',
  onFailureDestination: 'a failing batch is retried for ever',
}
const startingPositions: StartingPosition[] = ['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP']
// Seconds since 1970 stay below this until the year 5138: anything above was meant as milliseconds.
const TIMESTAMP_SECONDS_MAX = 100_000_000_000

type Entry = Record<string, unknown>
type Complain = (key: string, what: string) => void
type EventKind = keyof typeof eventKeys

/** The sources to read and the local settings. Throws SettingsError naming every function and key that is wrong. */
export function readSettings(service: ServiceView): PluginSettings {
  const problems: string[] = []
  const warnings: string[] = []
  const local = readLocal(service.custom?.[CUSTOM_KEY], (key, what) =>
    problems.push(`${['custom', CUSTOM_KEY, key].filter(Boolean).join('.')} ${what}`),
  )
  const sources: KafkaSource[] = []
  for (const { functionKey, kind, entry } of kafkaEntries(service)) {
    const complain: Complain = (key, what) => problems.push(`function ${functionKey}: ${kind}.${key} ${what}`)
    const source = readSource(functionKey, kind, entry, local, complain)
    if (!source) continue
    sources.push(source)
    for (const [key, effect] of Object.entries(notAppliedYet))
      if (entry[key] != null) warnings.push(`function ${functionKey}: ${kind}.${key} is not applied here: ${effect}`)
  }
  problems.push(...sharedTopics(sources))
  if (problems.length > 0) throw new SettingsError(problems)
  return { sources, local, warnings }
}

/** Whether the service has an event of ours at all, switched on or not. */
export function hasKafkaEvents(service: ServiceView): boolean {
  return kafkaEntries(service).length > 0
}

function kafkaEntries(service: ServiceView): { functionKey: string; kind: EventKind; entry: Entry }[] {
  return Object.entries(service.functions ?? {}).flatMap(([functionKey, definition]) =>
    (definition?.events ?? []).flatMap(event =>
      (['kafka', 'msk'] as const).flatMap(kind => {
        const entry = isObject(event) ? event[kind] : undefined
        return entry == null ? [] : [{ functionKey, kind, entry: isObject(entry) ? entry : {} }]
      }),
    ),
  )
}

function readSource(
  functionKey: string,
  kind: EventKind,
  entry: Entry,
  local: LocalSettings,
  complain: Complain,
): KafkaSource | undefined {
  refuseUnknown(entry, eventKeys[kind], complain)
  const enabled = booleanOf(entry, 'enabled', true, complain)
  const topic = textOf(entry, 'topic', complain)
  const startingPosition = positionOf(entry, complain)
  const source: KafkaSource = {
    functionKey,
    eventSource: kind === 'kafka' ? 'SelfManagedKafka' : 'aws:kafka',
    eventSourceArn: kind === 'msk' ? arnOf(entry.arn, complain) : undefined,
    brokers: local.brokers ?? brokersOf(entry.bootstrapServers, complain, kind),
    topic: topic ?? '',
    groupId: entry.consumerGroupId == null ? functionKey : (textOf(entry, 'consumerGroupId', complain) ?? ''),
    batchSize: integerOf(entry, 'batchSize', { fallback: 100, min: 1, max: 10_000 }, complain),
    batchingWindowMs: integerOf(entry, 'maximumBatchingWindow', { fallback: 0, min: 0, max: 300 }, complain) * 1000,
    startingPosition,
    startingTimestampMs: startingPosition === 'AT_TIMESTAMP' ? timestampMsOf(entry, complain) : undefined,
    filters: [],
    retryAttemptsMax: Number.POSITIVE_INFINITY,
    recordAgeMaxMs: Number.POSITIVE_INFINITY,
    bisectOnError: false,
    reportsItemFailures: false,
  }
  return enabled ? source : undefined
}

function readLocal(value: unknown, complain: Complain): LocalSettings {
  if (value != null && !isObject(value)) complain('', 'must be a map of settings')
  const entry = isObject(value) ? value : {}
  refuseUnknown(entry, localKeys, complain)
  const given = entry.bootstrapServers
  return {
    brokers: given == null || given === '' ? undefined : brokersOf(given, complain),
    sessionTimeoutMs: integerOf(entry, 'sessionTimeoutMs', { fallback: 10_000, min: 1000, max: 1_800_000 }, complain),
    drainTimeoutMs: integerOf(entry, 'drainTimeoutMs', { fallback: 8000, min: 0, max: 900_000 }, complain),
    partitionsInFlightMax: integerOf(entry, 'partitionsInFlightMax', { fallback: 16, min: 1, max: 1000 }, complain),
    partitionsPerEventMax: 1,
    statusPort: portOf(entry, complain),
  }
}

/** Two functions that share a group and a topic would each see a part of the records only. */
function sharedTopics(sources: KafkaSource[]): string[] {
  const owners = new Map<string, string>()
  return sources.flatMap(({ groupId, topic, functionKey }) => {
    const key = JSON.stringify([groupId, topic])
    const owner = owners.get(key)
    owners.set(key, owner ?? functionKey)
    return owner ? [`function ${functionKey}: topic ${topic} is already read by ${owner} as group ${groupId}`] : []
  })
}

function refuseUnknown(entry: Entry, known: string[], complain: Complain): void {
  for (const key of Object.keys(entry)) if (!known.includes(key)) complain(key, 'is not a known setting')
}

function textOf(entry: Entry, key: string, complain: Complain): string | undefined {
  const value = entry[key]
  if (typeof value === 'string' && value.trim() !== '') return value
  complain(key, 'must be a non-empty text')
}

function booleanOf(entry: Entry, key: string, fallback: boolean, complain: Complain): boolean {
  const value = entry[key] ?? fallback
  if (typeof value !== 'boolean') complain(key, 'must be true or false')
  return value !== false
}

interface Range {
  fallback: number
  min: number
  max: number
}

/** Digits in a text count as a number: values out of `${env:…}` are always texts. */
function integerOf(entry: Entry, key: string, { fallback, min, max }: Range, complain: Complain): number {
  const value = entry[key] ?? fallback
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max) return number
  complain(key, `must be a whole number from ${min} to ${max}`)
  return fallback
}

function portOf(entry: Entry, complain: Complain): number | undefined {
  if (entry.statusPort == null || entry.statusPort === '') return
  return integerOf(entry, 'statusPort', { fallback: 0, min: 0, max: 65_535 }, complain)
}

function positionOf(entry: Entry, complain: Complain): StartingPosition {
  const value = entry.startingPosition ?? 'TRIM_HORIZON'
  const position = startingPositions.find(known => known === value)
  if (!position) complain('startingPosition', `must be one of ${startingPositions.join(', ')}`)
  return position ?? 'TRIM_HORIZON'
}

function timestampMsOf(entry: Entry, complain: Complain): number | undefined {
  const value = entry.startingPositionTimestamp
  if (typeof value === 'number' && value >= 0 && value < TIMESTAMP_SECONDS_MAX) return Math.round(value * 1000)
  complain('startingPositionTimestamp', 'must be in seconds since 1970 when startingPosition is AT_TIMESTAMP')
}

function arnOf(value: unknown, complain: Complain): string {
  if (typeof value === 'string' && value !== '') return value
  const reference = isObject(value) ? (value.Ref ?? value['Fn::ImportValue']) : undefined
  if (reference == null) complain('arn', 'must be an ARN, a Ref or an Fn::ImportValue')
  return `arn:aws:kafka:local:000000000000:cluster/${JSON.stringify(reference)?.replaceAll('"', '')}/offline`
}

function brokersOf(value: unknown, complain: Complain, kind?: EventKind): string[] {
  if (kind === 'msk') {
    complain('arn', `does not say where the brokers are: set custom.${CUSTOM_KEY}.bootstrapServers`)
    return []
  }
  const list = typeof value === 'string' ? value.split(',').map(part => part.trim()) : value
  if (Array.isArray(list) && list.length > 0 && list.every(isHostAndPort)) return list
  complain('bootstrapServers', 'must be host:port, several as a list or separated by commas')
  return []
}

const isHostAndPort = (value: unknown): value is string => typeof value === 'string' && /^\S+:\d+$/.test(value)

const isObject = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads one mapping: what its properties mean here, and what AWS does where they say nothing. */
import { compileFilterPattern, type FilterPattern } from '../filter.ts'
import type { KafkaSource, LocalSettings, StartingPosition } from '../source.ts'
import { deployedBrokersOf } from './brokers.ts'
import { isLeftOut } from './entry-properties.ts'
import type { EventEntry, EventKind } from './event-entries.ts'
import { readFailureSettings } from './failure-settings.ts'
import { CUSTOM_KEY } from './local-settings.ts'
import type { Mapping } from './mapping.ts'
import { checkProperties } from './mapping-properties.ts'
import { isReference, type Setting } from './setting.ts'
import { flagOf, hasParts, listOf, numberIn, oneOf, textOf, wholeNumberOf } from './values.ts'

const BATCH_SIZE = 100
const BATCHING_WINDOW_MS = 500
const POLLERS_MIN = 1
const POLLERS_MAX = 200
const FILTERS_MAX = 10
const FILTERS_WITHOUT_ASKING = 5
const startingPositions: StartingPosition[] = ['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP']
// Seconds since 1970 stay below this until the year 5138: anything above was meant as milliseconds.
const TIMESTAMP_SECONDS_MAX = 100_000_000_000

/** Nothing when the mapping is switched off; what is wrong with it is refused all the same. */
export function readSource(
  entry: EventEntry,
  mapping: Mapping,
  local: LocalSettings,
  warn: (warning: string) => void,
): KafkaSource | undefined {
  const enabled = flagOf(mapping.of('Enabled')) ?? true
  const warnIfEnabled = enabled ? warn : () => {}
  const topic = topicOf(mapping.of('Topics'), entry.entry.topic)
  checkProperties(entry.kind, mapping)
  checkPollers(mapping.of('ProvisionedPollerConfig'))
  const source: KafkaSource = {
    functionKey: entry.functionKey,
    ...clusterOf(entry, mapping, local),
    topic,
    groupId: groupOf(entry, mapping) ?? entry.functionKey,
    batchSize: wholeNumberOf(mapping.of('BatchSize'), { min: 1, max: 10_000 }) ?? BATCH_SIZE,
    batchingWindowMs: batchingWindowMsOf(entry, mapping, warnIfEnabled),
    ...startOf(mapping),
    filters: filtersOf(mapping.of('FilterCriteria'), warnIfEnabled),
    ...readFailureSettings(mapping, topic, local, warnIfEnabled),
  }
  return enabled ? source : undefined
}

function topicOf(topics: Setting, topicOfEntry: unknown): string {
  const [first, ...more] = listOf(topics)
  if (!first || more.length > 0) topics.refuse('must be a list of one topic')
  const topic = first && textOf(first)
  if (topic === undefined) return ''
  if (!/^[\w-][\w.-]{0,248}$/.test(topic))
    first?.refuse('must be a topic: at most 249 of a-z A-Z 0-9 . _ -, not . first')
  if (topic !== topicOfEntry) first?.refuse(`must be ${topicOfEntry}, the topic of the event`)
  return topic
}

function clusterOf(
  { kind }: EventEntry,
  mapping: Mapping,
  { brokers }: LocalSettings,
): Pick<KafkaSource, 'eventSource' | 'eventSourceArn' | 'brokers'> {
  const localKey = `custom.${CUSTOM_KEY}.bootstrapServers`
  if (kind === 'kafka') {
    const source = mapping.of('SelfManagedEventSource')
    const endpoints = source.part('Endpoints')
    if (hasParts(source, ['Endpoints'])) hasParts(endpoints, ['KafkaBootstrapServers'])
    const servers = endpoints.part('KafkaBootstrapServers')
    return { eventSource: 'SelfManagedKafka', brokers: deployedBrokersOf(servers, brokers, localKey) }
  }
  const arn = mapping.of('EventSourceArn')
  if (!brokers) arn.refuse(`does not say where the brokers are: set ${localKey}`)
  return { eventSource: 'aws:kafka', eventSourceArn: clusterArnOf(arn), brokers: brokers ?? [] }
}

/** A reference is known to CloudFormation only: the function gets an ARN that tells where it came from. */
function clusterArnOf(arn: Setting): string | undefined {
  if (!isReference(arn.value)) return textOf(arn)
  const name = JSON.stringify(arn.value)
    .replace(/[^\w-]+/g, '-')
    .replace(/^-|-$/g, '')
  return `arn:aws:kafka:local:000000000000:cluster/${name}/offline`
}

/** What the settings call the group. AWS draws a name where they call it nothing. */
export function givenGroupOf({ kind }: EventEntry, mapping: Mapping): Setting {
  return groupConfigOf(kind, mapping).part('ConsumerGroupId')
}

const groupConfigOf = (kind: EventKind, mapping: Mapping): Setting =>
  mapping.of(kind === 'kafka' ? 'SelfManagedKafkaEventSourceConfig' : 'AmazonManagedKafkaEventSourceConfig')

function groupOf({ kind }: EventEntry, mapping: Mapping): string | undefined {
  const config = groupConfigOf(kind, mapping)
  if (!hasParts(config, ['ConsumerGroupId', 'SchemaRegistryConfig', ...(kind === 'kafka' ? ['ConsumptionMode'] : [])]))
    return
  const [group, registry] = [config.part('ConsumerGroupId'), config.part('SchemaRegistryConfig')]
  if (registry.isGiven) registry.refuse('is not emulated: values would reach the function as they are, not decoded')
  if (oneOf(config.part('ConsumptionMode'), ['Stream', 'Queue']) === 'Queue')
    config.part('ConsumptionMode').refuse('Queue is not emulated: records would keep their order here, and not on AWS')
  const groupId = textOf(group)
  if (groupId !== undefined && !/^[a-zA-Z0-9/*:_+=.@-]{1,200}$/.test(groupId))
    group.refuse('must be at most 200 of a-z A-Z 0-9 / * : _ + = . @ -')
  return groupId
}

function batchingWindowMsOf(entry: EventEntry, mapping: Mapping, warn: (warning: string) => void): number {
  const window = mapping.of('MaximumBatchingWindowInSeconds')
  if (window.isGiven) return (wholeNumberOf(window, { min: 0, max: 300 }) ?? 0) * 1000
  if (!isLeftOut(entry.entry.maximumBatchingWindow)) return BATCHING_WINDOW_MS
  const property = `resources.extensions.${entry.logicalId}.Properties.MaximumBatchingWindowInSeconds: 0`
  warn(
    `${window.name} 0 is left out by the framework, so that AWS waits ${BATCHING_WINDOW_MS} ms; ${property} deploys it`,
  )
  return 0
}

function startOf(mapping: Mapping): Pick<KafkaSource, 'startingPosition' | 'startingTimestampMs'> {
  const [position, timestamp] = [mapping.of('StartingPosition'), mapping.of('StartingPositionTimestamp')]
  const startingPosition = oneOf(position, startingPositions) ?? 'TRIM_HORIZON'
  if (startingPosition !== 'AT_TIMESTAMP') {
    if (timestamp.isGiven)
      timestamp.refuse(`is only for the starting position AT_TIMESTAMP, not for ${startingPosition}`)
    return { startingPosition }
  }
  const seconds = numberIn(timestamp.value)
  if (seconds !== undefined && seconds >= 0 && seconds < TIMESTAMP_SECONDS_MAX)
    return { startingPosition, startingTimestampMs: Math.round(seconds * 1000) }
  timestamp.refuse('must be in seconds since 1970 when the starting position is AT_TIMESTAMP')
  return { startingPosition }
}

/** How many pollers AWS would run. Here one consumer per group does their work, whatever they are. */
function checkPollers(pollers: Setting): void {
  if (!hasParts(pollers, ['MinimumPollers', 'MaximumPollers', 'PollerGroupName'])) return
  const min = wholeNumberOf(pollers.part('MinimumPollers'), { min: 1, max: 200 }) ?? POLLERS_MIN
  const max = wholeNumberOf(pollers.part('MaximumPollers'), { min: 1, max: 2000 }) ?? POLLERS_MAX
  if (min > max) pollers.part('MinimumPollers').refuse(`must not be above the maximum of ${max}`)
  const group = pollers.part('PollerGroupName')
  if (group.isGiven && !isReference(group.value) && !/^[\w-]{0,128}$/.test(String(group.value)))
    group.refuse('must be at most 128 of a-z A-Z 0-9 _ -')
}

function filtersOf(criteria: Setting, warn: (warning: string) => void): FilterPattern[] {
  if (!hasParts(criteria, ['Filters'])) return []
  const list = criteria.part('Filters')
  const filters = listOf(list)
  if (filters.length > FILTERS_MAX) list.refuse(`must have at most ${FILTERS_MAX} patterns`)
  else if (filters.length > FILTERS_WITHOUT_ASKING)
    warn(`${list.name} has ${filters.length} patterns: AWS allows ${FILTERS_WITHOUT_ASKING} unless the quota is raised`)
  return filters.flatMap(filter => (hasParts(filter, ['Pattern']) ? patternOf(filter.part('Pattern')) : []))
}

function patternOf(pattern: Setting): FilterPattern[] {
  if (!pattern.isGiven) pattern.refuse('is missing')
  const text = textOf(pattern)
  if (text === undefined) return []
  try {
    return [compileFilterPattern(text)]
  } catch (error) {
    pattern.refuse(`is not a filter pattern: ${error instanceof Error ? error.message : error}`)
    return []
  }
}

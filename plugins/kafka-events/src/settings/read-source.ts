/** Reads one mapping: what its properties mean here, and what AWS does where they say nothing. */
import type { KafkaSource, LocalSettings, StartingPosition } from '../source.ts'
import { clusterOf } from './cluster.ts'
import { isLeftOut } from './entry-properties.ts'
import type { EventEntry, EventKind } from './event-entries.ts'
import { readFailureSettings } from './failure-settings.ts'
import { filtersOf } from './filters.ts'
import { CUSTOM_KEY } from './local-settings.ts'
import type { Mapping } from './mapping.ts'
import { checkProperties } from './mapping-properties.ts'
import { isReference, type Setting } from './setting.ts'
import { flagOf, hasParts, listOf, numberIn, oneOf, textOf, wholeNumberOf } from './values.ts'

const BATCH_SIZE = 100
const BATCHING_WINDOW_MS = 500
const POLLERS_MIN = 1
const POLLERS_MAX = 200
const startingPositions: StartingPosition[] = ['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP']

export interface ReadContext {
  local: LocalSettings
  /** `service:stage`. Neither name may have a colon in it. */
  deployment: string
  warn: (warning: string) => void
}

/** Nothing when the mapping is switched off; what is wrong with it is refused all the same. */
export function readSource(
  entry: EventEntry,
  mapping: Mapping,
  { local, deployment, warn }: ReadContext,
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
    ...groupOf(entry, mapping, { local, deployment, warn: warnIfEnabled }),
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
  if (topicOfEntry !== undefined && topic !== topicOfEntry)
    first?.refuse(`must be ${topicOfEntry}, the topic of the event`)
  return topic
}

/** AWS draws a name for each mapping that is given none: here it is one that stays, and that no other service has. */
function groupOf(
  { functionKey, kind, logicalId, isWrittenOut }: EventEntry,
  mapping: Mapping,
  context: ReadContext,
): Pick<KafkaSource, 'groupId' | 'formerGroupId'> {
  const given = givenGroupOf(kind, mapping, context)
  if (given !== undefined) return { groupId: given }
  return { groupId: `${context.deployment}:${logicalId}`, formerGroupId: isWrittenOut ? undefined : functionKey }
}

function givenGroupOf(kind: EventKind, mapping: Mapping, context: ReadContext): string | undefined {
  const isManaged = kind === 'msk'
  const config = mapping.of(isManaged ? 'AmazonManagedKafkaEventSourceConfig' : 'SelfManagedKafkaEventSourceConfig')
  if (!hasParts(config, ['ConsumerGroupId', 'SchemaRegistryConfig', ...(isManaged ? [] : ['ConsumptionMode'])])) return
  checkRegistry(config.part('SchemaRegistryConfig'), context)
  if (oneOf(config.part('ConsumptionMode'), ['Stream', 'Queue']) === 'Queue')
    config.part('ConsumptionMode').refuse('Queue is not emulated: records would keep their order here, and not on AWS')
  const group = config.part('ConsumerGroupId')
  const groupId = textOf(group)
  if (groupId !== undefined && !/^[a-zA-Z0-9/*:_+=.@-]{1,200}$/.test(groupId))
    group.refuse('must be at most 200 of a-z A-Z 0-9 / * : _ + = . @ -')
  return groupId
}

/** A function that reads decoded values would take the bytes for something else: only who asks for that gets it. */
function checkRegistry(registry: Setting, { local, warn }: ReadContext): void {
  if (!registry.isGiven) return
  const optOut = `custom.${CUSTOM_KEY}.ignoreSchemaRegistry`
  if (local.ignoreSchemaRegistry)
    warn(`${registry.name} is IGNORED, as ${optOut} says: values reach the function as they are, NOT decoded`)
  else
    registry.refuse(
      `is not emulated: values would reach the function as they are, not decoded; ${optOut}: true starts without it`,
    )
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
  if (!position.isGiven) position.refuse('is missing')
  const startingPosition = oneOf(position, startingPositions) ?? 'TRIM_HORIZON'
  if (startingPosition !== 'AT_TIMESTAMP') {
    if (timestamp.isGiven)
      timestamp.refuse(`is only for the starting position AT_TIMESTAMP, not for ${startingPosition}`)
    return { startingPosition }
  }
  const seconds = numberIn(timestamp.value)
  if (seconds !== undefined && seconds >= 0 && seconds * 1000 <= Date.now())
    return { startingPosition, startingTimestampMs: Math.round(seconds * 1000) }
  timestamp.refuse('must be in seconds since 1970, not in the future, when the starting position is AT_TIMESTAMP')
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

/** Turns an entry into the properties of `AWS::Lambda::EventSourceMapping`, as the framework does when it deploys. */
import { accessConfigurations, type EventEntry, type EventKind } from './event-entries.ts'
import { isMap } from './setting.ts'

type Entry = Record<string, unknown>
type Properties = Record<string, unknown>

/** What the framework puts into the template for the entry. A value that its schema refuses is kept, to be refused here too. */
export function propertiesOf({ kind, entry }: EventEntry): Properties {
  const properties = {
    ...(kind === 'kafka' ? selfManagedOf(entry) : managedOf(entry)),
    Topics: [entry.topic],
    StartingPosition: entry.startingPosition ?? 'TRIM_HORIZON',
    StartingPositionTimestamp: entry.startingPositionTimestamp,
    BatchSize: entry.batchSize,
    MaximumBatchingWindowInSeconds: isLeftOut(entry.maximumBatchingWindow) ? undefined : entry.maximumBatchingWindow,
    Enabled: entry.enabled,
    FilterCriteria: filterCriteriaOf(entry.filterPatterns),
    ProvisionedPollerConfig: pollersOf(entry.provisionedPollerConfig),
  }
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined))
}

/** The framework takes a 0 for nothing said: AWS then waits its 500 ms. */
export const isLeftOut = (batchingWindow: unknown): boolean => batchingWindow === 0 || batchingWindow === '0'

function selfManagedOf(entry: Entry): Properties {
  return {
    SelfManagedEventSource: { Endpoints: { KafkaBootstrapServers: entry.bootstrapServers } },
    SourceAccessConfigurations: accessOf(entry.accessConfigurations),
    SelfManagedKafkaEventSourceConfig: groupOf(entry.consumerGroupId),
    DestinationConfig: entry.onFailureDestination
      ? { OnFailure: { Destination: entry.onFailureDestination } }
      : undefined,
  }
}

function managedOf(entry: Entry): Properties {
  return {
    EventSourceArn: entry.arn,
    SourceAccessConfigurations:
      entry.saslScram512 === undefined ? undefined : [{ Type: 'SASL_SCRAM_512_AUTH', URI: entry.saslScram512 }],
    AmazonManagedKafkaEventSourceConfig: groupOf(entry.consumerGroupId),
  }
}

function accessOf(given: unknown): { Type: string; URI: string }[] {
  return Object.entries(isMap(given) ? given : {}).flatMap(([key, values]) => {
    const access = Object.hasOwn(accessConfigurations, key) ? accessConfigurations[key] : undefined
    if (!access || !Array.isArray(values)) return []
    return values.map(value => ({ Type: access.type, URI: `${access.prefix}${value}` }))
  })
}

const groupOf = (consumerGroupId: unknown): Properties | undefined =>
  consumerGroupId ? { ConsumerGroupId: consumerGroupId } : undefined

function filterCriteriaOf(patterns: unknown): unknown {
  if (!Array.isArray(patterns)) return patterns === undefined ? undefined : { Filters: patterns }
  return { Filters: patterns.map(pattern => ({ Pattern: JSON.stringify(pattern) })) }
}

function pollersOf(config: unknown): unknown {
  if (!isMap(config)) return config
  const pollers = { MinimumPollers: config.minimumPollers, MaximumPollers: config.maximumPollers }
  return Object.fromEntries(Object.entries(pollers).filter(([, value]) => value !== undefined))
}

const entryNames: [property: RegExp, key: string][] = [
  [/^Topics(\[0\])?$/, 'topic'],
  [/^StartingPosition$/, 'startingPosition'],
  [/^StartingPositionTimestamp$/, 'startingPositionTimestamp'],
  [/^BatchSize$/, 'batchSize'],
  [/^MaximumBatchingWindowInSeconds$/, 'maximumBatchingWindow'],
  [/^Enabled$/, 'enabled'],
  [/^FilterCriteria\.Filters\[(\d+)\](\.Pattern)?$/, 'filterPatterns[$1]'],
  [/^FilterCriteria(\.Filters)?$/, 'filterPatterns'],
  [/^ProvisionedPollerConfig\.MinimumPollers$/, 'provisionedPollerConfig.minimumPollers'],
  [/^ProvisionedPollerConfig\.MaximumPollers$/, 'provisionedPollerConfig.maximumPollers'],
  [/^ProvisionedPollerConfig$/, 'provisionedPollerConfig'],
  [/^SelfManagedEventSource(\.Endpoints(\.KafkaBootstrapServers)?)?/, 'bootstrapServers'],
  [/^(SelfManaged|AmazonManaged)KafkaEventSourceConfig(\.ConsumerGroupId)?$/, 'consumerGroupId'],
  [/^DestinationConfig(\.OnFailure(\.Destination)?)?$/, 'onFailureDestination'],
  [/^EventSourceArn$/, 'arn'],
]

/** How the entry calls what is at this path of the properties that were made of it. */
export function entryNameOf(kind: EventKind, path: string): string {
  const found = entryNames.find(([property]) => property.test(path))
  if (found) return `${kind}.${path.replace(...found)}`
  return path.startsWith('SourceAccessConfigurations')
    ? `${kind}.${kind === 'kafka' ? 'accessConfigurations' : 'saslScram512'}`
    : `${kind} (${path})`
}

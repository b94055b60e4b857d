/** The properties of `AWS::Lambda::EventSourceMapping`: which are read here, which have no effect here, which are not for Kafka. */
import type { EventKind } from './event-entries.ts'
import type { Mapping } from './mapping.ts'
import { isReference, type Setting } from './setting.ts'
import { hasParts, listOf, oneOf, textOf } from './values.ts'

const forBoth = [
  'BatchSize',
  'BisectBatchOnFunctionError',
  'DestinationConfig',
  'Enabled',
  'FilterCriteria',
  'FunctionResponseTypes',
  'MaximumBatchingWindowInSeconds',
  'MaximumRecordAgeInSeconds',
  'MaximumRetryAttempts',
  'ProvisionedPollerConfig',
  'SourceAccessConfigurations',
  'StartingPosition',
  'StartingPositionTimestamp',
  'Topics',
]
export const applied: Record<EventKind, readonly string[]> = {
  kafka: [...forBoth, 'SelfManagedEventSource', 'SelfManagedKafkaEventSourceConfig'],
  msk: [...forBoth, 'AmazonManagedKafkaEventSourceConfig', 'EventSourceArn'],
}

/** About deploying and watching: any value will do. */
export const withoutEffect: readonly string[] = ['FunctionName', 'KmsKeyArn', 'LoggingConfig', 'MetricsConfig', 'Tags']

export const notForKafka: Record<string, string> = {
  DocumentDBEventSourceConfig: 'Amazon DocumentDB',
  ParallelizationFactor: 'Kinesis and DynamoDB streams',
  Queues: 'Amazon MQ',
  ScalingConfig: 'Amazon SQS',
  TumblingWindowInSeconds: 'Kinesis and DynamoDB streams',
}

export function checkProperties(kind: EventKind, mapping: Mapping): void {
  for (const [property, setting] of mapping.given) {
    const reason = refusalOf(kind, property)
    if (reason) setting.refuse(reason)
  }
  // Of an entry's own the user knows other names: it is checked as it stands there.
  if (mapping.isOverlaid('SourceAccessConfigurations')) checkAccess(kind, mapping.of('SourceAccessConfigurations'))
}

function refusalOf(kind: EventKind, property: string): string | undefined {
  if (applied[kind].includes(property) || withoutEffect.includes(property)) return
  if (Object.hasOwn(notForKafka, property)) return `is for ${notForKafka[property]}, not for Kafka`
  const other = kind === 'kafka' ? 'msk' : 'kafka'
  return applied[other].includes(property) ? `is for ${other} events` : 'is not a known property'
}

const accessTypes: Record<EventKind, readonly string[]> = {
  kafka: [
    'VPC_SUBNET',
    'VPC_SECURITY_GROUP',
    'BASIC_AUTH',
    'SASL_SCRAM_256_AUTH',
    'SASL_SCRAM_512_AUTH',
    'CLIENT_CERTIFICATE_TLS_AUTH',
    'SERVER_ROOT_CA_CERTIFICATE',
    'OAUTHBEARER_AUTH',
    'OAUTHBEARER_SCOPE',
    'OAUTHBEARER_AUDIENCE',
    'OAUTHBEARER_LOGICAL_CLUSTER',
    'OAUTHBEARER_IDENTITY_POOL',
    'IAM_AUTH',
    'IAM_OAUTHBEARER_AUTH',
  ],
  msk: ['SASL_SCRAM_512_AUTH', 'CLIENT_CERTIFICATE_TLS_AUTH'],
}

const accessTypesWithoutUri = ['IAM_AUTH', 'IAM_OAUTHBEARER_AUTH']
const ACCESS_CONFIGURATIONS_MAX = 22

/** How deployed pollers reach the brokers. Checked, since a wrong one is found out late, and of no effect here. */
function checkAccess(kind: EventKind, configurations: Setting): void {
  if (isReference(configurations.value)) return
  const types = new Set<string | undefined>()
  for (const configuration of listOf(configurations)) {
    if (!hasParts(configuration, ['Type', 'URI'])) continue
    const [type, uri] = [configuration.part('Type'), configuration.part('URI')]
    if (!type.isGiven) type.refuse('is missing')
    types.add(oneOf(type, accessTypes[kind]))
    if (!uri.isGiven && !accessTypesWithoutUri.includes(String(type.value))) uri.refuse('is missing')
    if (!isReference(uri.value)) textOf(uri)
  }
  if (configurations.items().length > ACCESS_CONFIGURATIONS_MAX)
    configurations.refuse(`must have at most ${ACCESS_CONFIGURATIONS_MAX}`)
  if (types.has('VPC_SUBNET') !== types.has('VPC_SECURITY_GROUP'))
    configurations.refuse(`must have both VPC_SUBNET and VPC_SECURITY_GROUP, or neither`)
}

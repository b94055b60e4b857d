/** What is read here is what the framework deploys: entries, extensions and resources go through its own code beside ours. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { entryKeys, readEntries, type ServiceView } from './event-entries.ts'
import { compile, entrySchemas, loaded, naming } from './framework.fixture.ts'
import { mappingOf, resourcesOf } from './mapping.ts'
import { readSettings } from './read-settings.ts'
import { writtenMappings } from './written-mappings.ts'

const secret = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:kafka-AbCdEf'
const cluster = 'arn:aws:kafka:eu-west-1:123456789012:cluster/shop-1/0b9c-4'
const access = { vpcSubnet: ['subnet-0', 'subnet-1'], vpcSecurityGroup: ['sg-0'] }
const kafka = (changes: object = {}) => ({
  kafka: { accessConfigurations: access, bootstrapServers: ['a:9092', 'b:9092'], topic: 'orders', ...changes },
})
const msk = (changes: object = {}) => ({ msk: { arn: cluster, topic: 'orders', ...changes } })
const serviceOf = (events: unknown[], resources?: unknown): ServiceView => ({
  service: 'shop',
  functions: { ship: { events } },
  custom: { kafkaEvents: { bootstrapServers: 'local:9092' } },
  resources,
})
const extending = (logicalId: string, properties: object) => ({
  extensions: { [logicalId]: { Properties: properties } },
})

const provisioned = { ProvisionedPollerConfig: { MinimumPollers: 1, MaximumPollers: 4, PollerGroupName: 'g' } }

const managed = {
  EventSourceArn: cluster,
  SelfManagedEventSource: null,
  Topics: ['parcels'],
  AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'parcels' },
}
const written = (properties: object) => ({
  Type: 'AWS::Lambda::EventSourceMapping',
  Properties: {
    FunctionName: { 'Fn::GetAtt': ['ShipLambdaFunction', 'Arn'] },
    SelfManagedEventSource: { Endpoints: { KafkaBootstrapServers: ['a:9092'] } },
    StartingPosition: 'LATEST',
    ...properties,
  },
})

/** The same service through this plugin's eyes. */
function readHere(service: ServiceView): Record<string, object> {
  const view = loaded(service)
  const refuse = (problem: string) => {
    throw new Error(problem)
  }
  const resources = resourcesOf(view.resources)
  const events = readEntries(view, naming, refuse)
  const { entries } = writtenMappings(view, naming, 'dev', resources, events)
  return Object.fromEntries(
    [...events, ...entries].map(entry => {
      const { given } = mappingOf(entry, resources, refuse)
      const values = given.map(([property, { value }]) => [property, value] as const)
      return [entry.logicalId, Object.fromEntries(values.filter(([property]) => property !== 'FunctionName'))]
    }),
  )
}

interface Deployed {
  EventSourceArn?: unknown
  Topics: string[]
  SelfManagedKafkaEventSourceConfig?: { ConsumerGroupId?: string }
  AmazonManagedKafkaEventSourceConfig?: { ConsumerGroupId?: string }
  BatchSize?: number
  MaximumBatchingWindowInSeconds?: number
  StartingPosition: string
  StartingPositionTimestamp?: number
  MaximumRetryAttempts?: number
  MaximumRecordAgeInSeconds?: number
  BisectBatchOnFunctionError?: boolean
  FunctionResponseTypes?: string[]
  DestinationConfig?: { OnFailure?: { Destination?: string } }
}

/** A second reading of the deployed properties, to compare the sources with. */
function sourceIn(properties: Deployed, logicalId: string) {
  const limit = (value = -1) => (value === -1 ? Number.POSITIVE_INFINITY : value)
  const group = properties.SelfManagedKafkaEventSourceConfig ?? properties.AmazonManagedKafkaEventSourceConfig
  const destination = properties.DestinationConfig?.OnFailure?.Destination
  const retries = limit(properties.MaximumRetryAttempts)
  const seconds = properties.StartingPositionTimestamp
  return {
    eventSource: properties.EventSourceArn ? 'aws:kafka' : 'SelfManagedKafka',
    topic: properties.Topics[0],
    groupId: group?.ConsumerGroupId ?? `shop:dev:${logicalId}`,
    batchSize: properties.BatchSize ?? 100,
    batchingWindowMs: (properties.MaximumBatchingWindowInSeconds ?? 0.5) * 1000,
    startingPosition: properties.StartingPosition,
    ...(seconds === undefined ? {} : { startingTimestampMs: seconds * 1000 }),
    retryAttemptsMax: destination && retries === Number.POSITIVE_INFINITY ? 10 : retries,
    recordAgeMaxMs: limit(properties.MaximumRecordAgeInSeconds) * 1000,
    bisectOnError: properties.BisectBatchOnFunctionError === true,
    reportsItemFailures: properties.FunctionResponseTypes?.[0] === 'ReportBatchItemFailures',
    onFailureTopic: destination?.replace('kafka://', ''),
  }
}

const everyKafkaKey = kafka({
  accessConfigurations: {
    ...access,
    saslPlainAuth: [secret],
    saslScram256Auth: [secret],
    saslScram512Auth: [secret],
    clientCertificateTlsAuth: [secret],
    serverRootCaCertificate: [secret],
  },
  topic: 'orders.v1_a',
  batchSize: 7,
  maximumBatchingWindow: 3,
  enabled: true,
  startingPosition: 'AT_TIMESTAMP',
  startingPositionTimestamp: 1_700_000_000,
  consumerGroupId: 'shipping',
  filterPatterns: [{ value: { kind: ['sold'] } }, { value: { amount: [{ numeric: ['>', 5] }] } }],
  onFailureDestination: 'kafka://dead',
  provisionedPollerConfig: { minimumPollers: 1, maximumPollers: 3 },
})
const everyMskKey = msk({
  batchSize: 7,
  maximumBatchingWindow: 3,
  enabled: true,
  startingPosition: 'LATEST',
  saslScram512: secret,
  consumerGroupId: 'shipping',
  filterPatterns: [{ value: { kind: ['sold'] } }],
  provisionedPollerConfig: { minimumPollers: 2 },
})
const everyProperty = {
  ...provisioned,
  BatchSize: 1000,
  MaximumBatchingWindowInSeconds: 0,
  StartingPosition: 'LATEST',
  Enabled: true,
  FilterCriteria: { Filters: [{ Pattern: '{"value":{"kind":["sold"]}}' }] },
  DestinationConfig: { OnFailure: { Destination: 'kafka://dead' } },
  MaximumRetryAttempts: 3,
  MaximumRecordAgeInSeconds: 3600,
  BisectBatchOnFunctionError: true,
  FunctionResponseTypes: ['ReportBatchItemFailures'],
  SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: 'other' },
  Topics: ['orders'],
  SelfManagedEventSource: { Endpoints: { KafkaBootstrapServers: ['c:9092'] } },
  SourceAccessConfigurations: [{ Type: 'BASIC_AUTH', URI: { Ref: 'Secret' } }],
  Tags: [{ Key: 'a', Value: 'b' }],
  KmsKeyArn: { 'Fn::GetAtt': ['Key', 'Arn'] },
  LoggingConfig: { SystemLogLevel: 'DEBUG' },
  MetricsConfig: { Metrics: ['EventCount'] },
}

const cases: [what: string, service: ServiceView][] = [
  ['a kafka event with the least', serviceOf([kafka()])],
  ['an msk event with the least', serviceOf([msk()])],
  ['an msk event of a cluster by reference', serviceOf([msk({ arn: { Ref: 'ShopCluster' } })])],
  ['an msk event of an imported cluster', serviceOf([msk({ arn: { 'Fn::ImportValue': 'shop-cluster-arn' } })])],
  ['every key of a kafka event', serviceOf([everyKafkaKey])],
  ['every key of an msk event', serviceOf([everyMskKey])],
  ['several events of one function', serviceOf([kafka(), kafka({ topic: 'returns' }), msk({ topic: 'parcels' })])],
  ['keys without a value', serviceOf([kafka({ batchSize: null, enabled: null, filterPatterns: null })])],
  [
    'function keys with dashes and underscores',
    { ...serviceOf([]), functions: { 'ship-it': { events: [kafka()] }, bill_it: { events: [msk()] } } },
  ],
  [
    'every property of an extension',
    serviceOf([kafka()], extending('ShipEventSourceMappingKafkaOrders', everyProperty)),
  ],
  [
    'an extension of an msk event',
    serviceOf(
      [everyMskKey],
      extending('ShipEventSourceMappingMSKShop1Orders', {
        MaximumRetryAttempts: -1,
        AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'other' },
        DestinationConfig: { OnFailure: { Destination: 'kafka://dead' } },
      }),
    ),
  ],
  [
    'an extension that replaces whole properties',
    serviceOf(
      [everyKafkaKey],
      extending('ShipEventSourceMappingKafkaOrdersv1a', {
        SelfManagedKafkaEventSourceConfig: {},
        FilterCriteria: { Filters: [] },
        DestinationConfig: {},
      }),
    ),
  ],
  [
    'an extension that takes properties away',
    serviceOf(
      [everyKafkaKey],
      extending('ShipEventSourceMappingKafkaOrdersv1a', { DestinationConfig: null, BatchSize: null }),
    ),
  ],
  [
    'resources in several maps',
    serviceOf(
      [kafka()],
      [
        extending('ShipEventSourceMappingKafkaOrders', { ...provisioned, MaximumRetryAttempts: 1 }),
        extending('ShipEventSourceMappingKafkaOrders', {
          ProvisionedPollerConfig: { MaximumPollers: 2 },
          MaximumRecordAgeInSeconds: 60,
        }),
      ],
    ),
  ],
  [
    'a resource of the mapping’s name and an extension over it',
    serviceOf([everyKafkaKey], {
      Resources: {
        ShipEventSourceMappingKafkaOrdersv1a: {
          Properties: {
            ProvisionedPollerConfig: { MaximumPollers: 9 },
            FilterCriteria: { Filters: [{ Pattern: '{"value":{"a":[1]}}' }] },
            BatchSize: 8,
          },
        },
      },
      ...extending('ShipEventSourceMappingKafkaOrdersv1a', { BatchSize: 9 }),
    }),
  ],
  [
    'mappings that are written out, and an extension of one of them, beside an event',
    serviceOf([kafka()], {
      Resources: { ShipReturns: written({ Topics: ['returns'] }), ShipParcels: written(managed) },
      ...extending('ShipReturns', { ...provisioned, MaximumRetryAttempts: 3, Topics: ['returned'] }),
    }),
  ],
]

describe('the framework’s own compiling', () => {
  test.each(cases)('gives the same properties: %s', (_what, service) => {
    expect(readHere(service)).toEqual(compile(service))
  })

  test.each(cases)('gives the same sources: %s', (_what, service) => {
    const { sources } = readSettings(loaded(service), naming)
    const deployed = Object.entries(compile(service)) as unknown as [string, Deployed][]
    expect(sources).toMatchObject(deployed.map(([logicalId, properties]) => sourceIn(properties, logicalId)))
  })

  test('is told apart where it leaves out a window of 0: none is waited here, and AWS’s 500 ms are told', () => {
    const service = serviceOf([kafka({ maximumBatchingWindow: 0 })])
    const { sources, warnings } = readSettings(loaded(service), naming)
    expect(compile(service).ShipEventSourceMappingKafkaOrders).not.toHaveProperty('MaximumBatchingWindowInSeconds')
    expect(readHere(service)).toEqual(compile(service))
    expect(sources[0]!.batchingWindowMs).toBe(0)
    expect(warnings).toEqual([
      'function ship: kafka.maximumBatchingWindow 0 is left out by the framework, so that AWS waits 500 ms; resources.extensions.ShipEventSourceMappingKafkaOrders.Properties.MaximumBatchingWindowInSeconds: 0 deploys it',
    ])
  })

  test('gives the same properties for any choice of keys', () => {
    const some = (values: object) =>
      fc.record(Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fc.constant(value)])), {
        requiredKeys: [],
      })
    fc.assert(
      fc.property(
        fc.constantFrom('kafka', 'msk'),
        some(everyKafkaKey.kafka),
        some(everyMskKey.msk),
        some(everyProperty),
        (kind, kafkaKeys, mskKeys, properties) => {
          const event = kind === 'kafka' ? kafka(startable(kafkaKeys)) : msk(mskKeys)
          const [logicalId] = Object.keys(compile(serviceOf([event])))
          const service = serviceOf([event], extending(logicalId!, properties))
          expect(readHere(service)).toEqual(compile(service))
        },
      ),
    )
  })

  test.each(['kafka', 'msk'] as const)('takes the same keys of %s events', kind => {
    expect([...entryKeys[kind]].sort()).toEqual(Object.keys(entrySchemas()[kind].properties).sort())
  })
})

/** AT_TIMESTAMP needs its timestamp, to the framework too. */
function startable(keys: object): object {
  return 'startingPosition' in keys ? { ...keys, startingPositionTimestamp: 1_700_000_000 } : keys
}

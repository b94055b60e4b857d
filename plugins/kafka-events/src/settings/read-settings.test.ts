/** What each property of an extension means, and that everything wrong is refused under the name that the user gave it. */
import { describe, expect, test } from '@jest/globals'
import { naming } from './framework.fixture.ts'
import { applied, notForKafka, withoutEffect } from './mapping-properties.ts'
import { hasKafkaEvents, readSettings, type ServiceView, SettingsError } from './read-settings.ts'

const kafka = (changes: object = {}) => ({
  kafka: {
    accessConfigurations: { vpcSubnet: ['subnet-0'], vpcSecurityGroup: ['sg-0'] },
    bootstrapServers: ['deployed:9092'],
    topic: 'orders',
    ...changes,
  },
})
const cluster = 'arn:aws:kafka:eu-west-1:123456789012:cluster/shop/0b9c-4'
const msk = (changes: object = {}) => ({ msk: { arn: cluster, topic: 'orders', ...changes } })
const provisioned = { provisionedPollerConfig: { minimumPollers: 1 } }

const KAFKA_ID = 'ShipEventSourceMappingKafkaOrders'
const MSK_ID = 'ShipEventSourceMappingMSKShopOrders'
const KAFKA_PLACE = `function ship: resources.extensions.${KAFKA_ID}.Properties.`
const MSK_PLACE = `function ship: resources.extensions.${MSK_ID}.Properties.`
const local = { kafkaEvents: { bootstrapServers: 'local:9092' } }

const serviceOf = (events: unknown[], changes: object = {}): ServiceView => ({
  service: 'shop',
  functions: { ship: { events } },
  ...changes,
})
const extended = (event: { kafka: object } | { msk: object }, properties: unknown): ServiceView => ({
  service: 'shop',
  functions: { ship: { events: [event] } },
  custom: local,
  resources: { extensions: { ['msk' in event ? MSK_ID : KAFKA_ID]: { Properties: properties } } },
})

function problemsOf(service: ServiceView): string[] {
  try {
    readSettings(service, naming)
    return []
  } catch (error) {
    if (error instanceof SettingsError) return error.problems
    throw error
  }
}
const sourceOf = (service: ServiceView) => readSettings(service, naming).sources[0]
const warningsOf = (service: ServiceView) => readSettings(service, naming).warnings

describe('a kafka event', () => {
  test('has AWS’s defaults, and a group of its own', () => {
    expect(readSettings(serviceOf([kafka()]), naming)).toEqual({
      sources: [
        {
          functionKey: 'ship',
          eventSource: 'SelfManagedKafka',
          brokers: ['deployed:9092'],
          topic: 'orders',
          groupId: `shop:dev:${KAFKA_ID}`,
          formerGroupId: 'ship',
          batchSize: 100,
          batchingWindowMs: 500,
          startingPosition: 'TRIM_HORIZON',
          filters: [],
          retryAttemptsMax: Number.POSITIVE_INFINITY,
          recordAgeMaxMs: Number.POSITIVE_INFINITY,
          bisectOnError: false,
          reportsItemFailures: false,
          discardsWithoutDestination: false,
        },
      ],
      local: expect.objectContaining({ sessionTimeoutMs: 10_000 }),
      warnings: [],
    })
  })

  test.each([['local:9092'], [['local:9092']]])('is read from the local brokers %j where there are any', brokers => {
    const service = serviceOf([kafka()], { custom: { kafkaEvents: { bootstrapServers: brokers } } })
    expect(sourceOf(service)).toMatchObject({ brokers: ['local:9092'] })
  })

  test('is left out when it is not enabled, and still refused when it is wrong', () => {
    expect(readSettings(serviceOf([kafka({ enabled: false })]), naming).sources).toEqual([])
    expect(problemsOf(serviceOf([kafka({ enabled: 'false', batchSize: 0 })]))).toHaveLength(1)
  })

  test('has filters that are AWS’s', () => {
    const { filters } = sourceOf(serviceOf([kafka({ filterPatterns: [{ value: { kind: ['sold'] } }] })]))!
    const matches = (value: object) => filters.map(filter => filter.matches(Buffer.from(JSON.stringify(value))))
    expect([matches({ kind: 'sold' }), matches({ kind: 'bought' })]).toEqual([[true], [false]])
  })
})

describe('an msk event', () => {
  test('has the ARN of its cluster and the local brokers', () => {
    expect(sourceOf(serviceOf([msk()], { custom: local }))).toMatchObject({
      eventSource: 'aws:kafka',
      eventSourceArn: cluster,
      brokers: ['local:9092'],
    })
  })

  test.each([
    [{ Ref: 'ShopCluster' }, 'arn:aws:kafka:local:000000000000:cluster/Ref-ShopCluster/offline'],
    [{ 'Fn::ImportValue': 'shop-arn' }, 'arn:aws:kafka:local:000000000000:cluster/Fn-ImportValue-shop-arn/offline'],
  ])('has an ARN that tells of its reference %j', (arn, eventSourceArn) => {
    expect(sourceOf(serviceOf([msk({ arn })], { custom: local }))).toMatchObject({ eventSourceArn })
  })

  test('needs the local brokers', () => {
    expect(problemsOf(serviceOf([msk()]))).toEqual([
      'function ship: msk.arn does not say where the brokers are: set custom.kafkaEvents.bootstrapServers',
    ])
  })
})

const pollers = { ProvisionedPollerConfig: { MinimumPollers: 1 } }
const filter = { Pattern: '{"value":{"kind":["sold"]}}' }
const toTopic = { DestinationConfig: { OnFailure: { Destination: 'kafka://dead' } } }

describe('a property of an extension', () => {
  test.each([
    [{ BatchSize: 1 }, { batchSize: 1 }],
    [{ BatchSize: '10000' }, { batchSize: 10_000 }],
    [{ MaximumBatchingWindowInSeconds: 0 }, { batchingWindowMs: 0 }],
    [{ MaximumBatchingWindowInSeconds: '300' }, { batchingWindowMs: 300_000 }],
    [{ StartingPosition: 'LATEST' }, { startingPosition: 'LATEST' }],
    [
      { StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: '1700000000.5' },
      { startingPosition: 'AT_TIMESTAMP', startingTimestampMs: 1_700_000_000_500 },
    ],
    [{ Enabled: 'true' }, { functionKey: 'ship' }],
    [{ Enabled: false }, undefined],
    [{ Enabled: 'false' }, undefined],
    [{ SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: 'g' } }, { groupId: 'g' }],
    [{ SelfManagedKafkaEventSourceConfig: { ConsumptionMode: 'Stream' } }, { groupId: `shop:dev:${KAFKA_ID}` }],
    [{ Topics: ['orders'] }, { topic: 'orders' }],
    [{ SelfManagedEventSource: { Endpoints: { KafkaBootstrapServers: [{ Ref: 'B' }] } } }, { brokers: ['local:9092'] }],
    [{ FilterCriteria: { Filters: [filter] } }, { filters: [expect.anything()] }],
    [{ FilterCriteria: { Filters: [] } }, { filters: [] }],
    [{ FilterCriteria: {} }, { filters: [] }],
    [{ ...pollers, MaximumRetryAttempts: 0 }, { retryAttemptsMax: 0 }],
    [{ ...pollers, MaximumRetryAttempts: '10000' }, { retryAttemptsMax: 10_000 }],
    [{ ...pollers, MaximumRetryAttempts: -1 }, { retryAttemptsMax: Number.POSITIVE_INFINITY }],
    [{ ...pollers, MaximumRecordAgeInSeconds: 60 }, { recordAgeMaxMs: 60_000 }],
    [{ ...pollers, MaximumRecordAgeInSeconds: '604800' }, { recordAgeMaxMs: 604_800_000 }],
    [{ ...pollers, MaximumRecordAgeInSeconds: '-1' }, { recordAgeMaxMs: Number.POSITIVE_INFINITY }],
    [{ ...pollers, BisectBatchOnFunctionError: 'true' }, { bisectOnError: true }],
    [{ ...pollers, BisectBatchOnFunctionError: false }, { bisectOnError: false }],
    [{ ...pollers, FunctionResponseTypes: ['ReportBatchItemFailures'] }, { reportsItemFailures: true }],
    [{ ...pollers, FunctionResponseTypes: [] }, { reportsItemFailures: false }],
    [
      { ...pollers, ...toTopic },
      { onFailureTopic: 'dead', retryAttemptsMax: 10 },
    ],
    [
      { ...pollers, ...toTopic, MaximumRetryAttempts: -1 },
      { onFailureTopic: 'dead', retryAttemptsMax: 10 },
    ],
    [
      { ...pollers, ...toTopic, MaximumRetryAttempts: 2 },
      { onFailureTopic: 'dead', retryAttemptsMax: 2 },
    ],
    [{ DestinationConfig: { OnFailure: { Destination: '' } } }, { retryAttemptsMax: Number.POSITIVE_INFINITY }],
    [{ DestinationConfig: {} }, { retryAttemptsMax: Number.POSITIVE_INFINITY }],
    [{ ProvisionedPollerConfig: { MinimumPollers: 200, MaximumPollers: 2000, PollerGroupName: 'g' } }, {}],
    [{ ProvisionedPollerConfig: { MinimumPollers: { Ref: 'AWS::NoValue' }, PollerGroupName: { Ref: 'G' } } }, {}],
    [{ BatchSize: { Ref: 'AWS::NoValue' }, Enabled: null }, { batchSize: 100 }],
    [{ SourceAccessConfigurations: [{ Type: 'SASL_SCRAM_512_AUTH', URI: { 'Fn::Sub': 'arn' } }] }, {}],
    [{ SourceAccessConfigurations: [{ Type: 'IAM_AUTH' }] }, {}],
    [{ SourceAccessConfigurations: { Ref: 'Access' } }, {}],
    [{ FunctionName: { Ref: 'Alias' }, Tags: [{ Key: 'k', Value: 'v' }], KmsKeyArn: { 'Fn::Sub': 'arn' } }, {}],
    [{ MetricsConfig: { Metrics: ['EventCount'] }, ...pollers, LoggingConfig: { SystemLogLevel: 'WARN' } }, {}],
    [null, { batchSize: 100 }],
  ])('is taken: %j', (properties, source) => {
    if (source) expect(sourceOf(extended(kafka(), properties))).toMatchObject(source)
    else expect(sourceOf(extended(kafka(), properties))).toBeUndefined()
  })

  test.each([
    [{ AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'g' } }, { groupId: 'g' }],
    [{ EventSourceArn: { 'Fn::GetAtt': ['C', 'Arn'] } }, { eventSource: 'aws:kafka' }],
    [{ SourceAccessConfigurations: [{ Type: 'CLIENT_CERTIFICATE_TLS_AUTH', URI: 'arn:x' }] }, {}],
    [{ ...pollers, ...toTopic }, { onFailureTopic: 'dead' }],
  ])('of an msk event is taken: %j', (properties, source) => {
    expect(sourceOf(extended(msk(), properties))).toMatchObject(source)
  })

  test.each([
    [{ BatchSize: 0 }, 'BatchSize must be a whole number from 1 to 10000'],
    [{ BatchSize: 10_001 }, 'BatchSize must be a whole number from 1 to 10000'],
    [{ BatchSize: '1e3' }, 'BatchSize must be a whole number from 1 to 10000'],
    [
      { BatchSize: { Ref: 'Size' } },
      'BatchSize is a reference whose value only CloudFormation knows: it must be a whole number from 1 to 10000 here',
    ],
    [{ MaximumBatchingWindowInSeconds: 301 }, 'MaximumBatchingWindowInSeconds must be a whole number from 0 to 300'],
    [{ StartingPosition: 'EARLIEST' }, 'StartingPosition must be one of TRIM_HORIZON, LATEST, AT_TIMESTAMP'],
    [
      { StartingPositionTimestamp: 1 },
      'StartingPositionTimestamp is only for the starting position AT_TIMESTAMP, not for TRIM_HORIZON',
    ],
    [{ Enabled: 'yes' }, 'Enabled must be true or false'],
    [{ Enabled: { 'Fn::If': ['A', true, false] } }, expect.stringContaining('Enabled is a reference')],
    [{ SelfManagedKafkaEventSourceConfig: 'g' }, 'SelfManagedKafkaEventSourceConfig must be a map'],
    [
      { SelfManagedKafkaEventSourceConfig: { ConsumerGroup: 'g' } },
      'SelfManagedKafkaEventSourceConfig.ConsumerGroup is not a known setting',
    ],
    [
      { SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: { Ref: 'G' } } },
      expect.stringContaining('SelfManagedKafkaEventSourceConfig.ConsumerGroupId is a reference'),
    ],
    [
      { SelfManagedKafkaEventSourceConfig: { SchemaRegistryConfig: { SchemaRegistryURI: 'https://r' } } },
      'SelfManagedKafkaEventSourceConfig.SchemaRegistryConfig is not emulated: values would reach the function as they are, not decoded; custom.kafkaEvents.ignoreSchemaRegistry: true starts without it',
    ],
    [
      { SelfManagedKafkaEventSourceConfig: { ConsumptionMode: 'Queue' } },
      'SelfManagedKafkaEventSourceConfig.ConsumptionMode Queue is not emulated: records would keep their order here, and not on AWS',
    ],
    [{ Topics: ['returns'] }, 'Topics[0] must be orders, the topic of the event'],
    [{ Topics: ['orders', 'returns'] }, 'Topics must be a list of one topic'],
    [{ Topics: [] }, 'Topics must be a list of one topic'],
    [
      { SelfManagedEventSource: { Endpoints: { KafkaBootstrapServers: [] } } },
      'SelfManagedEventSource.Endpoints.KafkaBootstrapServers must have 1 to 10 of host:port',
    ],
    [
      { SelfManagedEventSource: { Endpoints: { KafkaBootstrapServers: ['a:1'], KAFKA_BOOTSTRAP_SERVERS: ['a:1'] } } },
      'SelfManagedEventSource.Endpoints.KAFKA_BOOTSTRAP_SERVERS is not a known setting',
    ],
    [{ FilterCriteria: [filter] }, 'FilterCriteria must be a map'],
    [{ FilterCriteria: { Filters: filter } }, 'FilterCriteria.Filters must be a list'],
    [{ FilterCriteria: { Filters: [{}] } }, 'FilterCriteria.Filters[0].Pattern is missing'],
    [
      { FilterCriteria: { Filters: [filter, { Pattern: '{' }] } },
      expect.stringContaining('FilterCriteria.Filters[1].Pattern is not a filter pattern: '),
    ],
    [
      { FilterCriteria: { Filters: Array.from({ length: 11 }, () => filter) } },
      'FilterCriteria.Filters must have at most 10 patterns',
    ],
    [{ ...pollers, MaximumRetryAttempts: -2 }, 'MaximumRetryAttempts must be a whole number from 0 to 10000, or -1'],
    [
      { ...pollers, MaximumRetryAttempts: 10_001 },
      'MaximumRetryAttempts must be a whole number from 0 to 10000, or -1',
    ],
    [
      { ...pollers, MaximumRecordAgeInSeconds: 59 },
      'MaximumRecordAgeInSeconds must be a whole number from 60 to 604800, or -1',
    ],
    [
      { ...pollers, MaximumRecordAgeInSeconds: 604_801 },
      'MaximumRecordAgeInSeconds must be a whole number from 60 to 604800, or -1',
    ],
    [{ ...pollers, BisectBatchOnFunctionError: 1 }, 'BisectBatchOnFunctionError must be true or false'],
    [{ ...pollers, FunctionResponseTypes: 'ReportBatchItemFailures' }, 'FunctionResponseTypes must be a list'],
    [{ ...pollers, FunctionResponseTypes: ['Report'] }, 'FunctionResponseTypes[0] must be ReportBatchItemFailures'],
    [
      { ...pollers, DestinationConfig: { OnSuccess: { Destination: 'kafka://dead' } } },
      'DestinationConfig.OnSuccess is not a known setting',
    ],
    [
      { ...pollers, DestinationConfig: { OnFailure: { Destination: 'kafka://orders' } } },
      'DestinationConfig.OnFailure.Destination must be another topic than the one that is read',
    ],
    [
      { ...pollers, DestinationConfig: { OnFailure: { Destination: 'arn:aws:lambda:eu-west-1:1:function:f' } } },
      'DestinationConfig.OnFailure.Destination must be kafka://<topic> or the ARN of an SQS queue, an SNS topic or an S3 bucket',
    ],
    [
      { ...pollers, DestinationConfig: { OnFailure: { Destination: 'kafka://*' } } },
      'DestinationConfig.OnFailure.Destination must be kafka://<topic> or the ARN of an SQS queue, an SNS topic or an S3 bucket',
    ],
    [
      { ProvisionedPollerConfig: { MinimumPollers: 201 } },
      'ProvisionedPollerConfig.MinimumPollers must be a whole number from 1 to 200',
    ],
    [
      { ProvisionedPollerConfig: { MaximumPollers: 2001 } },
      'ProvisionedPollerConfig.MaximumPollers must be a whole number from 1 to 2000',
    ],
    [
      { ProvisionedPollerConfig: { MinimumPollers: 3, MaximumPollers: 2 } },
      'ProvisionedPollerConfig.MinimumPollers must not be above the maximum of 2',
    ],
    [
      { ProvisionedPollerConfig: { PollerGroupName: 'a b' } },
      'ProvisionedPollerConfig.PollerGroupName must be at most 128 of a-z A-Z 0-9 _ -',
    ],
    [{ ProvisionedPollerConfig: { Min: 1 } }, 'ProvisionedPollerConfig.Min is not a known setting'],
    [
      { SourceAccessConfigurations: [{ Type: 'VPC_SUBNET', URI: 'subnet:subnet-0' }] },
      'SourceAccessConfigurations must have both VPC_SUBNET and VPC_SECURITY_GROUP, or neither',
    ],
    [
      { SourceAccessConfigurations: [{ Type: 'VIRTUAL_HOST', URI: '/' }] },
      expect.stringContaining('SourceAccessConfigurations[0].Type must be one of VPC_SUBNET, '),
    ],
    [{ SourceAccessConfigurations: [{ Type: 'BASIC_AUTH' }] }, 'SourceAccessConfigurations[0].URI is missing'],
    [{ StartingPosition: null }, 'StartingPosition is missing'],
    [{ SelfManagedEventSource: {} }, 'SelfManagedEventSource.Endpoints.KafkaBootstrapServers is missing'],
    [{ SelfManagedEventSource: null }, 'SelfManagedEventSource.Endpoints.KafkaBootstrapServers is missing'],
    [{ EventSourceArn: cluster }, 'EventSourceArn is for msk events'],
    [{ AmazonManagedKafkaEventSourceConfig: {} }, 'AmazonManagedKafkaEventSourceConfig is for msk events'],
    [{ ParallelizationFactor: 2 }, 'ParallelizationFactor is for Kinesis and DynamoDB streams, not for Kafka'],
    [{ TumblingWindowInSeconds: 1 }, 'TumblingWindowInSeconds is for Kinesis and DynamoDB streams, not for Kafka'],
    [{ ScalingConfig: { MaximumConcurrency: 2 } }, 'ScalingConfig is for Amazon SQS, not for Kafka'],
    [{ Queues: ['q'] }, 'Queues is for Amazon MQ, not for Kafka'],
    [{ DocumentDBEventSourceConfig: {} }, 'DocumentDBEventSourceConfig is for Amazon DocumentDB, not for Kafka'],
    [{ MaximumRetryAttempt: 1 }, 'MaximumRetryAttempt is not a known property'],
  ])('is refused: %j', (properties, problem) => {
    const problems = problemsOf(extended(kafka(), properties))
    expect(problems).toEqual([typeof problem === 'string' ? KAFKA_PLACE + problem : problem])
  })

  test.each([
    [{ SelfManagedEventSource: {} }, 'SelfManagedEventSource is for kafka events'],
    [{ SelfManagedKafkaEventSourceConfig: {} }, 'SelfManagedKafkaEventSourceConfig is for kafka events'],
    [{ EventSourceArn: null }, 'EventSourceArn is missing'],
    [{ EventSourceArn: 5 }, 'EventSourceArn must be a non-empty text'],
    [
      { AmazonManagedKafkaEventSourceConfig: { ConsumptionMode: 'Stream' } },
      'AmazonManagedKafkaEventSourceConfig.ConsumptionMode is not a known setting',
    ],
    [
      { SourceAccessConfigurations: [{ Type: 'BASIC_AUTH', URI: 'arn:x' }] },
      'SourceAccessConfigurations[0].Type must be one of SASL_SCRAM_512_AUTH, CLIENT_CERTIFICATE_TLS_AUTH',
    ],
  ])('of an msk event is refused: %j', (properties, problem) => {
    expect(problemsOf(extended(msk(), properties))).toEqual([MSK_PLACE + problem])
  })

  test('is refused under its own name when it makes what the entry says wrong, and the other way round', () => {
    const timestamp = { startingPosition: 'AT_TIMESTAMP', startingPositionTimestamp: 1 }
    expect(problemsOf(extended(kafka(timestamp), { StartingPosition: 'LATEST' }))).toEqual([
      'function ship: kafka.startingPositionTimestamp is only for the starting position AT_TIMESTAMP, not for LATEST',
    ])
    expect(problemsOf(extended(kafka(), { StartingPosition: 'AT_TIMESTAMP' }))).toEqual([
      'function ship: kafka.startingPositionTimestamp must be in seconds since 1970, not in the future, when the starting position is AT_TIMESTAMP',
    ])
  })

  test('each has one of three fates, and CloudFormation has no other', () => {
    expect(
      [...new Set([...applied.kafka, ...applied.msk, ...withoutEffect, ...Object.keys(notForKafka)])].sort(),
    ).toEqual([
      'AmazonManagedKafkaEventSourceConfig',
      'BatchSize',
      'BisectBatchOnFunctionError',
      'DestinationConfig',
      'DocumentDBEventSourceConfig',
      'Enabled',
      'EventSourceArn',
      'FilterCriteria',
      'FunctionName',
      'FunctionResponseTypes',
      'KmsKeyArn',
      'LoggingConfig',
      'MaximumBatchingWindowInSeconds',
      'MaximumRecordAgeInSeconds',
      'MaximumRetryAttempts',
      'MetricsConfig',
      'ParallelizationFactor',
      'ProvisionedPollerConfig',
      'Queues',
      'ScalingConfig',
      'SelfManagedEventSource',
      'SelfManagedKafkaEventSourceConfig',
      'SourceAccessConfigurations',
      'StartingPosition',
      'StartingPositionTimestamp',
      'Tags',
      'Topics',
      'TumblingWindowInSeconds',
    ])
  })
})

describe('provisioned mode', () => {
  const settings = {
    MaximumRetryAttempts: 3,
    MaximumRecordAgeInSeconds: 60,
    BisectBatchOnFunctionError: true,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    LoggingConfig: { SystemLogLevel: 'DEBUG' },
  }

  test.each(Object.entries(settings))('is needed for %s', (property, value) => {
    const problem = `${KAFKA_PLACE}${property} is only for provisioned mode: set kafka.provisionedPollerConfig`
    expect(problemsOf(extended(kafka(), { [property]: value }))).toEqual([problem])
    expect(problemsOf(extended(kafka(), { [property]: value, ProvisionedPollerConfig: {} }))).toHaveLength(1)
    expect(problemsOf(extended(kafka(), { [property]: value, ...pollers }))).toEqual([])
    expect(problemsOf(extended(kafka(provisioned), { [property]: value }))).toEqual([])
  })

  test('is needed for a topic as destination', () => {
    expect(problemsOf(extended(kafka(), toTopic))).toEqual([
      `${KAFKA_PLACE}DestinationConfig.OnFailure.Destination to a topic is only for provisioned mode: set kafka.provisionedPollerConfig`,
    ])
  })
})

describe('a destination that is not emulated', () => {
  test.each([
    ['arn:aws:sqs:eu-west-1:123456789012:dead'],
    ['arn:aws:sns:eu-west-1:123456789012:dead'],
    ['arn:aws:s3:::dead'],
    ['arn:aws-cn:sqs:cn-north-1:123456789012:dead'],
  ])('is told and then as none: %s', onFailureDestination => {
    const service = serviceOf([kafka({ onFailureDestination })], {
      custom: { kafkaEvents: { discardWithoutDestination: true } },
    })
    expect(warningsOf(service)).toEqual([
      `function ship: kafka.onFailureDestination is ${onFailureDestination}: not emulated, treated as without one`,
    ])
    expect(sourceOf(service)).toMatchObject({ onFailureTopic: undefined, discardsWithoutDestination: false })
  })

  test('may be a reference in an extension', () => {
    const Destination = { 'Fn::GetAtt': ['Queue', 'Arn'] }
    expect(warningsOf(extended(kafka(), { DestinationConfig: { OnFailure: { Destination } } }))).toEqual([
      `${KAFKA_PLACE}DestinationConfig.OnFailure.Destination is a reference: not emulated, treated as without one`,
    ])
  })

  test('is not told of a mapping that is switched off', () => {
    expect(warningsOf(serviceOf([kafka({ enabled: false, onFailureDestination: 'arn:aws:s3:::dead' })]))).toEqual([])
  })
})

describe('custom.kafkaEvents.discardWithoutDestination', () => {
  test('is for mappings without any destination', () => {
    const custom = { kafkaEvents: { bootstrapServers: 'l:1', discardWithoutDestination: true } }
    expect(sourceOf({ ...extended(kafka(), pollers), custom })).toMatchObject({ discardsWithoutDestination: true })
    expect(sourceOf({ ...extended(kafka(), { ...pollers, ...toTopic }), custom })).toMatchObject({
      onFailureTopic: 'dead',
      discardsWithoutDestination: false,
    })
  })
})

describe('an extension', () => {
  const withExtensions = (extensions: object) => serviceOf([kafka()], { custom: local, resources: { extensions } })

  test('that belongs to no mapping is refused with the names that there are', () => {
    for (const name of [
      'ShipEventSourceMappingKafkaOrder',
      'ShipEventSourceMappingMSKOrders',
      'ShipEventSourceMappingkafkaOrders',
    ])
      expect(problemsOf(withExtensions({ [name]: { Properties: {} } }))).toEqual([
        `resources.extensions.${name} belongs to no Kafka mapping; there are: ${KAFKA_ID}`,
      ])
  })

  test('that makes a Kafka mapping of nothing is refused, whatever its name', () => {
    for (const properties of [
      { Topics: ['orders'] },
      { SelfManagedEventSource: { Endpoints: { KafkaBootstrapServers: ['a:9092'] } } },
      { EventSourceArn: cluster },
    ])
      expect(problemsOf(withExtensions({ Own: { Properties: properties } }))).toEqual([
        `resources.extensions.Own belongs to no Kafka mapping; there are: ${KAFKA_ID}`,
      ])
  })

  test('of anything else is none of our business', () => {
    expect(problemsOf(withExtensions({ ShipLambdaFunction: { Properties: { What: 1 } } }))).toEqual([])
    const resources = {
      Resources: { OwnEventSourceMappingKafka: { Type: 'AWS::Lambda::EventSourceMapping' } },
      extensions: { OwnEventSourceMappingKafka: { Properties: {} } },
    }
    expect(problemsOf(serviceOf([kafka()], { resources }))).toEqual([])
  })

  test('may have what the framework lets it have, and nothing beside', () => {
    const attributes = { Condition: 'Prod', DeletionPolicy: 'Retain', DependsOn: ['X'], Metadata: { a: 1 } }
    expect(problemsOf(withExtensions({ [KAFKA_ID]: attributes }))).toEqual([])
    expect(problemsOf(withExtensions({ [KAFKA_ID]: { BatchSize: 5 } }))).toEqual([
      `function ship: resources.extensions.${KAFKA_ID}.BatchSize is not a known setting`,
    ])
    expect(problemsOf(withExtensions({ [KAFKA_ID]: { Properties: [] } }))).toEqual([
      `function ship: resources.extensions.${KAFKA_ID}.Properties must be a map`,
    ])
  })

  test('finds its event whatever characters the function and the topic have', () => {
    const functions = { 'ship-it_now': { events: [kafka({ topic: 'orders.v1-a' })] } }
    const extensions = { ShipDashitUnderscorenowEventSourceMappingKafkaOrdersv1a: { Properties: { BatchSize: 3 } } }
    expect(sourceOf({ functions, resources: { extensions } })).toMatchObject({ batchSize: 3 })
  })
})

describe('resources.Resources', () => {
  test('of a mapping’s name is merged into it, under its own name', () => {
    const resources = { Resources: { [KAFKA_ID]: { Properties: { BatchSize: 3, MaximumRetryAttempts: 'x' } } } }
    expect(problemsOf(serviceOf([kafka(provisioned)], { resources }))).toEqual([
      `function ship: resources.Resources.${KAFKA_ID}.Properties.MaximumRetryAttempts must be a whole number from 0 to 10000, or -1`,
    ])
  })
})

describe('a schema registry', () => {
  const SchemaRegistryConfig = { SchemaRegistryURI: 'https://registry' }
  const config = { SelfManagedKafkaEventSourceConfig: { SchemaRegistryConfig, ConsumerGroupId: 'g' } }
  const custom = { kafkaEvents: { bootstrapServers: 'local:9092', ignoreSchemaRegistry: true } }

  test('is ignored where that is asked for, and told loudly', () => {
    const { sources, warnings } = readSettings({ ...extended(kafka(), config), custom }, naming)
    expect(sources).toMatchObject([{ groupId: 'g' }])
    expect(warnings).toEqual([
      `${KAFKA_PLACE}SelfManagedKafkaEventSourceConfig.SchemaRegistryConfig is IGNORED, as custom.kafkaEvents.ignoreSchemaRegistry says: values reach the function as they are, NOT decoded`,
    ])
    const managed = { AmazonManagedKafkaEventSourceConfig: { SchemaRegistryConfig } }
    expect(warningsOf({ ...extended(msk(), managed), custom })).toHaveLength(1)
    expect(problemsOf(extended(msk(), managed))).toHaveLength(1)
  })

  test('is not told of a mapping that is switched off', () => {
    expect(warningsOf({ ...extended(kafka({ enabled: false }), config), custom })).toEqual([])
  })
})

describe('several events', () => {
  test('may not share a group and a topic', () => {
    const events = [kafka({ consumerGroupId: 'g' })]
    expect(problemsOf({ functions: { ship: { events }, bill: { events } } })).toEqual([
      'function bill: topic orders is already read by ship as group g',
    ])
    const elsewhere = [kafka({ consumerGroupId: 'g', bootstrapServers: ['other:9092'] })]
    expect(problemsOf({ functions: { ship: { events }, bill: { events: elsewhere } } })).toEqual([])
    const off = [kafka({ consumerGroupId: 'g', enabled: false })]
    expect(problemsOf({ functions: { ship: { events }, bill: { events: off } } })).toEqual([])
  })

  test('may not share a name in the template, of which only one would be deployed', () => {
    expect(problemsOf(serviceOf([kafka({ topic: 'a.b' }), kafka({ topic: 'ab' })]))).toEqual([
      'function ship: kafka.topic ab has the logical id ShipEventSourceMappingKafkaAb, as topic a.b of ship: only one would be deployed',
    ])
  })

  test('have a group each, which neither another trigger, function, stage nor service has', () => {
    const groupsOf = (service: ServiceView, stage?: string) =>
      readSettings(service, naming, stage).sources.map(({ groupId }) => groupId)
    const events = [kafka(), kafka({ topic: 'returns' })]
    const functions = { ship: { events }, bill: { events } }
    const groups = [
      ...groupsOf({ service: 'shop', functions }),
      ...groupsOf({ service: 'shop', functions }, 'prod'),
      ...groupsOf({ service: 'shop-dev', functions }),
      ...groupsOf({ service: 'shop', functions: { ship: { events: [msk()] } }, custom: local }),
    ]
    expect(new Set(groups).size).toBe(13)
    expect(groups.slice(0, 2)).toEqual([
      'shop:dev:ShipEventSourceMappingKafkaOrders',
      'shop:dev:ShipEventSourceMappingKafkaReturns',
    ])
  })

  test('of one group are read, and told that AWS asks for a group each', () => {
    const { sources, warnings } = readSettings(
      serviceOf([kafka({ consumerGroupId: 'g' }), kafka({ topic: 'returns', consumerGroupId: 'g' })]),
      naming,
    )
    expect(sources.map(({ topic, groupId }) => [topic, groupId])).toEqual([
      ['orders', 'g'],
      ['returns', 'g'],
    ])
    expect(warnings).toEqual([
      'function ship: group g reads orders, returns: AWS asks for a consumerGroupId of its own for each',
    ])
    // AWS draws a name for each of these.
    expect(warningsOf(serviceOf([kafka(), kafka({ topic: 'returns' })]))).toEqual([])
  })

  test('have all their problems told at once, a line each', () => {
    const service = serviceOf([kafka({ batchSize: -1, what: 1 })], { custom: { kafkaEvents: { who: 1 } } })
    expect(() => readSettings(service, naming)).toThrow(
      new SettingsError([
        'custom.kafkaEvents.who is not a known setting',
        'function ship: kafka.what is not a known setting',
        'function ship: kafka.batchSize must be a whole number from 1 to 10000',
      ]),
    )
  })
})

describe('warnings', () => {
  test('tell of more filters than AWS allows unasked', () => {
    const filterPatterns = Array.from({ length: 6 }, () => ({ value: { kind: ['sold'] } }))
    expect(warningsOf(serviceOf([kafka({ filterPatterns })]))).toEqual([
      'function ship: kafka.filterPatterns has 6 patterns: AWS allows 5 unless the quota is raised',
    ])
  })

  test('tell of a function that may run longer than AWS allows with Kafka', () => {
    const told = 'function ship: timeout 900 is above 840, the most that AWS allows with Kafka events'
    expect(warningsOf({ functions: { ship: { timeout: 900, events: [kafka()] } } })).toEqual([told])
    expect(warningsOf({ ...serviceOf([kafka()]), provider: { timeout: 900 } })).toEqual([told])
    expect(
      warningsOf({ functions: { ship: { timeout: 840, events: [kafka()] } }, provider: { timeout: 900 } }),
    ).toEqual([])
  })
})

describe('hasKafkaEvents', () => {
  test('sees kafka and msk events, switched on or not, and no others', () => {
    expect(hasKafkaEvents(serviceOf([kafka({ enabled: false })]), naming)).toBe(true)
    expect(hasKafkaEvents(serviceOf([{ msk: {} }]), naming)).toBe(true)
    expect(hasKafkaEvents(serviceOf([{ httpApi: 'GET /' }, 'schedule']), naming)).toBe(false)
    expect(hasKafkaEvents({}, naming)).toBe(false)
  })
})

/** Mappings that are written out under `resources`: which are read, for which function, and under which name they are refused. */
import { describe, expect, test } from '@jest/globals'
import { naming } from './framework.fixture.ts'
import { hasKafkaEvents, readSettings, type ServiceView, type SettingsError } from './read-settings.ts'

const cluster = 'arn:aws:kafka:eu-west-1:123456789012:cluster/shop/0b9c-4'
const selfManaged = {
  FunctionName: { 'Fn::GetAtt': ['ShipLambdaFunction', 'Arn'] },
  SelfManagedEventSource: { Endpoints: { KafkaBootstrapServers: ['deployed:9092'] } },
  StartingPosition: 'TRIM_HORIZON',
  Topics: ['orders'],
}
const managed = {
  FunctionName: { Ref: 'ShipLambdaFunction' },
  EventSourceArn: cluster,
  StartingPosition: 'LATEST',
  Topics: ['orders'],
}

const typed = (Properties: unknown, Type = 'AWS::Lambda::EventSourceMapping') => ({ Type, Properties })
const serviceOf = (Resources: object, extensions: object = {}): ServiceView => ({
  service: 'shop',
  functions: { ship: {}, 'bill-it': { name: 'billing' } },
  custom: { kafkaEvents: { bootstrapServers: 'local:9092' } },
  resources: { Resources, extensions },
})
const read = (Resources: object, extensions?: object) => readSettings(serviceOf(Resources, extensions), naming)

function problemsOf(Resources: object, extensions?: object): string[] {
  try {
    read(Resources, extensions)
    return []
  } catch (error) {
    return (error as SettingsError).problems
  }
}

describe('a mapping that is written out', () => {
  test('of a self-managed cluster is read as an event is', () => {
    const { sources, warnings } = read({ Own: typed({ ...selfManaged, BatchSize: 7 }) })
    expect({ count: sources.length, warnings }).toEqual({ count: 1, warnings: [] })
    expect(sources[0]).toMatchObject({
      functionKey: 'ship',
      eventSource: 'SelfManagedKafka',
      brokers: ['local:9092'],
      topic: 'orders',
      groupId: 'shop:dev:Own',
      formerGroupId: undefined,
      batchSize: 7,
      batchingWindowMs: 500,
    })
  })

  test('of an MSK cluster is read, by ARN or reference', () => {
    expect(read({ Own: typed(managed) }).sources).toMatchObject([
      { functionKey: 'ship', eventSource: 'aws:kafka', eventSourceArn: cluster, startingPosition: 'LATEST' },
    ])
    const EventSourceArn = { 'Fn::GetAtt': ['ShopCluster', 'Arn'] }
    expect(read({ Own: typed({ ...managed, EventSourceArn }) }).sources).toMatchObject([
      { eventSourceArn: 'arn:aws:kafka:local:000000000000:cluster/Fn-GetAtt-ShopCluster-Arn/offline' },
    ])
  })

  test('is extended as an event’s mapping is: an extension’s property replaces the whole property', () => {
    const extensions = {
      Own: { Properties: { Topics: ['returns'], ProvisionedPollerConfig: {}, BatchSize: null, Enabled: 'true' } },
    }
    const { sources } = read({ Own: typed({ ...selfManaged, BatchSize: 7 }) }, extensions)
    expect(sources).toMatchObject([{ topic: 'returns', batchSize: 100 }])
    expect(read({ Own: typed(selfManaged) }, { Own: { Properties: { Enabled: false } } }).sources).toEqual([])
  })

  test('may get all that makes it a Kafka mapping, and its function, from its extension', () => {
    expect(read({ Own: typed(undefined) }, { Own: { Properties: managed } }).sources).toMatchObject([
      { functionKey: 'ship', eventSource: 'aws:kafka', topic: 'orders' },
    ])
  })

  test('is refused under its own name, as is its extension', () => {
    const resource = { ...selfManaged, StartingPosition: undefined, ParallelizationFactor: 2, Topics: ['a', 'b'] }
    expect(
      problemsOf({ Own: typed(resource) }, { Own: { Properties: { BatchSize: 0, FunctionResponseTypes: [] } } }),
    ).toEqual([
      'function ship: resources.Resources.Own.Properties.Topics must be a list of one topic',
      'function ship: resources.Resources.Own.Properties.ParallelizationFactor is for Kinesis and DynamoDB streams, not for Kafka',
      'function ship: resources.extensions.Own.Properties.BatchSize must be a whole number from 1 to 10000',
      'function ship: resources.Resources.Own.Properties.StartingPosition is missing',
      'function ship: resources.extensions.Own.Properties.FunctionResponseTypes is only for provisioned mode: set resources.Resources.Own.Properties.ProvisionedPollerConfig',
    ])
  })

  test.each([
    [{ EventSourceArn: cluster }, 'Topics must be a list of one topic'],
    [{ SelfManagedEventSource: selfManaged.SelfManagedEventSource }, 'Topics must be a list of one topic'],
    [{ Topics: ['orders'] }, 'SelfManagedEventSource.Endpoints.KafkaBootstrapServers is missing'],
    [{ ...selfManaged, EventSourceArn: cluster }, 'EventSourceArn is for msk events'],
    [
      { ...selfManaged, SourceAccessConfigurations: [{ Type: 'BASIC_AUTH' }] },
      'SourceAccessConfigurations[0].URI is missing',
    ],
    [
      { ...selfManaged, Topics: [{ Ref: 'Topic' }] },
      'Topics[0] is a reference whose value only CloudFormation knows: it must be a non-empty text here',
    ],
  ])('that is not whole is refused: %j', (properties, problem) => {
    const { FunctionName, StartingPosition } = selfManaged
    expect(problemsOf({ Own: typed({ FunctionName, StartingPosition, ...properties }) })).toEqual([
      `function ship: resources.Resources.Own.Properties.${problem}`,
    ])
  })

  test('may not share a group and a topic with another', () => {
    const SelfManagedKafkaEventSourceConfig = { ConsumerGroupId: 'g' }
    const properties = { ...selfManaged, SelfManagedKafkaEventSourceConfig }
    expect(problemsOf({ One: typed(properties), Two: typed(properties) })).toEqual([
      'function ship: topic orders is already read by ship as group g',
    ])
    const groups = read({ One: typed(selfManaged), Two: typed(selfManaged) }).sources.map(({ groupId }) => groupId)
    expect(groups).toEqual(['shop:dev:One', 'shop:dev:Two'])
  })

  test.each([
    ['a queue', { EventSourceArn: 'arn:aws:sqs:eu-west-1:1:q' }],
    ['a stream', { EventSourceArn: { 'Fn::GetAtt': ['Stream', 'Arn'] }, StartingPosition: 'LATEST' }],
    ['Amazon MQ', { EventSourceArn: 'arn:aws:mq:eu-west-1:1:broker:b', Queues: ['q'] }],
  ])('of %s is none of our business', (_what, properties) => {
    const service = serviceOf({ Own: typed({ FunctionName: selfManaged.FunctionName, ...properties }) })
    expect(readSettings(service, naming)).toMatchObject({ sources: [], warnings: [] })
    expect(hasKafkaEvents(service, naming)).toBe(false)
  })

  test('counts for a service without any event', () => {
    expect(hasKafkaEvents(serviceOf({ Own: typed(selfManaged) }), naming)).toBe(true)
  })
})

describe('the function of a mapping', () => {
  const account = 'arn:aws:lambda:eu-west-1:123456789012:function'
  const others = {
    Live: typed({ FunctionName: { Ref: 'BillDashitLambdaFunction' }, Name: 'live' }, 'AWS::Lambda::Alias'),
    Fixed: typed({ FunctionName: { 'Fn::GetAtt': 'ShipLambdaFunction.Arn' } }, 'AWS::Lambda::Version'),
    Round: typed({ FunctionName: { Ref: 'Round' } }, 'AWS::Lambda::Alias'),
    Elsewhere: typed({ FunctionName: 'elsewhere' }, 'AWS::Lambda::Function'),
  }
  const read = (FunctionName: unknown) =>
    readSettings(serviceOf({ ...others, Own: typed({ ...selfManaged, FunctionName }) }), naming)

  test.each([
    [{ Ref: 'ShipLambdaFunction' }, 'ship'],
    [{ 'Fn::GetAtt': ['ShipLambdaFunction', 'Arn'] }, 'ship'],
    [{ 'Fn::GetAtt': 'ShipLambdaFunction.Arn' }, 'ship'],
    [{ 'Fn::GetAtt': ['BillDashitLambdaFunction', 'Arn'] }, 'bill-it'],
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: CloudFormation fills it in.
    [{ 'Fn::Sub': '${ShipLambdaFunction.Arn}' }, 'ship'],
    [{ 'Fn::Sub': '${ShipLambdaFunction.Arn}:live' }, 'ship'],
    [{ 'Fn::Sub': ['${Target}:live', { Target: { 'Fn::GetAtt': ['ShipLambdaFunction', 'Arn'] } }] }, 'ship'],
    [{ 'Fn::Sub': 'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:shop-dev-ship' }, 'ship'],
    [{ 'Fn::Sub': 'arn:${AWS::Partition}:lambda:${AWS::Region}:1:function:${ShipLambdaFunction}:live' }, 'ship'],
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above.
    [{ 'Fn::Join': [':', [{ 'Fn::GetAtt': ['ShipLambdaFunction', 'Arn'] }, 'provisioned']] }, 'ship'],
    [{ 'Fn::Join': ['', [`${account}:`, { Ref: 'ShipLambdaFunction' }]] }, 'ship'],
    [{ Ref: 'ShipProvConcLambdaAlias' }, 'ship'],
    [{ Ref: 'BillDashitSnapStartLambdaAlias' }, 'bill-it'],
    [{ Ref: 'Live' }, 'bill-it'],
    [{ Ref: 'Fixed' }, 'ship'],
    [`${account}:shop-dev-ship`, 'ship'],
    [`${account}:billing:7`, 'bill-it'],
    ['123456789012:function:billing', 'bill-it'],
    ['shop-dev-ship', 'ship'],
    ['billing:live', 'bill-it'],
  ])('is found by %j', (FunctionName, functionKey) => {
    expect(read(FunctionName).sources.map(source => source.functionKey)).toEqual([functionKey])
  })

  test.each([
    [undefined],
    [{ Ref: 'Elsewhere' }],
    [{ Ref: 'Round' }],
    [{ Ref: 'ShipLambdaFunctions' }],
    [{ 'Fn::ImportValue': 'ship-arn' }],
    [{ 'Fn::If': ['IsProd', 'shop-dev-ship', 'billing'] }],
    ['ship'],
    ['shop-prod-ship'],
    [`${account}:shop-dev-ship-too`],
  ])('that is not of this service is told, and the mapping left out: %j', FunctionName => {
    const service = serviceOf({ ...others, Own: typed({ ...selfManaged, FunctionName }) })
    expect(readSettings(service, naming)).toMatchObject({
      sources: [],
      warnings: [
        `resources.Resources.Own is not read: its FunctionName ${JSON.stringify(FunctionName)} is no function of this service`,
      ],
    })
    expect(hasKafkaEvents(service, naming)).toBe(false)
  })

  test('has the name of its stage', () => {
    const service = serviceOf({ Own: typed({ ...selfManaged, FunctionName: 'shop-prod-ship' }) })
    expect(readSettings(service, naming, 'prod').sources).toMatchObject([{ functionKey: 'ship' }])
  })
})

/** What is read, with which defaults, and that everything else is refused by name. */
import { describe, expect, test } from '@jest/globals'
import { hasKafkaEvents, readSettings, type ServiceView, SettingsError } from './settings.ts'

const kafka = (changes: object = {}) => ({
  kafka: {
    accessConfigurations: { vpcSubnet: ['subnet-0'] },
    bootstrapServers: ['deployed:9092'],
    topic: 'orders',
    ...changes,
  },
})

const serviceOf = (events: unknown[], kafkaEvents?: unknown): ServiceView => ({
  functions: { ship: { events } },
  custom: kafkaEvents === undefined ? {} : { kafkaEvents },
})

function problemsOf(service: ServiceView): string[] {
  try {
    readSettings(service)
    return []
  } catch (error) {
    if (error instanceof SettingsError) return error.problems
    throw error
  }
}

describe('readSettings', () => {
  test('reads a kafka event with AWS’s defaults, and the function’s key as its group', () => {
    expect(readSettings(serviceOf([kafka()]))).toEqual({
      sources: [
        {
          functionKey: 'ship',
          eventSource: 'SelfManagedKafka',
          eventSourceArn: undefined,
          brokers: ['deployed:9092'],
          topic: 'orders',
          groupId: 'ship',
          batchSize: 100,
          batchingWindowMs: 0,
          startingPosition: 'TRIM_HORIZON',
          startingTimestampMs: undefined,
        },
      ],
      local: {
        brokers: undefined,
        sessionTimeoutMs: 10_000,
        drainTimeoutMs: 8000,
        partitionsInFlightMax: 16,
        statusPort: undefined,
      },
      warnings: [],
    })
  })

  test('reads every setting of an event', () => {
    const event = kafka({
      consumerGroupId: 'shipping',
      batchSize: 5,
      maximumBatchingWindow: 2,
      startingPosition: 'AT_TIMESTAMP',
      startingPositionTimestamp: 1_700_000_000,
    })
    expect(readSettings(serviceOf([event])).sources[0]).toMatchObject({
      groupId: 'shipping',
      batchSize: 5,
      batchingWindowMs: 2000,
      startingPosition: 'AT_TIMESTAMP',
      startingTimestampMs: 1_700_000_000_000,
    })
  })

  test('reads an msk event, whose brokers are local settings', () => {
    const service = serviceOf([{ msk: { arn: { Ref: 'Cluster' }, topic: 'orders' } }], { bootstrapServers: 'a:1, b:2' })
    expect(readSettings(service).sources[0]).toMatchObject({
      eventSource: 'aws:kafka',
      eventSourceArn: 'arn:aws:kafka:local:000000000000:cluster/Cluster/offline',
      brokers: ['a:1', 'b:2'],
    })
  })

  test('local brokers replace the deployed ones', () => {
    for (const bootstrapServers of ['local:9092', ['local:9092']])
      expect(readSettings(serviceOf([kafka()], { bootstrapServers })).sources[0]?.brokers).toEqual(['local:9092'])
  })

  test('takes digits in a text for a number, as environment variables give them', () => {
    const local = { sessionTimeoutMs: '6000', statusPort: '8091', drainTimeoutMs: '0' }
    expect(readSettings(serviceOf([kafka()], local)).local).toMatchObject({
      sessionTimeoutMs: 6000,
      statusPort: 8091,
      drainTimeoutMs: 0,
    })
  })

  test('leaves out what is not enabled', () => {
    expect(readSettings(serviceOf([kafka({ enabled: false })])).sources).toEqual([])
  })

  test('one function may read several topics as one group', () => {
    const sources = readSettings(serviceOf([kafka(), kafka({ topic: 'returns' })])).sources
    expect(sources.map(({ topic, groupId }) => [topic, groupId])).toEqual([
      ['orders', 'ship'],
      ['returns', 'ship'],
    ])
  })

  test('says what AWS would do and the plugin does not', () => {
    const { warnings } = readSettings(
      serviceOf([kafka({ filterPatterns: [{ value: {} }], onFailureDestination: 'arn' })]),
    )
    expect(warnings).toEqual([
      'function ship: kafka.filterPatterns is not applied here: every record reaches the handler',
      'function ship: kafka.onFailureDestination is not applied here: a failing batch is retried for ever',
    ])
  })

  test.each([
    [kafka({ batchsize: 5 }), undefined, 'function ship: kafka.batchsize is not a known setting'],
    [kafka({ topic: '' }), undefined, 'function ship: kafka.topic must be a non-empty text'],
    [kafka({ batchSize: 0 }), undefined, 'function ship: kafka.batchSize must be a whole number from 1 to 10000'],
    [kafka({ batchSize: 10_001 }), undefined, 'function ship: kafka.batchSize must be a whole number from 1 to 10000'],
    [kafka({ batchSize: 'many' }), undefined, 'function ship: kafka.batchSize must be a whole number from 1 to 10000'],
    [
      kafka({ maximumBatchingWindow: 301 }),
      undefined,
      'function ship: kafka.maximumBatchingWindow must be a whole number from 0 to 300',
    ],
    [
      kafka({ startingPosition: 'EARLIEST' }),
      undefined,
      'function ship: kafka.startingPosition must be one of TRIM_HORIZON, LATEST, AT_TIMESTAMP',
    ],
    [
      kafka({ startingPosition: 'AT_TIMESTAMP' }),
      undefined,
      'function ship: kafka.startingPositionTimestamp must be in seconds since 1970 when startingPosition is AT_TIMESTAMP',
    ],
    [
      kafka({ startingPosition: 'AT_TIMESTAMP', startingPositionTimestamp: 1_700_000_000_000 }),
      undefined,
      'function ship: kafka.startingPositionTimestamp must be in seconds since 1970 when startingPosition is AT_TIMESTAMP',
    ],
    [kafka({ enabled: 'yes' }), undefined, 'function ship: kafka.enabled must be true or false'],
    [kafka({ consumerGroupId: '' }), undefined, 'function ship: kafka.consumerGroupId must be a non-empty text'],
    [
      kafka({ bootstrapServers: ['no-port'] }),
      undefined,
      'function ship: kafka.bootstrapServers must be host:port, several as a list or separated by commas',
    ],
    [
      { msk: { topic: 'orders' } },
      { bootstrapServers: 'a:1' },
      'function ship: msk.arn must be an ARN, a Ref or an Fn::ImportValue',
    ],
    [
      { msk: { arn: 'arn:x', topic: 'orders' } },
      undefined,
      'function ship: msk.arn does not say where the brokers are: set custom.kafkaEvents.bootstrapServers',
    ],
    [
      { msk: { arn: 'arn:x', topic: 'orders', bootstrapServers: ['a:1'] } },
      { bootstrapServers: 'a:1' },
      'function ship: msk.bootstrapServers is not a known setting',
    ],
    [kafka(), { brokers: 'a:1' }, 'custom.kafkaEvents.brokers is not a known setting'],
    [
      kafka(),
      { bootstrapServers: 'a' },
      'custom.kafkaEvents.bootstrapServers must be host:port, several as a list or separated by commas',
    ],
    [
      kafka(),
      { sessionTimeoutMs: 10 },
      'custom.kafkaEvents.sessionTimeoutMs must be a whole number from 1000 to 1800000',
    ],
    [
      kafka(),
      { partitionsInFlightMax: 0 },
      'custom.kafkaEvents.partitionsInFlightMax must be a whole number from 1 to 1000',
    ],
    [kafka(), { statusPort: 70_000 }, 'custom.kafkaEvents.statusPort must be a whole number from 0 to 65535'],
    [kafka(), 'localhost:9092', 'custom.kafkaEvents must be a map of settings'],
  ])('refuses %j with %j', (event, local, problem) => {
    expect(problemsOf(serviceOf([event], local))).toEqual([problem])
  })

  test('names everything that is wrong at once', () => {
    expect(problemsOf(serviceOf([kafka({ batchSize: -1, what: 1 })], { who: 1 }))).toHaveLength(3)
  })

  test('refuses two functions that would share the records of a topic', () => {
    const functions = {
      ship: { events: [kafka({ consumerGroupId: 'g' })] },
      bill: { events: [kafka({ consumerGroupId: 'g' })] },
    }
    expect(problemsOf({ functions })).toEqual(['function bill: topic orders is already read by ship as group g'])
  })
})

describe('hasKafkaEvents', () => {
  test('sees kafka and msk events, switched on or not, and no others', () => {
    expect(hasKafkaEvents(serviceOf([kafka({ enabled: false })]))).toBe(true)
    expect(hasKafkaEvents(serviceOf([{ msk: {} }]))).toBe(true)
    expect(hasKafkaEvents(serviceOf([{ httpApi: 'GET /' }, 'schedule']))).toBe(false)
    expect(hasKafkaEvents({})).toBe(false)
  })
})

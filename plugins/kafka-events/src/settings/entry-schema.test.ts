/** An entry that the framework's JSON schema refuses is refused here too, and what it takes is taken. */
import { describe, expect, test } from '@jest/globals'
import type { EventKind } from './event-entries.ts'
import { Ajv, entrySchemas, naming, schemaDefinitions } from './framework.fixture.ts'
import { readSettings, SettingsError } from './read-settings.ts'

const secret = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:kafka-AbCdEf'
const least: Record<EventKind, object> = {
  kafka: {
    accessConfigurations: { vpcSubnet: ['subnet-0'], vpcSecurityGroup: ['sg-0'] },
    bootstrapServers: ['a:9092'],
    topic: 'orders',
  },
  msk: { arn: 'arn:aws:kafka:eu-west-1:123456789012:cluster/shop/0b9c-4', topic: 'orders' },
}

const schemas = entrySchemas()
const definitions = schemaDefinitions()
const validators = {
  kafka: new Ajv({ coerceTypes: 'array', strictTypes: false }).compile({ ...schemas.kafka, definitions }),
  msk: new Ajv({ coerceTypes: 'array', strictTypes: false }).compile({ ...schemas.msk, definitions }),
}

/** Coerces in place (`'20'` to 20, a text to a list of one), as before a plugin is asked. */
const schemaTakes = (kind: EventKind, entry: object): boolean => validators[kind](entry)

function problemsHere(kind: EventKind, entry: object): string[] {
  const functions = { ship: { events: [{ [kind]: entry }] } }
  try {
    readSettings({ functions, custom: { kafkaEvents: { bootstrapServers: 'l:1' } } }, naming)
    return []
  } catch (error) {
    if (error instanceof SettingsError) return error.problems
    throw error
  }
}

const both: object[] = [
  { batchSize: 1 },
  { batchSize: 10_000 },
  { batchSize: 0 },
  { batchSize: 10_001 },
  { batchSize: 'many' },
  { batchSize: '20' },
  { maximumBatchingWindow: 300 },
  { maximumBatchingWindow: 301 },
  { maximumBatchingWindow: -1 },
  { enabled: false },
  { enabled: 'true' },
  { enabled: 'yes' },
  { startingPosition: 'LATEST' },
  { startingPosition: 'EARLIEST' },
  { startingPosition: 'AT_TIMESTAMP', startingPositionTimestamp: 1_700_000_000 },
  { startingPosition: 'AT_TIMESTAMP', startingPositionTimestamp: 'yesterday' },
  { consumerGroupId: 'shipping' },
  { consumerGroupId: 'x'.repeat(200) },
  { consumerGroupId: 'x'.repeat(201) },
  { filterPatterns: [] },
  { filterPatterns: [{ value: { kind: ['sold'] } }] },
  { filterPatterns: Array.from({ length: 10 }, () => ({ value: { kind: ['sold'] } })) },
  { filterPatterns: Array.from({ length: 11 }, () => ({ value: { kind: ['sold'] } })) },
  { filterPatterns: ['{"value":{"kind":["sold"]}}'] },
  { provisionedPollerConfig: { minimumPollers: 1 } },
  { provisionedPollerConfig: { minimumPollers: 1, maximumPollers: 200 } },
  { provisionedPollerConfig: { minimumPollers: 0 } },
  { provisionedPollerConfig: { maximumPollers: 2001 } },
  { provisionedPollerConfig: 3 },
  { topic: ['a', 'b'] },
  { topic: undefined },
  { what: 1 },
]
const onlyKafka: object[] = [
  { arn: 'arn:x' },
  { accessConfigurations: undefined },
  { accessConfigurations: {} },
  { accessConfigurations: { vpcSubnet: [], vpcSecurityGroup: ['sg-0'] } },
  { accessConfigurations: { vpcSubnet: ['net-0'], vpcSecurityGroup: ['sg-0'] } },
  { accessConfigurations: { saslScram512Auth: [secret] } },
  { accessConfigurations: { saslScram512Auth: secret } },
  { accessConfigurations: { saslScram512Auth: ['arn:aws:iam::1:role/x'] } },
  { accessConfigurations: { saslPlain: [secret] } },
  { bootstrapServers: undefined },
  { bootstrapServers: [] },
  { onFailureDestination: 'kafka://dead', provisionedPollerConfig: { minimumPollers: 1 } },
  { onFailureDestination: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
  { provisionedPollerConfig: {} },
]
const onlyMsk: object[] = [
  { arn: undefined },
  { arn: 'cluster' },
  { arn: { Ref: 'Cluster' } },
  { arn: { 'Fn::ImportValue': 'cluster-arn' } },
  { arn: { 'Fn::GetAtt': ['Cluster', 'Arn'] } },
  { saslScram512: secret },
  { saslScram512: 'secret' },
  { bootstrapServers: ['a:1'] },
  { onFailureDestination: 'kafka://dead' },
  { accessConfigurations: { saslScram512Auth: [secret] } },
  { provisionedPollerConfig: { maximumPollers: 1001 } },
]

const casesOf = (kind: EventKind, changes: object[]) => changes.map(change => [kind, change] as const)

describe('the framework’s schema', () => {
  test.each([...casesOf('kafka', [...both, ...onlyKafka]), ...casesOf('msk', [...both, ...onlyMsk])])(
    'judges alike: %s %j',
    (kind, change) => {
      const entry = structuredClone({ ...least[kind], ...change })
      const taken = schemaTakes(kind, entry)
      const problems = problemsHere(kind, entry)
      expect({ problems, taken: problems.length === 0 }).toMatchObject({ taken })
    },
  )

  // AWS or the deployed template would be wrong with these: the schema lets them through.
  test.each([
    ['kafka', { batchSize: 1.5 }, 'kafka.batchSize must be a whole number from 1 to 10000'],
    ['kafka', { maximumBatchingWindow: 0.5 }, 'kafka.maximumBatchingWindow must be a whole number from 0 to 300'],
    [
      'kafka',
      { consumerGroupId: 'with space' },
      'kafka.consumerGroupId must be at most 200 of a-z A-Z 0-9 / * : _ + = . @ -',
    ],
    ['kafka', { consumerGroupId: '' }, 'kafka.consumerGroupId must be a non-empty text'],
    ['kafka', { onFailureDestination: '' }, 'kafka.onFailureDestination must be a non-empty text'],
    ['kafka', { topic: 'with space' }, 'kafka.topic must be a topic: at most 249 of a-z A-Z 0-9 . _ -, not . first'],
    ['kafka', { topic: 'x'.repeat(250) }, 'kafka.topic must be a topic: at most 249 of a-z A-Z 0-9 . _ -, not . first'],
    [
      'kafka',
      { startingPosition: 'AT_TIMESTAMP' },
      'kafka.startingPositionTimestamp must be in seconds since 1970, not in the future, when the starting position is AT_TIMESTAMP',
    ],
    [
      'kafka',
      { startingPosition: 'AT_TIMESTAMP', startingPositionTimestamp: 1_700_000_000_000 },
      'kafka.startingPositionTimestamp must be in seconds since 1970, not in the future, when the starting position is AT_TIMESTAMP',
    ],
    [
      'kafka',
      { startingPositionTimestamp: 1_700_000_000 },
      'kafka.startingPositionTimestamp is only for the starting position AT_TIMESTAMP, not for TRIM_HORIZON',
    ],
    [
      'kafka',
      { provisionedPollerConfig: { minimumPollers: 3, maximumPollers: 2 } },
      'kafka.provisionedPollerConfig.minimumPollers must not be above the maximum of 2',
    ],
    [
      'kafka',
      { provisionedPollerConfig: { minimumPollers: 3, pollerGroupName: 'g' } },
      'kafka.provisionedPollerConfig.pollerGroupName is not a known setting',
    ],
    [
      'msk',
      { provisionedPollerConfig: { minimumPollers: 201 } },
      'msk.provisionedPollerConfig.minimumPollers must be a whole number from 1 to 200',
    ],
    ['msk', { provisionedPollerConfig: {} }, 'msk.provisionedPollerConfig must have minimumPollers or maximumPollers'],
    [
      'msk',
      { arn: 'arn:aws:kafka' },
      'msk.arn must be a Ref, an Fn::ImportValue or an ARN: arn:aws:kafka:<region>:<account>:cluster/<name>/<id>',
    ],
    [
      'kafka',
      { accessConfigurations: { vpcSubnet: ['subnet-0'] } },
      'kafka.accessConfigurations.vpcSubnet must come with vpcSecurityGroup',
    ],
    [
      'kafka',
      { accessConfigurations: { vpcSecurityGroup: ['sg-0'] } },
      'kafka.accessConfigurations.vpcSecurityGroup must come with vpcSubnet',
    ],
    [
      'kafka',
      { bootstrapServers: Array.from({ length: 11 }, (_, broker) => `b${broker}:1`) },
      'kafka.bootstrapServers must have 1 to 10 of host:port',
    ],
    [
      'kafka',
      { filterPatterns: [{ value: { kind: 'sold' } }] },
      expect.stringContaining('kafka.filterPatterns[0] is not a filter pattern: '),
    ],
    [
      'kafka',
      { onFailureDestination: 'kafka://dead' },
      'kafka.onFailureDestination to a topic is only for provisioned mode: set kafka.provisionedPollerConfig',
    ],
    [
      'kafka',
      { onFailureDestination: 'kafka://orders', provisionedPollerConfig: { minimumPollers: 1 } },
      'kafka.onFailureDestination must be another topic than the one that is read',
    ],
    [
      'kafka',
      { onFailureDestination: 'dead' },
      'kafka.onFailureDestination must be kafka://<topic> or the ARN of an SQS queue, an SNS topic or an S3 bucket',
    ],
  ] as const)('is more lenient: %s %j', (kind, change, problem) => {
    const entry = structuredClone({ ...least[kind], ...change })
    expect(schemaTakes(kind, entry)).toBe(true)
    expect(problemsHere(kind, entry)).toEqual([typeof problem === 'string' ? `function ship: ${problem}` : problem])
  })

  test('is stricter about references to brokers, which deploy when it is switched off', () => {
    const entry = { ...least.kafka, bootstrapServers: [{ Ref: 'Broker' }] }
    expect(problemsHere('kafka', entry)).toEqual([])
    expect(schemaTakes('kafka', entry)).toBe(false)
  })

  test.each([[null], ['orders'], [['orders']]])('an entry that is no map is refused: %j', entry => {
    expect(problemsHere('kafka', entry as unknown as object)).toContain('function ship: kafka must be a map')
  })
})

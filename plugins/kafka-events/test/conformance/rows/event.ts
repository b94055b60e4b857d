/** The event's JSON. */
import assert from 'node:assert/strict'
import { fixtureEvent, fixtureRecord, readFixture } from '../support/fixtures.ts'
import { recordsOf, valuesOf } from '../support/journal.ts'
import type { LiveRun } from '../support/live-run.ts'
import { numbered } from '../support/records.ts'
import type { LiveTest, NewRecord, Row } from '../support/row.ts'
import { sources } from '../support/sources.ts'

/** The documented record stands at offset 15, so 15 others come before it. */
const documented = (id: string, event: 'kafka' | 'msk', fixture: string, changes?: Partial<LiveTest>): LiveTest => ({
  kind: 'live',
  id,
  event,
  behaviour: 'succeed',
  settings: { batchSize: 15 },
  before: () => [...numbered(15), fixtureRecord(fixture)],
  async judge(run) {
    const [, second] = await run.ended(2)
    const expected = fixtureEvent(fixture, run.names.topic, run.brokers)
    assert.deepEqual(second!.event, expected)
    assert.equal(JSON.stringify(second!.event), JSON.stringify(expected), 'the order of the members')
  },
  ...changes,
})

const strangeRecords: NewRecord[] = [
  fixtureRecord('filtering-record-no-key.json'),
  { key: 'a', value: null },
  { key: '', value: '' },
  { value: 'no headers' },
  {
    value: 'headers',
    headers: { 'test-header': 'hello-world-ë', trace: ['first', 'second'], empty: '', last: Buffer.from([0x80, 0xff]) },
  },
  { key: Buffer.from([0xff, 0x00]), value: Buffer.from([0xfe, 0x80]) },
]

/** One function, one batch: each row looks at one record of it. */
const strange = (judge: (run: LiveRun) => Promise<void>): LiveTest => ({
  kind: 'live',
  id: 'strange-records',
  behaviour: 'succeed',
  before: () => strangeRecords,
  judge,
})

async function strangeRecord(run: LiveRun, offset: number) {
  const [attempt] = await run.ended(1)
  return recordsOf(attempt!)[offset]!
}

/** The broker compresses what it stores, whoever wrote it. */
const compressed = (codec: string): Row => ({
  setting: 'event',
  situation: `records that are compressed with ${codec}`,
  aws: 'the same event: a Kafka consumer decompresses what it fetches',
  source: sources.configure,
  here: 'as AWS',
  test: {
    kind: 'live',
    id: `compressed-${codec}`,
    behaviour: 'succeed',
    topicConfig: { 'compression.type': codec },
    before: () => [...numbered(3), { key: 'k', value: 'value '.repeat(1000), headers: { name: 'x' } }],
    async judge(run) {
      await run.committed([4])
      const values = run.attempts().flatMap(valuesOf)
      assert.deepEqual(values, ['value 0', 'value 1', 'value 2', 'value '.repeat(1000)])
    },
  },
})

export const eventRows: Row[] = [
  {
    setting: 'event',
    situation: 'self-managed cluster (`kafka`)',
    aws: '`eventSource: SelfManagedKafka`, `bootstrapServers` as one text, records by `topic-partition`; all members as in the documented event, `offset` and `timestamp` as numbers',
    source: sources.sampleEvent,
    here: 'as AWS; `bootstrapServers` names the local brokers',
    test: documented('event-kafka', 'kafka', 'self-managed.json'),
  },
  {
    setting: 'event',
    situation: 'MSK cluster (`msk`)',
    aws: '`eventSource: aws:kafka` and `eventSourceArn`; otherwise the same',
    source: sources.msk,
    here: 'as AWS; `bootstrapServers` names the local brokers',
    test: documentedMsk('event-msk'),
  },
  {
    setting: 'event',
    situation: 'a mapping of a self-managed cluster that is written out under `resources.Resources`',
    aws: 'the same, whoever wrote the mapping',
    source: sources.template,
    here: 'as AWS',
    test: documented('written-kafka', 'kafka', 'self-managed.json', { isWrittenOut: true }),
  },
  {
    setting: 'event',
    situation: 'a mapping of an MSK cluster that is written out, with an extension',
    aws: 'the same, whoever wrote the mapping',
    source: sources.template,
    here: 'as AWS',
    test: documentedMsk('written-msk', { isWrittenOut: true, settings: {}, extension: { BatchSize: 15 } }),
  },
  {
    setting: 'event',
    situation: 'a record without a key',
    aws: 'the member `key` is absent',
    source: sources.filtering,
    here: 'as AWS',
    test: strange(async run => {
      const expected = JSON.parse(readFixture('filtering-record-no-key.json').replaceAll('mytopic', run.names.topic))
      const found = await strangeRecord(run, 0)
      assert.deepEqual(found, { ...expected[`${run.names.topic}-0`][0], offset: 0 })
    }),
  },
  {
    setting: 'event',
    situation: 'a tombstone: a record whose value is null',
    aws: 'the member `value` is absent',
    source: sources.noValue,
    here: 'as AWS',
    test: strange(async run => {
      const found = await strangeRecord(run, 1)
      assert.equal(found.key, 'YQ==')
      assert.equal(Object.hasOwn(found, 'value'), false)
    }),
  },
  {
    setting: 'event',
    situation: 'an empty key and an empty value',
    aws: 'not documented; empty base64 texts, which differ from absent ones',
    source: sources.sampleEvent,
    here: 'empty texts',
    test: strange(async run => {
      const { key, value } = await strangeRecord(run, 2)
      assert.deepEqual({ key, value }, { key: '', value: '' })
    }),
  },
  {
    setting: 'event',
    situation: 'a record without headers',
    aws: '`headers` is an empty list',
    source: sources.filtering,
    here: 'as AWS',
    test: strange(async run => assert.deepEqual((await strangeRecord(run, 3)).headers, [])),
  },
  {
    setting: 'event',
    situation: 'header bytes above 127',
    aws: "signed bytes, as Java's: `ë` is −61, −85",
    source: sources.headerBytes,
    here: 'as AWS',
    test: strange(async run => {
      const { headers } = await strangeRecord(run, 4)
      assert.deepEqual(headers[0], JSON.parse(readFixture('signed-header-bytes.json')))
      assert.deepEqual(headers.at(-1), { last: [-128, -1] })
    }),
  },
  {
    setting: 'event',
    situation: 'a header whose name comes twice, and one without bytes',
    aws: 'headers are a list of maps with one name each, so both are there',
    source: sources.sampleEvent,
    here: 'as AWS; headers of one name stand together, where the first of them was, since kafkajs does not keep more of their order',
    test: strange(async run => {
      const { headers } = await strangeRecord(run, 4)
      const bytes = (text: string) => [...Buffer.from(text)]
      assert.deepEqual(headers.slice(1, 4), [{ trace: bytes('first') }, { trace: bytes('second') }, { empty: [] }])
    }),
  },
  {
    setting: 'event',
    situation: 'bytes that are no UTF-8',
    aws: '`key` and `value` are base64 of the bytes, whatever they are',
    source: sources.sampleEvent,
    here: 'as AWS',
    test: strange(async run => {
      const { key, value } = await strangeRecord(run, 5)
      assert.deepEqual([key, value], ['/wA=', '/oA='])
    }),
  },
  {
    setting: 'event',
    situation: 'a topic with `message.timestamp.type=LogAppendTime`',
    aws: "`timestampType` is `LOG_APPEND_TIME`, `timestamp` the broker's",
    source: sources.sampleEvent,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'append-time',
      behaviour: 'succeed',
      topicConfig: { 'message.timestamp.type': 'LogAppendTime' },
      before: () => [{ value: 'x', timestampMs: 1_545_084_650_987 }],
      async judge(run) {
        const [attempt] = await run.ended(1)
        const [found] = recordsOf(attempt!)
        assert.equal(found!.timestampType, 'LOG_APPEND_TIME')
        assert.notEqual(found!.timestamp, 1_545_084_650_987)
        assert.ok(found!.timestamp <= attempt!.beganAtMs)
      },
    },
  },
  ...['gzip', 'snappy', 'lz4', 'zstd'].map(compressed),
  {
    setting: 'event',
    situation: 'records of several partitions',
    aws: 'one payload may hold several partitions of the topic, each in the order of its offsets',
    source: sources.configure,
    here: 'as AWS with `custom.kafkaEvents.partitionsPerEventMax` above 1; one partition an event without it',
    test: {
      kind: 'live',
      app: 'packed',
      id: 'several-partitions',
      behaviour: 'succeed',
      partitions: 3,
      // The window lets all partitions be fetched before the first event.
      settings: { maximumBatchingWindow: 3 },
      before: () => [0, 1, 2].flatMap(partition => numbered(4, partition)),
      async judge(run) {
        const [attempt] = await run.ended(1)
        const offsets = Object.entries(attempt!.event.records).map(([name, records]) => [
          name,
          records.map(({ partition, offset }) => `${partition}:${offset}`),
        ])
        const expected = [0, 1, 2].map(partition => [
          `${run.names.topic}-${partition}`,
          [0, 1, 2, 3].map(offset => `${partition}:${offset}`),
        ])
        assert.deepEqual(Object.fromEntries(offsets), Object.fromEntries(expected))
        await run.committed([4, 4, 4])
      },
    },
  },
  {
    setting: 'event',
    situation: 'the function runs in a worker thread (`useInProcess: false`)',
    aws: 'the same event wherever it runs',
    source: sources.sampleEvent,
    here: 'as AWS',
    test: { ...(documented('event-threads', 'kafka', 'self-managed.json') as LiveTest), app: 'threads' },
  },
  {
    setting: 'event',
    situation: 'a function that is typed with `MSKHandler` or `SelfManagedKafkaHandler`',
    aws: 'the types say that `key` and `value` are always there, though they are not',
    source: 'https://www.npmjs.com/package/@types/aws-lambda',
    here: 'the same: an event whose records have both is of these types',
    test: {
      kind: 'elsewhere',
      file: 'src/conformance.test.ts',
      name: 'an event whose records have keys and values is what @types/aws-lambda says',
    },
  },
  {
    setting: 'SchemaRegistryConfig',
    situation: 'Avro, Protobuf or JSON schema values',
    aws: 'values are decoded, and records have `keySchemaMetadata` and `valueSchemaMetadata`',
    source: sources.consume,
    here: 'not emulated: it needs a registry with its schemas; refused at start, unless `custom.kafkaEvents.ignoreSchemaRegistry` is set',
  },
  {
    setting: 'SchemaRegistryConfig',
    situation: '`custom.kafkaEvents.ignoreSchemaRegistry: true`',
    aws: 'there is no such setting: values are decoded',
    source: sources.consume,
    here: 'values reach the function as they are in Kafka, and a warning at each start says so',
    test: {
      kind: 'elsewhere',
      file: 'src/settings/read-settings.test.ts',
      name: 'is ignored where that is asked for, and told loudly',
    },
  },
]

/** Its ARN names a cluster that the settings name, too. */
function documentedMsk(id: string, changes?: Partial<LiveTest>): LiveTest {
  const { eventSourceArn: arn } = JSON.parse(readFixture('msk.json'))
  const test = documented(id, 'msk', 'msk.json', { settings: { batchSize: 15 }, ...changes })
  return { ...test, settings: { ...test.settings, arn } }
}

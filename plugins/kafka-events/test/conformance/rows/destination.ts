/** Where records go that are given up. */
import assert from 'node:assert/strict'
import { readFixture } from '../support/fixtures.ts'
import { offsetsOf } from '../support/journal.ts'
import { numbered, record } from '../support/records.ts'
import type { LiveTest, NewRecord, Row } from '../support/row.ts'
import { CLUSTER_ARN } from '../support/service.ts'
import { sources } from '../support/sources.ts'
import { provisioned, withOnFailureTopic } from '../support/triggers.ts'

const setting = 'DestinationConfig'
const documented = JSON.parse(readFixture('on-failure-kafka-topic-message-value.json'))
const extension = { MaximumRetryAttempts: 0 }
const timestampMs = 1_545_084_650_987

const givenUp: NewRecord[] = [
  { key: 'order-1', value: 'first', headers: { trace: 'abc' }, timestampMs },
  { value: null, timestampMs },
]

/** One function gives up two records: each row looks at what comes of them. */
const givingUp = (judge: LiveTest['judge']): LiveTest => ({
  kind: 'live',
  id: 'gives-up',
  behaviour: 'failAlways',
  ...withOnFailureTopic,
  extension,
  before: () => givenUp,
  judge,
})

const emulatedNot = (name: string, arn: string): Row => ({
  setting,
  situation: `an ${name}`,
  aws: 'metadata of the failed batch is sent there, and the partition moves on',
  source: sources.onFailure,
  here: 'a warning at start says that it is not emulated; then as without a destination: retried without end',
  test: {
    kind: 'settings',
    settings: { onFailureDestination: arn },
    reads: { onFailureTopic: undefined, retryAttemptsMax: Number.POSITIVE_INFINITY },
    warnings: [`function ship: kafka.onFailureDestination is ${arn}`, 'not emulated'],
  },
})

export const destinationRows: Row[] = [
  {
    setting,
    situation: 'a Kafka topic: what the message holds',
    aws: 'JSON about the failure with the event of this one record in `payload`, as in the documented message',
    source: sources.onFailureTopic,
    here: 'as AWS; self-managed clusters have no `eventSourceArn`',
    test: givingUp(async run => {
      const [discarded] = await run.discarded(2)
      const message = JSON.parse(discarded!.value)
      const { eventSourceArn: _, ...batchInfo } = documented.KafkaBatchInfo
      const { eventSourceArn: __, ...payload } = documented.payload
      assert.deepEqual(shapeOf(message), shapeOf({ ...documented, KafkaBatchInfo: batchInfo, payload }))
      assert.match(message.requestContext.functionArn, /^arn:aws:lambda:us-east-1:\d{12}:function:gives-up:\$LATEST$/)
      assert.equal(message.requestContext.condition, 'RetriesExhausted')
      assert.deepEqual(message.responseContext, documented.responseContext)
      assert.equal(message.version, '1.0')
      assert.equal(message.KafkaBatchInfo.batchSize, 1)
      assert.equal(message.KafkaBatchInfo.payloadSize, Buffer.byteLength(JSON.stringify(message.payload)))
      assert.deepEqual(message.KafkaBatchInfo.recordInfo, {
        offset: '0',
        timestamp: new Date(timestampMs).toISOString(),
      })
      for (const time of [message.timestamp, message.KafkaBatchInfo.recordInfo.timestamp])
        assert.equal(new Date(time).toISOString(), time)
    }),
  },
  {
    setting,
    situation: 'a Kafka topic: the record itself',
    aws: '`payload` is the event with this record alone: its key, value and headers as the function saw them',
    source: sources.onFailureTopic,
    here: 'as AWS',
    test: givingUp(async run => {
      const discarded = await run.discarded(2)
      const { event } = run.attempts()[0]!
      const [[name, records]] = Object.entries(event.records) as [[string, unknown[]]]
      for (const [index, { value }] of discarded.entries())
        assert.deepEqual(JSON.parse(value).payload, { ...event, records: { [name]: [records[index]] } })
    }),
  },
  {
    setting,
    situation: 'a Kafka topic: one message for each record, and its key',
    aws: "the record's own key, so that its messages share a partition; a record without a key has none",
    source: sources.onFailureTopic,
    here: 'as AWS, in the order of the records',
    test: givingUp(async run => {
      const discarded = await run.discarded(2)
      assert.deepEqual(
        discarded.map(({ key }) => key),
        ['order-1', null],
      )
      await run.committed([2])
    }),
  },
  {
    setting,
    situation: 'a Kafka topic: headers of the message',
    aws: "not documented; the record's own headers are in `payload`",
    source: sources.onFailureTopic,
    here: 'none',
    test: givingUp(async run => {
      const discarded = await run.discarded(2)
      assert.deepEqual(
        discarded.map(({ headers }) => headers),
        [{}, {}],
      )
    }),
  },
  {
    setting,
    situation: 'a Kafka topic of an MSK mapping, in an extension',
    aws: '`eventSourceArn` is in the message, too',
    source: sources.onFailureTopic,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'gives-up-msk',
      event: 'msk',
      behaviour: 'failAlways',
      onFailure: 'topic',
      settings: provisioned,
      extension: ({ onFailureTopic }) => ({
        ...extension,
        DestinationConfig: { OnFailure: { Destination: `kafka://${onFailureTopic}` } },
      }),
      before: () => [{ key: 'order-1', value: 'x' }],
      async judge(run) {
        const [discarded] = await run.discarded(1)
        const message = JSON.parse(discarded!.value)
        assert.deepEqual(shapeOf(message), shapeOf(documented))
        assert.equal(message.KafkaBatchInfo.eventSourceArn, CLUSTER_ARN)
        assert.equal(message.payload.eventSource, 'aws:kafka')
        await run.committed([1])
      },
    },
  },
  {
    setting,
    situation: 'a Kafka topic that does not exist',
    aws: 'the delivery fails, and the records are dropped and counted in `DroppedEventCount`',
    source: sources.metrics,
    here: 'the partition waits until they can be written, and the log says so: nothing is skipped silently',
    test: {
      kind: 'live',
      id: 'missing-destination',
      behaviour: 'failOnPoison',
      ...withOnFailureTopic,
      onFailure: 'missing',
      extension,
      before: () => [record('poison')],
      async judge(run) {
        await run.ended(1)
        await run.logged(run.names.onFailureTopic, 'on-failure topic')
        assert.deepEqual(await run.commits(), [-1])
        await run.createOnFailureTopic()
        await run.discarded(1)
        await run.produce(...numbered(1))
        await run.committed([2])
        assert.deepEqual(run.attempts().map(offsetsOf), [[0], [1]])
      },
    },
  },
  {
    setting,
    situation: 'the topic that is read',
    aws: 'refused',
    source: sources.onFailureTopic,
    here: 'as AWS',
    test: {
      kind: 'refused',
      settings: ({ topic }) => ({ ...provisioned, onFailureDestination: `kafka://${topic}` }),
      problems: ['function ship: kafka.onFailureDestination'],
    },
  },
  {
    setting,
    situation: 'a Kafka topic without provisioned mode',
    aws: 'refused',
    source: sources.onFailureTopic,
    here: 'as AWS',
    test: {
      kind: 'refused',
      settings: { onFailureDestination: 'kafka://orders.failed' },
      problems: ['function ship: kafka.onFailureDestination', 'provisionedPollerConfig'],
    },
  },
  {
    setting,
    situation: 'any other address',
    aws: 'refused: `kafka://<topic>` or an ARN',
    source: sources.createApi,
    here: 'as AWS',
    test: {
      kind: 'refused',
      settings: { ...provisioned, onFailureDestination: 'https://example.com/failed' },
      problems: ['function ship: kafka.onFailureDestination', 'kafka://'],
    },
  },
  {
    setting,
    situation: '`OnSuccess`',
    aws: 'refused: mappings have `OnFailure` only',
    source: sources.template,
    here: 'as AWS',
    test: {
      kind: 'refused',
      extension: { DestinationConfig: { OnSuccess: { Destination: 'kafka://orders.done' } } },
      problems: ['function ship: resources.extensions', 'OnSuccess'],
    },
  },
  emulatedNot('SQS queue', 'arn:aws:sqs:us-east-1:123456789012:failed'),
  emulatedNot('SNS topic', 'arn:aws:sns:us-east-1:123456789012:failed'),
  emulatedNot('S3 bucket', 'arn:aws:s3:::failed'),
  {
    setting,
    situation: 'an SQS queue, and a function that always fails',
    aws: '10 retries, then the queue',
    source: sources.retries,
    here: 'one warning at start; then the partition is blocked, and the log says so',
    test: {
      kind: 'live',
      id: 'sqs',
      behaviour: 'failAlways',
      settings: { onFailureDestination: 'arn:aws:sqs:us-east-1:123456789012:failed' },
      before: () => numbered(1),
      async judge(run) {
        await run.ended(4)
        const warnings = run.log().filter(line => line.includes('arn:aws:sqs'))
        assert.equal(warnings.length, 1, warnings.join('\n'))
        assert.match(warnings[0]!, /not emulated/)
        assert.deepEqual(await run.commits(), [-1])
      },
    },
  },
]

/** The members and their types, all the way down; texts that name a partition or carry data are alike. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])]
  if (value === null || typeof value !== 'object') return typeof value
  const members = Object.entries(value).map(([name, part]) => [
    name === 'headers' ? name : plainName(name),
    shapeOf(part),
  ])
  return { ...Object.fromEntries(members), ...('headers' in value ? { headers: [] } : {}) }
}

const plainName = (name: string): string => (/-\d+$/.test(name) ? 'topic-partition' : name)

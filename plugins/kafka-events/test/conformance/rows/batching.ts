/** How many records an event holds, and when it is handed over. */
import assert from 'node:assert/strict'
import { type Attempt, offsetsOf, recordsOf } from '../support/journal.ts'
import { numbered, range, record } from '../support/records.ts'
import type { NewRecord, Row } from '../support/row.ts'
import { sources } from '../support/sources.ts'

const EVENT_BYTES_MAX = 6 * 1024 * 1024
const bigTopic = { 'max.message.bytes': '20000000' }
/** Of these, five fit into an event. */
const bigRecords = (count: number): NewRecord[] => Array.from({ length: count }, () => record('x'.repeat(900_000)))

const sizesOf = (attempts: Attempt[]): number[] => attempts.map(attempt => offsetsOf(attempt).length)

export const batchingRows: Row[] = [
  {
    setting: 'BatchSize',
    situation: 'not set',
    aws: '100',
    source: sources.parameters,
    here: 'as AWS',
    test: { kind: 'settings', reads: { batchSize: 100 } },
  },
  {
    setting: 'BatchSize',
    situation: 'more records are there than a batch takes',
    aws: 'an event holds at most so many records; the rest makes the next events',
    source: sources.batching,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'batch-size',
      behaviour: 'succeed',
      settings: { batchSize: 10 },
      before: () => numbered(25),
      async judge(run) {
        const attempts = await run.ended(3)
        assert.deepEqual(attempts.map(offsetsOf), [range(0, 9), range(10, 19), range(20, 24)])
        await run.committed([25])
      },
    },
  },
  {
    setting: 'BatchSize',
    situation: 'an event of several partitions',
    aws: 'the size counts all records of the event',
    source: sources.configure,
    here: 'as AWS',
    test: {
      kind: 'live',
      app: 'packed',
      id: 'batch-size-packed',
      behaviour: 'succeed',
      partitions: 3,
      settings: { batchSize: 4, maximumBatchingWindow: 3 },
      before: () => [0, 1, 2].flatMap(partition => numbered(4, partition)),
      async judge(run) {
        await run.committed([4, 4, 4])
        const attempts = run.attempts()
        assert.ok(Math.max(...sizesOf(attempts)) === 4, `sizes ${sizesOf(attempts)}`)
        assert.equal(attempts.flatMap(recordsOf).length, 12)
      },
    },
  },
  ...[0, 10_001, 1.5, 'many'].map(
    (batchSize): Row => ({
      setting: 'BatchSize',
      situation: `\`${batchSize}\``,
      aws: 'refused: a whole number from 1 to 10,000',
      source: sources.createApi,
      here: 'as AWS',
      test: { kind: 'refused', settings: { batchSize }, problems: ['function ship: kafka.batchSize'] },
    }),
  ),
  {
    setting: 'MaximumBatchingWindowInSeconds',
    situation: 'not set',
    aws: '500 ms',
    source: sources.lowLatency,
    here: 'as AWS',
    test: { kind: 'settings', reads: { batchingWindowMs: 500 } },
  },
  {
    setting: 'MaximumBatchingWindowInSeconds',
    situation: '0 in an extension',
    aws: 'what is there is handed over at once',
    source: sources.lowLatency,
    here: 'as AWS',
    test: { kind: 'settings', extension: { MaximumBatchingWindowInSeconds: 0 }, reads: { batchingWindowMs: 0 } },
  },
  {
    setting: 'maximumBatchingWindow',
    situation: '0 in the event',
    aws: 'the framework leaves it out of the template, so that AWS waits its 500 ms',
    source: sources.template,
    here: 'nothing is waited, and a warning says what AWS will do',
    test: {
      kind: 'settings',
      settings: { maximumBatchingWindow: 0 },
      reads: { batchingWindowMs: 0 },
      warnings: ['maximumBatchingWindow', '500 ms'],
    },
  },
  {
    setting: 'MaximumBatchingWindowInSeconds',
    situation: 'the window is over before the batch is full',
    aws: 'what has come since the first record is handed over when the window is over',
    source: sources.batching,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'window-first',
      behaviour: 'succeed',
      settings: { maximumBatchingWindow: 4 },
      async judge(run) {
        await run.joined()
        await run.produce(record('first'))
        await run.produce(record('second'))
        const [attempt] = await run.ended(1)
        assert.deepEqual(offsetsOf(attempt!), [0, 1])
        const waitedMs = attempt!.beganAtMs - recordsOf(attempt!)[0]!.timestamp
        // Timers may fire a moment early.
        assert.ok(waitedMs >= 3950, `began ${waitedMs} ms after the first record was written`)
      },
    },
  },
  {
    setting: 'MaximumBatchingWindowInSeconds',
    situation: 'the batch is full before the window is over',
    aws: 'a full batch is handed over at once',
    source: sources.batching,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'size-first',
      behaviour: 'succeed',
      settings: { batchSize: 3, maximumBatchingWindow: 300 },
      before: () => numbered(7),
      async judge(run) {
        const attempts = await run.ended(2)
        assert.deepEqual(attempts.map(offsetsOf), [range(0, 2), range(3, 5)])
        await run.committed([6])
      },
    },
  },
  {
    setting: 'MaximumBatchingWindowInSeconds',
    situation: 'the payload reaches 6 MB before the window is over',
    aws: 'the event is handed over at once, with as many records as 6 MB hold',
    source: sources.batching,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'payload-first',
      behaviour: 'succeed',
      topicConfig: bigTopic,
      settings: { maximumBatchingWindow: 300 },
      before: () => bigRecords(11),
      async judge(run) {
        const attempts = await run.ended(2)
        assert.deepEqual(attempts.map(offsetsOf), [range(0, 4), range(5, 9)])
        await run.committed([10])
      },
    },
  },
  {
    setting: 'payload',
    situation: 'records of much key, value and header together',
    aws: '6 MB of the event as JSON: base64 and headers as printed numbers count',
    source: sources.lambdaLimits,
    here: 'as AWS: at most 6,291,456 bytes',
    test: {
      kind: 'live',
      id: 'payload-headers',
      behaviour: 'succeed',
      topicConfig: bigTopic,
      settings: { maximumBatchingWindow: 300 },
      // Each byte is five characters of JSON: two such headers are 5 MB, three would be 7.5.
      before: () =>
        Array.from({ length: 5 }, () => ({
          key: 'k'.repeat(10_000),
          value: 'x',
          headers: { padding: Buffer.alloc(500_000, 0x80) },
        })),
      async judge(run) {
        const attempts = await run.ended(2)
        assert.deepEqual(attempts.map(offsetsOf), [range(0, 1), range(2, 3)])
        for (const { eventBytes } of attempts) assert.ok(eventBytes > 5_000_000 && eventBytes <= EVENT_BYTES_MAX)
      },
    },
  },
  {
    setting: 'payload',
    situation: 'one record alone is more than 6 MB, with an on-failure topic',
    aws: 'it cannot be handed over; destinations get it with the condition `MaximumPayloadSizeExceeded` (documented for SQS, SNS and S3)',
    source: sources.onFailure,
    here: 'the same for a topic, as far as its `max.message.bytes` lets it in',
    test: {
      kind: 'live',
      id: 'too-large',
      behaviour: 'succeed',
      onFailure: 'topic',
      topicConfig: bigTopic,
      settings: ({ onFailureTopic }) => ({
        onFailureDestination: `kafka://${onFailureTopic}`,
        provisionedPollerConfig: { minimumPollers: 1 },
      }),
      before: () => [record('before'), record('x'.repeat(5_000_000)), record('after')],
      async judge(run) {
        const [discarded] = await run.discarded(1)
        const { requestContext, responseContext, payload } = JSON.parse(discarded!.value)
        assert.equal(requestContext.condition, 'MaximumPayloadSizeExceeded')
        assert.equal(responseContext, null)
        assert.equal(payload.records[`${run.names.topic}-0`][0].offset, 1)
        await run.committed([3])
        assert.deepEqual(run.attempts().flatMap(offsetsOf), [0, 2])
      },
    },
  },
  {
    setting: 'payload',
    situation: 'one record alone is more than 6 MB, without a destination',
    aws: 'it goes unprocessed',
    source: sources.troubleshoot,
    here: 'it blocks its partition and the log says so: nothing is skipped silently',
    test: {
      kind: 'live',
      id: 'too-large-blocks',
      behaviour: 'succeed',
      topicConfig: bigTopic,
      before: () => [record('before'), record('x'.repeat(5_000_000)), record('after')],
      async judge(run) {
        await run.logged('6 MB')
        await run.committed([1])
        // Once for each session: a machine that is busy may lose one before the offset is committed.
        assert.deepEqual([...new Set(run.attempts().flatMap(offsetsOf))], [0])
      },
    },
  },
]

/** `ReportBatchItemFailures`: what a function's answer means. */
import assert from 'node:assert/strict'
import { offsetsOf, recordsOf } from '../support/journal.ts'
import { numberedWithPoison, range, record } from '../support/records.ts'
import type { LiveTest, Names, NewRecord, Row } from '../support/row.ts'
import { sources } from '../support/sources.ts'
import { provisioned, reporting, withOnFailureTopic } from '../support/triggers.ts'

const setting = 'FunctionResponseTypes'

/** A record that tells the function what to answer to the first event that it begins. Undefined is an answer, too. */
const telling = (answer: unknown): NewRecord => record(JSON.stringify({ answer }))

const reporter: Pick<LiveTest, 'kind' | 'settings' | 'extension'> = {
  kind: 'live',
  settings: provisioned,
  extension: reporting,
}

/** Each answer for a batch of one record: all are successes. */
const successes = (id: string, answers: unknown[]): LiveTest => ({
  ...reporter,
  id,
  behaviour: 'answerAsTold',
  settings: { ...provisioned, batchSize: 1 },
  before: () => answers.map(telling),
  async judge(run) {
    await run.committed([answers.length])
    assert.deepEqual(run.attempts().flatMap(offsetsOf), range(0, answers.length - 1))
  },
})

/** Each answer for a batch of two records: all fail the batch, which succeeds at its second attempt. */
const failures = (id: string, answersOf: (names: Names) => unknown[]): LiveTest => ({
  ...reporter,
  id,
  behaviour: 'answerAsTold',
  settings: { ...provisioned, batchSize: 2 },
  before: names => answersOf(names).flatMap(answer => [telling(answer), record('{}')]),
  async judge(run) {
    const count = answersOf(run.names).length
    await run.committed([2 * count])
    const expected = range(0, count - 1).flatMap(batch => Array(2).fill([2 * batch, 2 * batch + 1]))
    assert.deepEqual(run.attempts().map(offsetsOf), expected)
  },
})

const failed = (itemIdentifier: unknown) => ({ batchItemFailures: [{ itemIdentifier }] })

const reportedInTheMiddle: Omit<LiveTest, 'id'> = {
  ...reporter,
  behaviour: 'reportPoison',
  before: () => numberedWithPoison(6, [3]),
  async judge(run) {
    const [whole, rest] = await run.ended(2)
    assert.deepEqual([offsetsOf(whole!), offsetsOf(rest!)], [range(0, 5), range(3, 5)])
    await run.committed([3])
  },
}

export const itemFailureRows: Row[] = [
  {
    setting,
    situation: 'a record in the middle of the batch is reported',
    aws: 'the records before it are done; the rest is tried again',
    source: sources.retries,
    here: 'as AWS: what is done is committed at once',
    test: { ...reportedInTheMiddle, id: 'reported' },
  },
  {
    setting,
    situation: 'a record is reported from a worker thread (`useInProcess: false`)',
    aws: 'the same answer wherever it runs',
    source: sources.retries,
    here: 'as AWS',
    test: { ...reportedInTheMiddle, id: 'reported-thread', app: 'threads' },
  },
  {
    setting,
    situation: 'several records of a partition are reported',
    aws: 'the lowest is the checkpoint, as for streams; the Kafka page speaks of retrying "just those", which one offset a partition cannot hold',
    source: sources.batchReporting,
    here: 'everything from the lowest on is tried again, so good records behind it are handed over twice',
    test: {
      ...reporter,
      id: 'reported-several',
      behaviour: 'reportPoison',
      before: () => numberedWithPoison(6, [4, 2]),
      async judge(run) {
        const [whole, rest] = await run.ended(2)
        assert.deepEqual([offsetsOf(whole!), offsetsOf(rest!)], [range(0, 5), range(2, 5)])
        await run.committed([2])
      },
    },
  },
  {
    setting,
    situation: 'records of some partitions of the event are reported',
    aws: 'each partition by itself: without a report it is done, else its records from the lowest on are tried again',
    source: sources.retries,
    here: 'as AWS',
    test: {
      ...reporter,
      app: 'packed',
      id: 'reported-packed',
      behaviour: 'reportPoison',
      partitions: 3,
      settings: { ...provisioned, maximumBatchingWindow: 3 },
      before: () => [
        ...numberedWithPoison(3, [1], 0),
        ...numberedWithPoison(3, [], 1),
        ...numberedWithPoison(3, [0], 2),
      ],
      async judge(run) {
        await run.committed([1, 3, -1])
        const [whole, rest] = await run.ended(2)
        assert.equal(recordsOf(whole!).length, 9)
        const again = recordsOf(rest!).map(({ partition, offset }) => `${partition}:${offset}`)
        assert.deepEqual(again.toSorted(), ['0:1', '0:2', '2:0', '2:1', '2:2'])
      },
    },
  },
  {
    setting,
    situation: '`null`, nothing, `{}`, no items, `batchItemFailures: null`',
    aws: 'all succeeded: "an empty valid JSON or null"',
    source: sources.retries,
    here: 'as AWS',
    test: successes('answers-success', [null, undefined, {}, { batchItemFailures: [] }, { batchItemFailures: null }]),
  },
  {
    setting,
    situation: 'an empty text, an empty list',
    aws: 'all succeeded (said of streams)',
    source: sources.batchReporting,
    here: 'as AWS',
    test: successes('answers-empty', ['', []]),
  },
  {
    setting,
    situation: 'an object without `batchItemFailures`',
    aws: 'not documented',
    source: sources.retries,
    here: 'all succeeded',
    test: successes('answers-other', [{ statusCode: 200 }]),
  },
  {
    setting,
    situation: 'a partition or an offset that is not in the event',
    aws: 'the whole batch failed',
    source: sources.retries,
    here: 'as AWS',
    test: failures('answers-unknown', ({ topic }) => [
      failed({ partition: `${topic}-1`, offset: 0 }),
      failed({ partition: 'other-0', offset: 2 }),
      failed({ partition: `${topic}-0`, offset: 1000 }),
    ]),
  },
  {
    setting,
    situation: 'a reported record beside one that is not in the event',
    aws: 'the whole batch failed',
    source: sources.retries,
    here: 'as AWS',
    test: failures('answers-half-known', ({ topic }) => [
      {
        batchItemFailures: [
          { itemIdentifier: { partition: `${topic}-0`, offset: 1 } },
          { itemIdentifier: { partition: `${topic}-0`, offset: 1000 } },
        ],
      },
    ]),
  },
  {
    setting,
    situation: 'an item identifier that is empty, null, missing, under another name, or a text',
    aws: 'the whole batch failed (said of streams)',
    source: sources.batchReporting,
    here: 'as AWS',
    test: failures('answers-malformed', ({ topic }) => [
      failed(''),
      failed(null),
      failed(`${topic}-0`),
      failed({}),
      { batchItemFailures: [{ foo: { partition: `${topic}-0`, offset: 8 } }] },
      { batchItemFailures: [{}] },
      { batchItemFailures: [null] },
    ]),
  },
  {
    setting,
    situation: 'an offset that is missing, null or a text',
    aws: 'not documented; no valid identifier fails the whole batch',
    source: sources.retries,
    here: 'the whole batch failed',
    test: failures('answers-no-offset', ({ topic }) => [
      failed({ partition: `${topic}-0` }),
      failed({ partition: `${topic}-0`, offset: null }),
      failed({ partition: `${topic}-0`, offset: '5' }),
    ]),
  },
  {
    setting,
    situation: 'an answer that is a text, a number or a filled list',
    aws: 'not documented',
    source: sources.retries,
    here: 'the whole batch failed: an answer that says nothing must not lose records',
    test: failures('answers-no-object', () => ['ok', 5, [1]]),
  },
  {
    setting,
    situation: 'the function throws',
    aws: 'the whole batch failed',
    source: sources.batchReporting,
    here: 'as AWS',
    test: {
      ...reporter,
      id: 'reporting-throws',
      behaviour: 'failTwice',
      before: () => numberedWithPoison(3, []),
      async judge(run) {
        await run.committed([3])
        assert.deepEqual(run.attempts().map(offsetsOf), Array(3).fill([0, 1, 2]))
      },
    },
  },
  {
    setting,
    situation: 'the rest fails until the attempts are used up, `MaximumRetryAttempts: 3`',
    aws: 'the rest is a batch of its own, whose attempts are counted from there (seen with streams: five deliveries of the record, four of them of the rest, `approximateInvokeCount` 4); `functionError` is null, since the function did not fail',
    source: sources.batchReporting,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'reported-exhausted',
      behaviour: 'reportPoison',
      ...withOnFailureTopic,
      extension: { ...reporting, MaximumRetryAttempts: 3 },
      before: () => numberedWithPoison(3, [2]),
      async judge(run) {
        const [discarded] = await run.discarded(1)
        await run.committed([3])
        assert.deepEqual(run.attempts().map(offsetsOf), [[0, 1, 2], [2], [2], [2], [2]])
        const { requestContext, responseContext, KafkaBatchInfo } = JSON.parse(discarded!.value)
        assert.equal(requestContext.approximateInvokeCount, 4)
        assert.equal(responseContext.functionError, null)
        assert.equal(KafkaBatchInfo.recordInfo.offset, '2')
      },
    },
  },
  {
    setting,
    situation: 'any other type',
    aws: 'refused: only `ReportBatchItemFailures`',
    source: sources.createApi,
    here: 'as AWS',
    test: {
      kind: 'refused',
      settings: provisioned,
      extension: { FunctionResponseTypes: ['ReportFailures'] },
      problems: ['function ship: resources.extensions', 'FunctionResponseTypes', 'ReportBatchItemFailures'],
    },
  },
]

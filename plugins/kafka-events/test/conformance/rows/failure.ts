/** What comes after a function that fails: retries, time-outs, attempts, age, halves. */
import assert from 'node:assert/strict'
import { type Attempt, offsetsOf, recordsOf, valuesOf } from '../support/journal.ts'
import type { Discarded, LiveRun } from '../support/live-run.ts'
import { numbered, numberedWithPoison, range, record } from '../support/records.ts'
import type { LiveTest, Row } from '../support/row.ts'
import { sources } from '../support/sources.ts'
import { provisioned, reporting, withOnFailureTopic } from '../support/triggers.ts'

const doneOffsets = (run: LiveRun): number[] =>
  run
    .attempts()
    .filter(({ ended }) => ended?.kind === 'done')
    .flatMap(offsetsOf)

/** Of the records that were given up. */
const discardedOffsets = (discarded: Discarded[]): number[] =>
  discarded.map(({ value }) => Number(JSON.parse(value).KafkaBatchInfo.recordInfo.offset))

const contextOf = ({ value }: Discarded) => JSON.parse(value).requestContext

const lateFunction = (id: string, changes: Partial<LiveTest> = {}): LiveTest => ({
  kind: 'live',
  id,
  behaviour: 'sleepPastTimeout',
  timeoutS: 1,
  before: () => numbered(2),
  async judge(run) {
    await run.until('an attempt to be late', () => run.attempts().length === 1)
    await run.produce(record('meanwhile'))
    const [late, second] = await run.ended(2)
    assert.deepEqual([offsetsOf(late!), offsetsOf(second!)], [range(0, 1), range(0, 1)])
    assert.ok(second!.beganAtMs >= late!.ended!.atMs, 'the second attempt began beside the first')
    await run.committed([3])
    assert.deepEqual(run.attempts().slice(2).flatMap(valuesOf), ['meanwhile'])
    const warnings = run.log().filter(line => line.includes('still runs after'))
    assert.ok(warnings.length >= 2, `warnings: ${warnings}`)
  },
  ...changes,
})

const dayMs = 24 * 3600 * 1000

export const failureRows: Row[] = [
  {
    setting: 'failure',
    situation: 'the function throws',
    aws: 'the same batch again, as it was, until it succeeds or the records expire; nothing of it is committed before',
    source: sources.configure,
    here: 'as AWS; after 200 ms, then up to 10 s, with jitter (AWS does not document its waits)',
    test: {
      kind: 'live',
      id: 'throws',
      behaviour: 'failTwice',
      before: () => numbered(3),
      async judge(run) {
        const attempts = await run.ended(3)
        assert.deepEqual(attempts.map(offsetsOf), Array(3).fill([0, 1, 2]))
        assert.deepEqual(
          attempts.map(({ ended }) => ended?.kind),
          ['fail', 'fail', 'done'],
        )
        await run.committed([3])
      },
    },
  },
  {
    setting: 'failure',
    situation: 'records arrive while a batch fails',
    aws: 'the failed batch is tried again as it was',
    source: sources.configure,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'arrive-while-failing',
      behaviour: 'failTwice',
      before: () => numbered(1),
      async judge(run) {
        await run.ended(1)
        await run.produce(record('later'))
        await run.committed([2])
        const attempts = run.attempts()
        assert.deepEqual(attempts.slice(0, 3).map(offsetsOf), [[0], [0], [0]])
        assert.deepEqual(attempts.slice(3).flatMap(offsetsOf), [1])
      },
    },
  },
  {
    setting: 'failure',
    situation: 'the function always fails, and no limit is set',
    aws: 'its partition is blocked until it succeeds or the records expire; the other partitions go on',
    source: sources.troubleshoot,
    here: 'as AWS; the log says so each time',
    test: {
      kind: 'live',
      id: 'blocked',
      behaviour: 'failOnPoison',
      partitions: 2,
      before: () => [record('poison'), record('after it'), ...numbered(3, 1)],
      async judge(run) {
        await run.committed([-1, 3])
        await run.produce(record('more', 1))
        await run.committed([-1, 4])
        await run.until('the poison to be tried again', () => failuresOf(run).length >= 4)
        for (const attempt of failuresOf(run)) assert.deepEqual(offsetsOf(attempt), [0, 1])
        await run.logged('failed', 'again')
        assert.deepEqual(await run.commits(), [-1, 4])
      },
    },
  },
  {
    setting: 'failure',
    situation: 'a function without `ReportBatchItemFailures` returns anything at all',
    aws: 'any return is a success',
    source: sources.batchReporting,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'not-reporting',
      behaviour: 'reportPoison',
      before: () => numberedWithPoison(3, [1]),
      async judge(run) {
        await run.committed([3])
        assert.deepEqual(run.attempts().map(offsetsOf), [[0, 1, 2]])
      },
    },
  },
  {
    setting: 'timeout',
    situation: 'the function takes longer than its time-out',
    aws: 'it is stopped, and that is a failed attempt: the batch again',
    source: sources.retries,
    here: 'it cannot be stopped, so its real end is awaited, with a warning every 10 s; then as AWS, however it ended',
    test: lateFunction('late'),
  },
  {
    setting: 'timeout',
    situation: 'the same in a worker thread (`useInProcess: false`)',
    aws: 'it is stopped, and that is a failed attempt',
    source: sources.retries,
    here: 'as in process',
    test: lateFunction('late-thread', { app: 'threads' }),
  },
  {
    setting: 'timeout',
    situation: 'the time-outs use up the attempts',
    aws: 'a time-out counts as an attempt',
    source: sources.retries,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'late-counts',
      behaviour: 'sleepPastTimeout',
      timeoutS: 1,
      ...withOnFailureTopic,
      extension: { MaximumRetryAttempts: 0 },
      before: () => numbered(1),
      async judge(run) {
        const [discarded] = await run.discarded(1)
        assert.equal(contextOf(discarded!).approximateInvokeCount, 1)
        await run.committed([1])
        assert.equal(run.attempts().length, 1)
      },
    },
  },
  {
    setting: 'timeout',
    situation: '`context.getRemainingTimeInMillis()` when the function begins',
    aws: 'the time-out, nearly',
    source: sources.lambdaLimits,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'remaining-time',
      behaviour: 'succeed',
      timeoutS: 15,
      before: () => numbered(1),
      async judge(run) {
        const [{ remainingMs }] = (await run.ended(1)) as [Attempt]
        assert.ok(remainingMs > 10_000 && remainingMs <= 15_000, `${remainingMs} ms`)
      },
    },
  },
  {
    setting: 'timeout',
    situation: 'more than 840 s',
    aws: 'refused for functions with Kafka events',
    source: sources.configure,
    here: 'a warning says so',
    test: {
      kind: 'elsewhere',
      file: 'src/settings/read-settings.test.ts',
      name: 'tell of a function that may run longer than AWS allows with Kafka',
    },
  },
  {
    setting: 'MaximumRetryAttempts',
    situation: 'not set, or −1, without a destination',
    aws: 'retries without end',
    source: sources.retries,
    here: 'as AWS',
    test: {
      kind: 'settings',
      settings: provisioned,
      extension: { MaximumRetryAttempts: -1 },
      reads: { retryAttemptsMax: Number.POSITIVE_INFINITY },
    },
  },
  {
    setting: 'MaximumRetryAttempts',
    situation: '2, with an on-failure topic',
    aws: 'one attempt and two retries; then the records go to the destination and the partition moves on',
    source: sources.retries,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'two-retries',
      behaviour: 'failOnPoison',
      ...withOnFailureTopic,
      extension: { MaximumRetryAttempts: 2 },
      before: () => numberedWithPoison(3, [1]),
      async judge(run) {
        const discarded = await run.discarded(3)
        await run.produce(record('next'))
        await run.committed([4])
        assert.deepEqual(failuresOf(run).map(offsetsOf), Array(3).fill([0, 1, 2]))
        assert.deepEqual(discardedOffsets(discarded), [0, 1, 2])
        assert.equal(contextOf(discarded[0]!).approximateInvokeCount, 3)
        assert.deepEqual(doneOffsets(run), [3])
      },
    },
  },
  {
    setting: 'MaximumRetryAttempts',
    situation: '0, with an on-failure topic',
    aws: 'one attempt',
    source: sources.retries,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'no-retry',
      behaviour: 'failAlways',
      ...withOnFailureTopic,
      extension: { MaximumRetryAttempts: 0 },
      before: () => numbered(1),
      async judge(run) {
        const [discarded] = await run.discarded(1)
        await run.committed([1])
        assert.equal(run.attempts().length, 1)
        assert.equal(contextOf(discarded!).approximateInvokeCount, 1)
      },
    },
  },
  {
    setting: 'MaximumRetryAttempts',
    situation: 'not set, or −1, with an on-failure topic',
    aws: '10 retries',
    source: sources.retries,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'ten-retries',
      behaviour: 'failAlways',
      ...withOnFailureTopic,
      extension: { MaximumRetryAttempts: -1 },
      before: () => numbered(1),
      async judge(run) {
        const [discarded] = await run.discarded(1)
        await run.committed([1])
        assert.equal(run.attempts().length, 11)
        assert.equal(contextOf(discarded!).approximateInvokeCount, 11)
      },
    },
  },
  {
    setting: 'MaximumRetryAttempts',
    situation: 'used up without a destination',
    aws: 'the records are dropped and counted in `DroppedEventCount`; the partition moves on',
    source: sources.metrics,
    here: 'the partition is blocked and the log says so: nothing is skipped silently',
    test: {
      kind: 'live',
      id: 'blocked-without-destination',
      behaviour: 'failAlways',
      settings: provisioned,
      extension: { MaximumRetryAttempts: 1 },
      before: () => numbered(2),
      async judge(run) {
        await run.logged('blocked', 'no on-failure')
        await run.ended(4)
        assert.deepEqual(await run.commits(), [-1])
        for (const attempt of run.attempts()) assert.deepEqual(offsetsOf(attempt), [0, 1])
      },
    },
  },
  {
    setting: 'MaximumRetryAttempts',
    situation: 'used up without a destination, `custom.kafkaEvents.discardWithoutDestination: true`',
    aws: 'the records are dropped; the partition moves on',
    source: sources.metrics,
    here: 'as AWS; the log names them',
    test: {
      kind: 'live',
      app: 'threads',
      id: 'dropped-without-destination',
      behaviour: 'failAlways',
      settings: provisioned,
      extension: { MaximumRetryAttempts: 1 },
      before: () => numbered(2),
      async judge(run) {
        await run.committed([2])
        await run.logged('dropped', '0–1')
        assert.equal(run.attempts().length, 2)
      },
    },
  },
  ...[-2, 10_001, 1.5].map(
    (MaximumRetryAttempts): Row => refusedNumber({ MaximumRetryAttempts }, '−1, or 0 to 10,000'),
  ),
  {
    setting: 'MaximumRecordAgeInSeconds',
    situation: 'records are older when they are read, with an on-failure topic',
    aws: 'they go to the destination without an attempt, with the condition `RecordAgeExceeded` and no `responseContext`; the younger ones of the batch are handed over',
    source: sources.retries,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'too-old',
      behaviour: 'succeed',
      ...withOnFailureTopic,
      extension: { MaximumRecordAgeInSeconds: 3600 },
      before: () => [
        { value: 'old', timestampMs: Date.now() - dayMs },
        { value: 'older', timestampMs: Date.now() - 2 * dayMs },
        { value: 'young', timestampMs: Date.now() },
      ],
      async judge(run) {
        const discarded = await run.discarded(2)
        await run.committed([3])
        assert.deepEqual(run.attempts().flatMap(valuesOf), ['young'])
        assert.deepEqual(discardedOffsets(discarded), [0, 1])
        assert.equal(contextOf(discarded[0]!).condition, 'RecordAgeExceeded')
        assert.equal(Object.hasOwn(JSON.parse(discarded[0]!.value), 'responseContext'), false)
      },
    },
  },
  {
    setting: 'MaximumRecordAgeInSeconds',
    situation: 'records grow too old while they are tried again',
    aws: 'they go to the destination with `RecordAgeExceeded` and the attempts so far',
    source: sources.retries,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'grows-too-old',
      behaviour: 'failAlways',
      ...withOnFailureTopic,
      extension: { MaximumRecordAgeInSeconds: 60, MaximumRetryAttempts: 10_000 },
      // Young enough for a slow start, and old soon after.
      before: () => [{ value: 'x', timestampMs: Date.now() - 15_000 }],
      async judge(run) {
        const [discarded] = await run.discarded(1)
        const { condition, approximateInvokeCount } = contextOf(discarded!)
        assert.equal(condition, 'RecordAgeExceeded')
        assert.equal(approximateInvokeCount, run.attempts().length)
        assert.ok(approximateInvokeCount > 1)
        await run.committed([1])
      },
    },
  },
  {
    setting: 'MaximumRecordAgeInSeconds',
    situation: 'records are older, without a destination',
    aws: 'they are dropped',
    source: sources.metrics,
    here: 'they are handed over: nothing is skipped silently',
    test: {
      kind: 'live',
      id: 'old-without-destination',
      behaviour: 'succeed',
      settings: provisioned,
      extension: { MaximumRecordAgeInSeconds: 60 },
      before: () => [{ value: 'old', timestampMs: Date.now() - dayMs }],
      async judge(run) {
        await run.committed([1])
        assert.deepEqual(run.attempts().flatMap(valuesOf), ['old'])
      },
    },
  },
  {
    setting: 'MaximumRecordAgeInSeconds',
    situation: 'records are older, without a destination, `custom.kafkaEvents.discardWithoutDestination: true`',
    aws: 'they are dropped',
    source: sources.metrics,
    here: 'as AWS; the log names them',
    test: {
      kind: 'live',
      app: 'threads',
      id: 'old-dropped',
      behaviour: 'succeed',
      settings: provisioned,
      extension: { MaximumRecordAgeInSeconds: 60 },
      before: () => [{ value: 'old', timestampMs: Date.now() - dayMs }, record('young')],
      async judge(run) {
        await run.committed([2])
        await run.logged('dropped', 'RecordAgeExceeded')
        assert.deepEqual(run.attempts().flatMap(valuesOf), ['young'])
      },
    },
  },
  ...[59, 604_801].map(
    (MaximumRecordAgeInSeconds): Row => refusedNumber({ MaximumRecordAgeInSeconds }, '−1, or 60 to 604,800'),
  ),
  {
    setting: 'BisectBatchOnFunctionError',
    situation: 'one record of a batch is poison, with an on-failure topic',
    aws: 'the batch is split in two, and each half is tried by itself, until the record is alone and goes to the destination',
    source: sources.retries,
    here: 'as AWS; the first half is brought to its end before the second begins, so that the order holds',
    test: {
      kind: 'live',
      id: 'bisect',
      behaviour: 'failOnPoison',
      ...withOnFailureTopic,
      extension: { BisectBatchOnFunctionError: true, MaximumRetryAttempts: 0 },
      before: () => numberedWithPoison(7, [2]),
      async judge(run) {
        const discarded = await run.discarded(1)
        await run.committed([7])
        assert.deepEqual(doneOffsets(run), [0, 1, 3, 4, 5, 6])
        assert.deepEqual(discardedOffsets(discarded), [2])
      },
    },
  },
  {
    setting: 'BisectBatchOnFunctionError',
    situation: 'splits and `MaximumRetryAttempts: 1`',
    aws: 'splitting does not use up retries: the record that is alone at last has all of them',
    source: sources.kinesisDestination,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'bisect-retries',
      behaviour: 'failOnPoison',
      ...withOnFailureTopic,
      extension: { BisectBatchOnFunctionError: true, MaximumRetryAttempts: 1 },
      before: () => numberedWithPoison(8, [5]),
      async judge(run) {
        const discarded = await run.discarded(1)
        await run.committed([8])
        assert.deepEqual(discardedOffsets(discarded), [5])
        assert.equal(run.attempts().filter(attempt => offsetsOf(attempt).join() === '5').length, 2)
        assert.deepEqual(doneOffsets(run), [0, 1, 2, 3, 4, 6, 7])
      },
    },
  },
  {
    setting: 'BisectBatchOnFunctionError',
    situation: 'retries without end',
    aws: 'the record blocks its partition when it is alone; what came before it is done',
    source: sources.retries,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'bisect-blocked',
      behaviour: 'failOnPoison',
      settings: provisioned,
      extension: { BisectBatchOnFunctionError: true },
      before: () => numberedWithPoison(4, [2]),
      async judge(run) {
        await run.committed([2])
        await run.until('the poison to be tried again by itself', () => {
          return failuresOf(run).filter(attempt => offsetsOf(attempt).join() === '2').length >= 2
        })
        assert.deepEqual(doneOffsets(run), [0, 1])
        assert.deepEqual(await run.commits(), [2])
      },
    },
  },
  {
    setting: 'BisectBatchOnFunctionError',
    situation: 'with `ReportBatchItemFailures`',
    aws: 'the batch is split at the reported record, and only what follows is tried again',
    source: sources.batchReporting,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'bisect-reported',
      behaviour: 'reportPoison',
      ...withOnFailureTopic,
      extension: { ...reporting, BisectBatchOnFunctionError: true, MaximumRetryAttempts: 1 },
      before: () => numberedWithPoison(6, [3]),
      async judge(run) {
        const discarded = await run.discarded(1)
        await run.committed([6])
        assert.deepEqual(discardedOffsets(discarded), [3])
        const [whole, ...later] = run.attempts().map(offsetsOf)
        assert.deepEqual(whole, range(0, 5))
        assert.equal(later[0]![0], 3)
        assert.ok(later.flat().every(offset => offset >= 3))
      },
    },
  },
  {
    setting: 'BisectBatchOnFunctionError',
    situation: 'not set',
    aws: 'no split: the whole batch goes to the destination',
    source: sources.retries,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'no-bisect',
      behaviour: 'failOnPoison',
      ...withOnFailureTopic,
      extension: { MaximumRetryAttempts: 0 },
      before: () => numberedWithPoison(4, [1]),
      async judge(run) {
        assert.deepEqual(discardedOffsets(await run.discarded(4)), [0, 1, 2, 3])
        await run.committed([4])
        assert.deepEqual(run.attempts().map(offsetsOf), [range(0, 3)])
      },
    },
  },
  {
    setting: 'BisectBatchOnFunctionError',
    situation: 'an event of several partitions',
    aws: 'how it is split is not documented; every record is handled or given up, in the order of its partition',
    source: sources.retries,
    here: 'halves of the list of records, partition after partition',
    test: {
      kind: 'live',
      app: 'packed',
      id: 'bisect-packed',
      behaviour: 'failOnPoison',
      partitions: 2,
      onFailure: 'topic',
      settings: names => ({ ...withOnFailureTopic.settings(names), maximumBatchingWindow: 3 }),
      extension: { BisectBatchOnFunctionError: true, MaximumRetryAttempts: 0 },
      before: () => [...numberedWithPoison(3, [1]), ...numbered(3, 1)],
      async judge(run) {
        assert.deepEqual(discardedOffsets(await run.discarded(1)), [1])
        await run.committed([3, 3])
        const done = run.attempts().filter(({ ended }) => ended?.kind === 'done')
        const of = (wanted: number) =>
          done.flatMap(recordsOf).flatMap(({ partition, offset }) => (partition === wanted ? [offset] : []))
        assert.deepEqual(
          [of(0), of(1)],
          [
            [0, 2],
            [0, 1, 2],
          ],
        )
      },
    },
  },
  ...onlyProvisioned(),
]

function failuresOf(run: LiveRun): Attempt[] {
  return run.attempts().filter(({ ended }) => ended?.kind === 'fail')
}

function refusedNumber(extension: Record<string, number>, allowed: string): Row {
  const [[setting, value]] = Object.entries(extension) as [[string, number]]
  return {
    setting,
    situation: `\`${value}\``,
    aws: `refused: ${allowed}`,
    source: sources.createApi,
    here: 'as AWS',
    test: {
      kind: 'refused',
      settings: provisioned,
      extension,
      problems: [`function ship: resources.extensions`, setting],
    },
  }
}

function onlyProvisioned(): Row[] {
  const properties = {
    MaximumRetryAttempts: 3,
    MaximumRecordAgeInSeconds: 60,
    BisectBatchOnFunctionError: true,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  }
  return Object.entries(properties).map(([property, value]) => ({
    setting: property,
    situation: 'without provisioned mode',
    aws: 'refused: `ProvisionedPollerConfig` is needed',
    source: sources.scaling,
    here: 'as AWS',
    test: {
      kind: 'refused',
      extension: { [property]: value },
      problems: ['function ship: resources.extensions', property, 'provisionedPollerConfig'],
    },
  }))
}

/** Order, concurrency, commits, and what happens when something breaks. */
import assert from 'node:assert/strict'
import { type Attempt, offsetsOf, recordsOf, valuesOf } from '../support/journal.ts'
import { numbered, range, record } from '../support/records.ts'
import type { Row } from '../support/row.ts'
import { sources } from '../support/sources.ts'

const partitionOf = (attempt: Attempt): number => recordsOf(attempt)[0]!.partition

export const deliveryRows: Row[] = [
  {
    setting: 'order',
    situation: 'many batches of a partition, some of which fail at first',
    aws: 'records of a partition are handed over in the order of their offsets',
    source: sources.configure,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'order',
      behaviour: 'failTwice',
      settings: { batchSize: 7 },
      before: () => numbered(50),
      async judge(run) {
        await run.committed([50])
        const done = run.attempts().filter(({ ended }) => ended?.kind === 'done')
        assert.deepEqual(done.flatMap(offsetsOf), range(0, 49))
      },
    },
  },
  {
    setting: 'concurrency',
    situation: 'a partition whose function is still at work gets more records, and so do others',
    aws: 'a partition has one invocation at a time; the others go on',
    source: sources.configure,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'one-in-flight',
      behaviour: 'waitAtGate',
      partitions: 2,
      before: () => [record('gate')],
      async judge(run) {
        await run.until('the first attempt to begin', () => run.attempts().length === 1)
        await run.produce(...numbered(2))
        await run.produce(record('other', 1))
        await run.committed([-1, 1])
        await run.produce(record('other', 1))
        await run.committed([-1, 2])
        assert.deepEqual(
          run
            .attempts()
            .filter(attempt => partitionOf(attempt) === 0)
            .map(valuesOf),
          [['gate']],
        )
        run.openGate()
        await run.committed([3, 2])
        assertOneAtATime(run.attempts().filter(attempt => partitionOf(attempt) === 0))
      },
    },
  },
  {
    setting: 'concurrency',
    situation: 'several partitions have records',
    aws: 'pollers work on partitions side by side, up to one consumer for each partition',
    source: sources.scaling,
    here: 'as AWS, up to `custom.kafkaEvents.partitionsInFlightMax` (16) at once; nothing is scaled over time',
    test: {
      kind: 'live',
      id: 'parallel-partitions',
      behaviour: 'waitAtGate',
      partitions: 3,
      before: () => [0, 1, 2].map(partition => record('gate', partition)),
      async judge(run) {
        await run.until('an attempt in each partition at once', () => run.attempts().length === 3)
        assert.deepEqual(run.attempts().map(partitionOf).toSorted(), [0, 1, 2])
        assert.equal(
          run.attempts().some(({ ended }) => ended),
          false,
        )
        run.openGate()
        await run.committed([1, 1, 1])
      },
    },
  },
  {
    setting: 'ProvisionedPollerConfig',
    situation: 'a number of pollers',
    aws: '1–200 at least, 1–2000 at most, each with its own throughput',
    source: sources.scaling,
    here: 'checked, and switches on what needs provisioned mode; one consumer does the work of all pollers',
    test: {
      kind: 'settings',
      settings: { provisionedPollerConfig: { minimumPollers: 1, maximumPollers: 3 } },
      extension: { MaximumRetryAttempts: 3 },
      reads: { retryAttemptsMax: 3 },
    },
  },
  {
    setting: 'ProvisionedPollerConfig',
    situation: 'the minimum is above the maximum, or out of range',
    aws: 'refused',
    source: sources.createApi,
    here: 'as AWS',
    test: {
      kind: 'refused',
      settings: { provisionedPollerConfig: { minimumPollers: 5, maximumPollers: 3 } },
      problems: ['function ship: kafka.provisionedPollerConfig'],
    },
  },
  {
    setting: 'concurrency',
    situation: "the function's concurrency is used up: invocations are throttled",
    aws: 'retried without counting as attempts, with fewer pollers',
    source: sources.scaling,
    here: 'not emulated: functions have no concurrency limit on a laptop',
  },
  {
    setting: 'commit',
    situation: 'the function is still at work',
    aws: 'offsets are committed after the batch has succeeded',
    source: sources.configure,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'commit-after-success',
      behaviour: 'waitAtGate',
      partitions: 2,
      before: () => [record('gate'), record('value 1'), record('other', 1)],
      async judge(run) {
        // The commit of the other partition shows that commits are made meanwhile.
        await run.committed([-1, 1])
        assert.equal(run.attempts().find(attempt => partitionOf(attempt) === 0)?.ended, undefined)
        run.openGate()
        await run.committed([2, 1])
      },
    },
  },
  {
    setting: 'commit',
    situation: 'many small batches',
    aws: 'how often is not documented',
    source: sources.configure,
    here: 'finished offsets are gathered: one commit at a time, 50 ms apart',
    test: {
      kind: 'elsewhere',
      file: 'src/commit-queue.test.ts',
      name: 'gathers what comes during a commit into the next one, the newest offset of each partition',
    },
  },
  {
    setting: 'delivery',
    situation: 'the process is killed in the middle of a batch',
    aws: 'at least once: what is not committed is delivered again',
    source: sources.batching,
    here: 'as AWS',
    test: {
      kind: 'elsewhere',
      file: 'test/full/faults.test.ts',
      name: 'kill -9 in the middle of a batch: nothing of it is committed, and the next process gets it again',
    },
  },
  {
    setting: 'delivery',
    situation: 'many partitions, functions that fail at random',
    aws: 'at least once, in order per partition',
    source: sources.batching,
    here: 'as AWS',
    test: {
      kind: 'elsewhere',
      file: 'test/full/soak.test.ts',
      name: 'records is handled, in the order of its partition',
    },
  },
  {
    setting: 'delivery',
    situation: 'the connection breaks while the group changes hands',
    aws: 'the partitions are read on when it is back',
    source: sources.troubleshoot,
    here: 'as AWS',
    test: {
      kind: 'elsewhere',
      file: 'test/full/faults.test.ts',
      name: 'a join that a broken connection ends half-way holds up nothing for long',
    },
  },
  {
    setting: 'delivery',
    situation: 'the broker is killed in the middle of batches',
    aws: 'at least once: what is not committed may come again',
    source: sources.batching,
    here: 'as AWS; the same member reads on when the broker is back',
    test: {
      kind: 'elsewhere',
      file: 'test/full/faults.test.ts',
      name: 'kill -9 of the broker in the middle of batches: they end, and what is not committed by then comes again at most',
    },
  },
  {
    setting: 'delivery',
    situation: 'no broker answers at start',
    aws: 'the mapping tries again',
    source: sources.troubleshoot,
    here: 'as AWS; HTTP is up meanwhile',
    test: {
      kind: 'elsewhere',
      file: 'test/full/faults.test.ts',
      name: 'a broker that is away at start is waited for: HTTP answers meanwhile, and when it is back its records are read',
    },
  },
  {
    setting: 'delivery',
    situation: 'other members join, leave and die',
    aws: 'they share the partitions; after a rebalance duplicates may follow',
    source: sources.consumerGroup,
    here: 'as AWS: only what was not committed comes again',
    test: {
      kind: 'elsewhere',
      file: 'test/full/groups.test.ts',
      name: 'processes that join, leave and die share the partitions: nothing is lost, and only what was not committed comes again',
    },
  },
  {
    setting: 'delivery',
    situation: 'a partition is taken away while the function works on it',
    aws: 'not documented; the invocation runs on',
    source: sources.consumerGroup,
    here: 'the function runs on; what it does is not committed, and its own process begins no second one beside it',
    test: {
      kind: 'elsewhere',
      file: 'test/full/groups.test.ts',
      name: 'a handler that runs on across a rebalance: the new owner may begin, its own process does not begin a second one beside it',
    },
  },
  {
    setting: 'delivery',
    situation: 'the topic is deleted and made again',
    aws: 'not documented',
    source: sources.troubleshoot,
    here: 'it is read from its beginning',
    test: {
      kind: 'elsewhere',
      file: 'test/full/plugin-topics.test.ts',
      name: 'a topic that is deleted and made again is read from its beginning',
    },
  },
  {
    setting: 'delivery',
    situation: 'the mapping is stopped while the function is at work',
    aws: 'the invocation is not cut off',
    source: sources.startingPosition,
    here: 'running functions get `drainTimeoutMs`; what they finish is committed',
    test: {
      kind: 'elsewhere',
      file: 'test/full/stopping.test.ts',
      name: 'the batch is finished and committed, and no other begins',
    },
  },
  {
    setting: 'delivery',
    situation: 'the function is at work for longer than the stop waits',
    aws: 'what is not committed is delivered again',
    source: sources.batching,
    here: 'as AWS',
    test: {
      kind: 'elsewhere',
      file: 'test/full/stopping.test.ts',
      name: 'a batch that takes longer than drainTimeoutMs is left uncommitted to the next start',
    },
  },
  {
    setting: 'commit',
    situation: 'transactions leave control records between the records',
    aws: 'they are no records: no function sees them',
    source: sources.configure,
    here: 'as AWS; they are committed past',
    test: {
      kind: 'elsewhere',
      file: 'src/partition-processor.test.ts',
      name: 'commits past what the broker kept for itself behind the last record',
    },
  },
  {
    setting: 'delivery',
    situation: 'a function changes the event that it is given, and fails',
    aws: 'the next attempt gets the event as it was',
    source: sources.configure,
    here: 'as AWS, in process, too',
    test: {
      kind: 'elsewhere',
      file: 'src/lambda-event.test.ts',
      name: 'two events of the same records share nothing that a handler could change',
    },
  },
  {
    setting: 'position',
    situation: 'how far is each partition',
    aws: 'with `LoggingConfig` DEBUG, per partition: end, processed and committed offset',
    source: sources.esmLogging,
    here: '`GET` on `custom.kafkaEvents.statusPort`: per function and partition the position, the end, the lag, what is in flight, failed attempts, last error',
    test: {
      kind: 'live',
      id: 'status',
      behaviour: 'failOnPoison',
      partitions: 2,
      before: () => [...numbered(3), record('poison', 1), record('value', 1)],
      settings: { batchSize: 3 },
      async judge(run) {
        await run.committed([3, -1])
        await run.until('the status to tell of both partitions', async () => {
          const [good, bad] = (await run.status()).toSorted((a, b) => a.partition - b.partition)
          const isGood = good?.position === 3 && good.endOffset === 3 && good.lag === 0 && good.lastError === null
          return isGood && bad?.lag === 2 && String(bad.lastError).includes('poison') && Number(bad.failedAttempts) > 0
        })
      },
    },
  },
]

function assertOneAtATime(attempts: Attempt[]): void {
  for (const [index, { beganAtMs }] of attempts.entries())
    if (index > 0) assert.ok(beganAtMs >= attempts[index - 1]!.ended!.atMs)
}

/** Where a group begins, and which group and topic it is. */
import assert from 'node:assert/strict'
import { offsetsOf, valuesOf } from '../support/journal.ts'
import { numbered, range, record } from '../support/records.ts'
import type { NewRecord, Row } from '../support/row.ts'
import { sources } from '../support/sources.ts'

const yearsAgo = (year: number): number => Date.UTC(year, 0, 1)
const dated = (year: number): NewRecord => ({ value: String(year), timestampMs: yearsAgo(year) })
const seconds = (year: number): number => yearsAgo(year) / 1000

export const startRows: Row[] = [
  {
    setting: 'StartingPosition',
    situation: 'not set',
    aws: 'required; the framework says `TRIM_HORIZON`',
    source: sources.startingPosition,
    here: 'as deployed',
    test: { kind: 'settings', reads: { startingPosition: 'TRIM_HORIZON' } },
  },
  {
    setting: 'StartingPosition',
    situation: '`TRIM_HORIZON`',
    aws: 'a new group begins with the oldest record',
    source: sources.startingPosition,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'trim-horizon',
      behaviour: 'succeed',
      settings: { startingPosition: 'TRIM_HORIZON' },
      before: () => numbered(3),
      async judge(run) {
        await run.committed([3])
        assert.deepEqual(run.attempts().flatMap(offsetsOf), [0, 1, 2])
      },
    },
  },
  {
    setting: 'StartingPosition',
    situation: '`LATEST`',
    aws: 'a new group begins behind the newest record',
    source: sources.startingPosition,
    here: 'as AWS; the place is committed at the first start, so that nothing is missed afterwards',
    test: {
      kind: 'live',
      id: 'latest',
      behaviour: 'succeed',
      settings: { startingPosition: 'LATEST' },
      before: () => numbered(3),
      async judge(run) {
        await run.committed([3])
        await run.produce(record('later'))
        await run.committed([4])
        assert.deepEqual(run.attempts().flatMap(valuesOf), ['later'])
      },
    },
  },
  {
    setting: 'StartingPosition',
    situation: '`AT_TIMESTAMP`',
    aws: 'a new group begins with the first record of that time or later; seconds since 1970',
    source: sources.startingPosition,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'at-timestamp',
      behaviour: 'succeed',
      settings: { startingPosition: 'AT_TIMESTAMP', startingPositionTimestamp: seconds(2020) - 0.5 },
      before: () => [2018, 2019, 2020, 2021].map(dated),
      async judge(run) {
        await run.committed([4])
        assert.deepEqual(run.attempts().flatMap(valuesOf), ['2020', '2021'])
      },
    },
  },
  {
    setting: 'StartingPosition',
    situation: '`AT_TIMESTAMP` later than every record',
    aws: 'not documented; a Kafka consumer begins at the end',
    source: sources.startingPosition,
    here: 'the group begins behind the newest record',
    test: {
      kind: 'live',
      id: 'at-timestamp-later',
      behaviour: 'succeed',
      settings: { startingPosition: 'AT_TIMESTAMP', startingPositionTimestamp: seconds(2020) },
      before: () => [2018, 2019].map(dated),
      async judge(run) {
        await run.committed([2])
        await run.produce(record('later'))
        await run.committed([3])
        assert.deepEqual(run.attempts().flatMap(valuesOf), ['later'])
      },
    },
  },
  {
    setting: 'StartingPosition',
    situation: '`AT_TIMESTAMP` without a timestamp',
    aws: 'refused',
    source: sources.createApi,
    here: 'as AWS',
    test: {
      kind: 'refused',
      settings: { startingPosition: 'AT_TIMESTAMP' },
      problems: ['function ship: kafka.startingPositionTimestamp'],
    },
  },
  {
    setting: 'StartingPosition',
    situation: '`AT_TIMESTAMP` in the future, as milliseconds are',
    aws: 'refused',
    source: sources.createApi,
    here: 'as AWS',
    test: {
      kind: 'refused',
      settings: { startingPosition: 'AT_TIMESTAMP', startingPositionTimestamp: yearsAgo(2020) },
      problems: ['function ship: kafka.startingPositionTimestamp'],
    },
  },
  {
    setting: 'StartingPosition',
    situation: 'any other text',
    aws: 'refused',
    source: sources.createApi,
    here: 'as AWS',
    test: {
      kind: 'refused',
      settings: { startingPosition: 'EARLIEST' },
      problems: ['function ship: kafka.startingPosition', 'TRIM_HORIZON'],
    },
  },
  {
    setting: 'StartingPosition',
    situation: 'the group has committed offsets',
    aws: 'it goes on from there, whatever the position says',
    source: sources.consumerGroup,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'committed-before',
      behaviour: 'succeed',
      settings: { startingPosition: 'LATEST' },
      before: () => numbered(5),
      committedBefore: 2,
      async judge(run) {
        await run.committed([5])
        assert.deepEqual(run.attempts().flatMap(offsetsOf), range(2, 4))
      },
    },
  },
  {
    setting: 'StartingPosition',
    situation: 'what the group has committed is no longer there: the broker has deleted the records meanwhile',
    aws: 'not documented; a Kafka consumer goes where its reset policy says, the oldest record for `TRIM_HORIZON`',
    source: sources.startingPosition,
    here: 'it goes on with the oldest record that there is',
    test: {
      kind: 'live',
      id: 'deleted-before',
      behaviour: 'succeed',
      before: () => numbered(6),
      committedBefore: 1,
      deletedBefore: 3,
      async judge(run) {
        await run.committed([6])
        assert.deepEqual(run.attempts().flatMap(offsetsOf), range(3, 5))
      },
    },
  },
  {
    setting: 'StartingPosition',
    situation: 'a partition is added while the group runs',
    aws: 'not documented',
    source: sources.startingPosition,
    here: 'it is found within 30 s and read from its oldest record, after `LATEST` too: what was written meanwhile is not lost',
    test: {
      kind: 'live',
      id: 'added-partition',
      behaviour: 'succeed',
      settings: { startingPosition: 'LATEST' },
      before: () => numbered(1),
      async judge(run) {
        await run.committed([1])
        await run.addPartitions(2)
        await run.until('the new partition to have a leader', async () => {
          await run.produce(record('new', 1))
          return true
        })
        await run.committed([1, 1])
        assert.deepEqual(run.attempts().flatMap(valuesOf), ['new'])
      },
    },
  },
  {
    setting: 'Topics',
    situation: 'the topic does not exist yet',
    aws: 'the mapping reports a problem and tries again until it does',
    source: sources.esmLogging,
    here: 'as AWS: the log says so',
    test: {
      kind: 'live',
      id: 'missing-topic',
      behaviour: 'succeed',
      partitions: 0,
      async judge(run) {
        await run.logged('waiting for topic')
        await run.createTopic()
        await run.produce(record('at last'))
        await run.committed([1])
        assert.deepEqual(run.attempts().flatMap(valuesOf), ['at last'])
      },
    },
  },
  {
    setting: 'Topics',
    situation: 'two topics in one mapping',
    aws: 'refused: exactly one',
    source: sources.createApi,
    here: 'as AWS',
    test: {
      kind: 'refused',
      extension: { Topics: ['orders.placed', 'orders.paid'] },
      problems: ['function ship: resources.extensions', 'Topics'],
    },
  },
  {
    setting: 'ConsumerGroupId',
    situation: 'not set',
    aws: "a unique value, the mapping's UUID",
    source: sources.consumerGroup,
    here: "a name that only this mapping has, and that stays, so that a restart goes on where it was: `<service>:<stage>:<the mapping's name in the template>`",
    test: {
      kind: 'settings',
      settings: { consumerGroupId: undefined },
      reads: { groupId: 'conformance:dev:ShipEventSourceMappingKafkaOrdersplaced' },
    },
  },
  {
    setting: 'ConsumerGroupId',
    situation: 'not set, by several triggers, functions and services',
    aws: 'a group for each mapping: each gets all records',
    source: sources.consumerGroup,
    here: 'as AWS',
    test: {
      kind: 'elsewhere',
      file: 'src/settings/read-settings.test.ts',
      name: 'have a group each, which neither another trigger, function, stage nor service has',
    },
  },
  {
    setting: 'ConsumerGroupId',
    situation: "not set, and the function's key, the group of earlier versions, has offsets",
    aws: 'has no such group',
    source: sources.consumerGroup,
    here: 'the new group begins at `StartingPosition`, and a warning at its first start says how to go on from the old offsets',
    test: {
      kind: 'live',
      id: 'former-group',
      behaviour: 'succeed',
      settings: { consumerGroupId: undefined },
      before: () => numbered(3),
      committedAsBefore: 2,
      async judge(run) {
        await run.logged('group conformance:dev:', 'is new', 'consumerGroupId: former-group goes on')
        await run.until('the records to be handled', () => run.attempts().flatMap(offsetsOf).length >= 3)
        assert.deepEqual(run.attempts().flatMap(offsetsOf), [0, 1, 2])
      },
    },
  },
  {
    setting: 'ConsumerGroupId',
    situation: 'longer than 200 characters',
    aws: 'refused',
    source: sources.createApi,
    here: 'as AWS',
    test: {
      kind: 'refused',
      settings: { consumerGroupId: 'g'.repeat(201) },
      problems: ['function ship: kafka.consumerGroupId'],
    },
  },
  {
    setting: 'ConsumerGroupId',
    situation: 'two functions read one topic with one group',
    aws: 'refused: the group must be unique among all mappings',
    source: sources.consumerGroup,
    here: 'as AWS',
    test: {
      kind: 'elsewhere',
      file: 'src/settings/read-settings.test.ts',
      name: 'may not share a group and a topic',
    },
  },
  {
    setting: 'ConsumerGroupId',
    situation: 'several topics with one group',
    aws: 'refused: the group must be unique among all mappings',
    source: sources.consumerGroup,
    here: 'one consumer reads them, and a warning says that AWS asks for a group each',
    test: {
      kind: 'elsewhere',
      file: 'src/settings/read-settings.test.ts',
      name: 'of one group are read, and told that AWS asks for a group each',
    },
  },
  {
    setting: 'Enabled',
    situation: '`false`',
    aws: 'nothing is polled, no function is invoked',
    source: sources.createApi,
    here: 'as AWS',
    test: {
      kind: 'live',
      id: 'disabled',
      behaviour: 'succeed',
      settings: { enabled: false },
      before: () => numbered(1),
      last: true,
      async judge(run) {
        assert.deepEqual(run.attempts(), [])
        assert.equal(await run.hasMember(), false)
        assert.deepEqual(await run.commits(), [-1])
      },
    },
  },
  {
    setting: 'Enabled',
    situation: 'an extension switches off what the event switches on',
    aws: "the template has the extension's value",
    source: sources.template,
    here: 'as deployed',
    test: { kind: 'settings', settings: { enabled: true }, extension: { Enabled: false } },
  },
  {
    setting: 'ConsumptionMode',
    situation: '`Queue`',
    aws: 'share groups: no order, the broker redelivers',
    source: sources.queueMode,
    here: 'not emulated: kafkajs has no share groups, so records would keep an order that they lose on AWS; refused at start',
  },
]

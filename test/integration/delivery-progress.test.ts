/** How far events have come, on the real MariaDB and Kafka: what the job notes is what readiness reads. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { consumerGroups } from '../../shared/contracts/topics.ts'
import { KafkaConsumerOffsets } from '../../shared/messaging/consumer-offsets.ts'
import { LazyAdmin, openKafka } from '../../shared/messaging/kafka-client.ts'
import { KafkaTopicSizes } from '../../shared/messaging/topic-sizes.ts'
import { DependencyUnavailableError } from '../../shared/payments/ports.ts'
import { until } from '../../shared/runtime/until.ts'
import { DeliveryProgressTables } from '../../shared/stores/delivery-progress.ts'
import { NOW_MS, times } from '../support/rows.ts'
import { ScratchDatabase, type Stores } from '../support/scratch-stores.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

let scratch: ScratchDatabase
let stores: Stores
let progress: DeliveryProgressTables

beforeAll(async () => {
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'progress')
  stores = scratch.stores()
  progress = new DeliveryProgressTables(stores.database)
})

const opened: LazyAdmin[] = []
const closeLater = (admin: LazyAdmin) => opened.push(admin)

afterAll(async () => {
  for (const admin of opened) admin.close()
  await scratch?.drop()
})

const insert = (messageKey: string, topic: string, shard: number, atMs: number) =>
  stores.database.runAlone(tx =>
    stores.outbox.insert(
      tx,
      {
        eventId: `evt_${messageKey}`.padEnd(30, '0'),
        topic,
        messageKey: messageKey.padEnd(30, '0'),
        sequence: 1,
        payload: '{}',
        shard,
        traceparent: null,
      },
      atMs,
    ),
  )

test('the backlog is what waits in every shard, by topic; parked and published rows are not in it', async () => {
  for (const index of times(8, each => each)) await insert(`a${index}`, 'payment.captured', index % 4, NOW_MS + index)
  await insert('b', 'payment.refunded', 2, NOW_MS + 50)
  await insert('parked', 'payment.declined', 1, NOW_MS)
  await scratch.direct.write('UPDATE outbox_event SET parked_at = ? WHERE topic = ?', [
    new Date(NOW_MS),
    'payment.declined',
  ])
  await scratch.direct.write('UPDATE outbox_event SET published_at = ? WHERE id = 1', [new Date(NOW_MS)])

  const backlog = await progress.countBacklog()
  await progress.replaceBacklog(backlog, NOW_MS)

  const expected = [
    { topic: 'payment.captured', waiting: 7, oldestId: 2, oldestCreatedAtMs: NOW_MS + 1 },
    { topic: 'payment.refunded', waiting: 1, oldestId: 9, oldestCreatedAtMs: NOW_MS + 50 },
  ]
  const sorted = (list: typeof backlog) => list.toSorted((a, b) => (a.topic < b.topic ? -1 : 1))
  expect(sorted(backlog)).toEqual(expected)
  expect(sorted(await progress.readBacklog())).toEqual(expected)
  await scratch.direct.write('UPDATE outbox_event SET published_at = ? WHERE id = 2', [new Date(NOW_MS)])
  expect(await progress.readBacklog()).toEqual([expected[1]])
})

test('parked rows are counted up to a limit, in the index alone', async () => {
  for (const index of times(5, each => each)) await insert(`p${index}`, 'payment.voided', index % 4, NOW_MS)
  await scratch.direct.write("UPDATE outbox_event SET parked_at = ? WHERE topic = 'payment.voided'", [new Date(NOW_MS)])

  expect(await stores.outbox.countParked(100)).toBe(6)
  expect(await stores.outbox.countParked(4)).toBe(4)
  const plan = await scratch.direct.rows(
    `EXPLAIN SELECT 1 FROM outbox_event FORCE INDEX (outbox_event_waiting)
     WHERE shard IN (0, 1, 2, 3) AND published_at IS NULL AND parked_at IS NOT NULL LIMIT 100`,
  )
  expect(plan).toMatchObject([
    { type: 'range', key: 'outbox_event_waiting', Extra: expect.stringContaining('Using index') },
  ])
})

test('what is noted of consumers is read again as it was, and what is gone is forgotten', async () => {
  const consumer = (partition: number, stillSinceMs: number | null) => ({
    groupId: 'record-ledger-captured',
    topic: 'payment.captured',
    partition,
    committedOffset: 5_000_000_000,
    endOffset: 5_000_000_001,
    stillSinceMs,
    observedAtMs: NOW_MS,
  })
  await progress.replaceConsumers([consumer(0, null), consumer(1, NOW_MS - 1)])
  expect(await progress.readConsumers()).toEqual([consumer(0, null), consumer(1, NOW_MS - 1)])

  await progress.replaceConsumers([consumer(1, null)])
  expect(await progress.readConsumers()).toEqual([consumer(1, null)])
})

test('Kafka says how much is in a topic, and of one that it does not have that there is none', async () => {
  const admin = new LazyAdmin(() => openKafka({ clientId: 'size-tests', brokers: systemUnderTest().brokers }))
  closeLater(admin)
  const sizes = new KafkaTopicSizes(admin)
  const topic = `sizes-${Date.now()}`
  const { kafka, cut } = openKafka({ clientId: 'size-tests', brokers: systemUnderTest().brokers })
  const [kafkaAdmin, producer] = [kafka.admin(), kafka.producer()]
  await Promise.all([kafkaAdmin.connect(), producer.connect()])
  await kafkaAdmin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 2 }] })
  await until(() => producer.send({ topic, messages: [{ value: 'a' }, { value: 'b' }, { value: 'c' }] }), {
    what: 'the records',
  })

  // A broker tells of a new topic a moment after it is there.
  await until(async () => (await sizes.recordCount(topic)) === 3, { what: 'three records' })

  await kafkaAdmin.deleteTopics({ topics: [topic] })
  await Promise.all([kafkaAdmin.disconnect(), producer.disconnect()])
  cut()
  await expect(sizes.recordCount('no-such-topic')).rejects.toThrow(DependencyUnavailableError)
})

test('Kafka says of every group and partition how far it is, and leaves out topics that it does not have', async () => {
  const admin = new LazyAdmin(() => openKafka({ clientId: 'progress-tests', brokers: systemUnderTest().brokers }))
  closeLater(admin)
  const missing = { groupId: 'nobody', topic: 'payment.nowhere' }
  const offsets = await new KafkaConsumerOffsets(admin, [...consumerGroups, missing]).read()

  const partitionsOf = (groupId: string) =>
    offsets
      .filter(each => each.groupId === groupId)
      .map(each => each.partition)
      .toSorted((a, b) => a - b)
  expect(partitionsOf('relay-outbox')).toEqual([0, 1, 2, 3])
  expect(partitionsOf('record-ledger-captured')).toEqual([0, 1, 2, 3, 4, 5])
  expect(partitionsOf('nobody')).toEqual([])
  for (const { committedOffset, endOffset } of offsets) {
    expect(committedOffset).toBeGreaterThanOrEqual(0)
    expect(endOffset).toBeGreaterThanOrEqual(committedOffset)
  }
})

test('a Kafka that does not answer is unavailable', async () => {
  const nobody = new LazyAdmin(() => openKafka({ clientId: 'progress-tests', brokers: ['127.0.0.1:1'] }))
  closeLater(nobody)
  await expect(new KafkaConsumerOffsets(nobody, consumerGroups).read()).rejects.toThrow(DependencyUnavailableError)
})

/** Partitions whose last record lies before their end offset: whoever reads up to the end stops there, and nobody is behind on what is no record. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Admin, Kafka, logLevel, type Producer } from 'kafkajs'
import { readDeadLetters } from '../../scripts/operate/verify/dead-letters.ts'
import { type KafkaLog, openKafkaLog } from '../../scripts/operate/verify/kafka-log.ts'
import { consumerGroups } from '../../shared/contracts/topics.ts'
import { until } from '../../shared/runtime/until.ts'
import { systemUnderTest } from '../support/system.ts'

const { brokers } = systemUnderTest()
const run = randomBytes(4).toString('hex')
const kafka = new Kafka({ clientId: 'system-tests', brokers, logLevel: logLevel.NOTHING })
const scratchTopics: string[] = []
let admin: Admin
let producer: Producer
let log: KafkaLog

beforeAll(async () => {
  admin = kafka.admin()
  producer = kafka.producer({ transactionalId: `kafka-ends-${run}`, maxInFlightRequests: 1, idempotent: true })
  await Promise.all([admin.connect(), producer.connect()])
  log = await openKafkaLog({ brokers })
}, 60_000)

afterAll(async () => {
  await admin.deleteTopics({ topics: scratchTopics })
  await Promise.all([admin.disconnect(), producer.disconnect(), log.close()])
}, 60_000)

async function scratchTopic(numPartitions = 1): Promise<string> {
  const topic = `kafka-ends-${run}-${scratchTopics.length}`
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions }] })
  scratchTopics.push(topic)
  return topic
}

/** Gives the offset of the first record. */
async function inTransaction(topic: string, end: 'commit' | 'abort', ...values: string[]): Promise<number> {
  const transaction = await until(() => producer.transaction(), { what: 'a transaction' })
  const [written] = await transaction.send({ topic, messages: values.map(value => ({ value, partition: 0 })) })
  await transaction[end]()
  return Number(written!.baseOffset)
}

const endOf = async (topic: string) => (await log.spansOf(topic)).find(({ partition }) => partition === 0)?.high ?? 0

/** The marker is written after the transaction was called over. */
const untilEnd = (topic: string, high: number) =>
  until(async () => (await endOf(topic)) >= high, { what: `${topic} to end at ${high}` })

async function valuesOf(topic: string): Promise<string[]> {
  const values: string[] = []
  await log.read(await log.spansOf(topic), async records => {
    values.push(...records.map(({ value }) => String(value)))
  })
  return values
}

describe('a reader stops at the end offset', () => {
  test('of a partition that ends in the marker of a transaction', async () => {
    const topic = await scratchTopic()
    await inTransaction(topic, 'commit', 'one', 'two')
    await untilEnd(topic, 3)
    expect(await valuesOf(topic)).toEqual(['one', 'two'])
  }, 60_000)

  test('of a partition that ends in aborted records, which are none', async () => {
    const topic = await scratchTopic()
    await inTransaction(topic, 'commit', 'one')
    await inTransaction(topic, 'abort', 'two', 'three')
    await untilEnd(topic, 5)
    expect(await valuesOf(topic)).toEqual(['one'])
  }, 60_000)

  test('of partitions that hold a marker alone, since their records were deleted, and nothing', async () => {
    const topic = await scratchTopic(3)
    await inTransaction(topic, 'commit', 'one', 'two')
    await untilEnd(topic, 3)
    // kafkajs's admin knows the leaders of a topic once it has asked for something of it.
    await admin.fetchTopicOffsets(topic)
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] })
    expect(await valuesOf(topic)).toEqual([])
    await inTransaction(topic, 'commit', 'three')
    await untilEnd(topic, 5)
    expect(await valuesOf(topic)).toEqual(['three'])
  }, 60_000)

  test('of the dead letters', async () => {
    // A letter of an earlier test may come meanwhile: by its offset this one is told from others.
    const offset = await inTransaction('payment.dlq', 'abort', 'no letter')
    await untilEnd('payment.dlq', offset + 2)
    const letters = await readDeadLetters(log)
    expect(letters.filter(letter => letter.partition === 0 && letter.offset === offset)).toEqual([])
  }, 60_000)
})

test('no consumer group is behind on aborted records', async () => {
  const lagsOf = async () =>
    (await log.lags({ nowMs: Date.now() + 3_600_000, graceMs: 0 })).filter(({ topic }) => topic === 'payment.captured')
  const isBehind = ({ committed, end, overdue }: Awaited<ReturnType<typeof lagsOf>>[number]) =>
    committed < end || overdue > 0
  await until(async () => !(await lagsOf()).some(isBehind), { what: 'the consumer to reach the end' })
  const sumOfEnds = (lags: Awaited<ReturnType<typeof lagsOf>>) => lags.reduce((sum, { end }) => sum + end, 0)
  const before = sumOfEnds(await lagsOf())

  await inTransaction('payment.captured', 'abort', 'never')

  // Each group that reads the topic has a lag of its own.
  const groups = consumerGroups.filter(({ topic }) => topic === 'payment.captured').length
  await until(
    async () => {
      const lags = await lagsOf()
      // An event of an earlier test may come now, which its consumers have yet to read.
      return sumOfEnds(lags) >= before + 2 * groups && !lags.some(isBehind)
    },
    { what: 'nobody behind the record and its marker' },
  )
}, 60_000)

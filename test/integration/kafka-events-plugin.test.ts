/** Kafka triggers under serverless-offline against a real broker: nothing lost, order kept, commits only after success. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Kafka, logLevel, type Producer } from 'kafkajs'
import {
  type Attempt,
  createJournal,
  type FixtureApp,
  startFixture,
} from '../../plugins/kafka-events/test/fixture-app.ts'
import { startJoinBreaker } from '../../plugins/kafka-events/test/join-breaker.ts'
import { until } from '../../shared/runtime/until.ts'

const brokers = brokersOfRunningSystem()
const seed = process.env.SEED ?? '20250101'
const PARTITIONS = 3
// Longer than all the waits of a test together: a wait that outlives its test would use clients that are closed.
const TEST_TIMEOUT_MS = 240_000

const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
const admin = kafka.admin()

let producer: Producer
let topic: string
let journal: ReturnType<typeof createJournal>
let apps: FixtureApp[]

beforeAll(() => admin.connect())

afterAll(() => admin.disconnect())

beforeEach(async () => {
  topic = `kafka-events-test-${randomBytes(6).toString('hex')}`
  journal = createJournal()
  apps = []
  // A producer asks for every topic it ever sent to, and fails once one is deleted: a new one for each test.
  producer = kafka.producer()
  await producer.connect()
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: PARTITIONS }] })
})

afterEach(async () => {
  for (const app of apps) app.signal('SIGKILL')
  await Promise.all(apps.map(app => app.exited))
  await producer.disconnect()
  await admin.deleteTopics({ topics: [topic] })
  journal.remove()
})

describe('kafka events under serverless-offline', () => {
  test(
    'a join that a broken connection ends half-way holds up nothing for long',
    async () => {
      const breaker = await startJoinBreaker(Number(brokers.split(',')[0]!.split(':')[1]))
      try {
        await start({ KAFKA_BROKERS: breaker.brokers })
        await produce(20)
        await untilCommitted(await endOffsets())

        breaker.breakNextJoin()
        await until(() => breaker.joinsBroken() === 1, { what: 'a join to be broken' })

        await produce(20)
        await untilCommitted(await endOffsets())
      } finally {
        await breaker.close()
      }
    },
    TEST_TIMEOUT_MS,
  )

  test(
    `every record is handled, in order and without overlap, while handlers fail at random (seed ${seed})`,
    async () => {
      await produce(300)
      await start({ FIXTURE_FAIL_RATE: '0.3', FIXTURE_SEED: seed, FIXTURE_SLOW_MS: '5' })
      await untilCommitted(await endOffsets())

      const attempts = journal.attempts()
      expect(attempts.some(({ kind }) => kind === 'fail')).toBe(true)
      const ends = await endOffsets()
      for (let partition = 0; partition < PARTITIONS; partition += 1)
        expectOneBatchAtATime(attempts, partition, ends[partition]!)
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'a partition whose handler always fails holds up no other and is not committed',
    async () => {
      await producer.send({ topic, messages: [{ partition: 1, value: 'poison' }] })
      await start({})
      await until(() => attemptsOf('fail').length >= 3, { what: 'the poisoned batch to be tried again' })
      for (const partition of [0, 2]) await producer.send({ topic, messages: [{ partition, value: 'good' }] })
      await untilCommitted([1, -1, 1], 20_000)
      expect(attemptsOf('done').filter(({ partition }) => partition === 1)).toEqual([])
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'kill -9 in the middle of a batch: nothing of it is committed, and the next process gets it again',
    async () => {
      const first = await start({ FIXTURE_SLOW_MS: '60000' })
      await producer.send({ topic, messages: valuesOf(5).map(value => ({ partition: 0, value })) })
      await until(() => attemptsOf('begin').length > 0, { what: 'the first batch to begin' })
      first.signal('SIGKILL')
      await first.exited
      expect(await committed()).toEqual([-1, -1, -1])

      const second = await start({})
      await untilCommitted([5, -1, -1])
      const begun = attemptsOf('begin').filter(({ pid }) => pid === second.pid)
      expect(begun.flatMap(({ values }) => values)).toEqual(valuesOf(5))
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'TERM lets the running batch finish, commits it and begins no other',
    async () => {
      const app = await start({ FIXTURE_SLOW_MS: '2000', FIXTURE_BATCH_SIZE: '5' })
      await producer.send({ topic, messages: valuesOf(10).map(value => ({ partition: 0, value })) })
      await until(() => attemptsOf('begin').length > 0, { what: 'the first batch to begin' })
      app.signal('SIGTERM')
      expect(await app.exited).toBe(0)

      const [begin, ...later] = attemptsOf('begin')
      expect(later).toEqual([])
      expect(attemptsOf('done').map(({ offsets }) => offsets)).toEqual([begin!.offsets])
      expect(await committed()).toEqual([begin!.offsets.at(-1)! + 1, -1, -1])
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'LATEST skips what was there before the first start, and nothing after it',
    async () => {
      await producer.send({ topic, messages: [{ partition: 0, value: 'before' }] })
      const first = await start({ FIXTURE_POSITION: 'LATEST' })
      await untilCommitted([1, 0, 0])
      first.signal('SIGKILL')
      await first.exited
      await producer.send({ topic, messages: [{ partition: 0, value: 'while away' }] })
      await start({ FIXTURE_POSITION: 'LATEST' })
      await untilCommitted([2, 0, 0])
      expect(attemptsOf('begin').flatMap(({ values }) => values)).toEqual(['while away'])
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'a broker that is away at start is not fatal: HTTP answers',
    async () => {
      const app = await start({ KAFKA_BROKERS: '127.0.0.1:1' }, 'trying again until it works')
      const answer = await fetch(`${app.httpUrl}/health`)
      expect(answer.status).toBe(200)
      expect(await (await fetch(app.statusUrl)).json()).toMatchObject([{ state: 'waiting', partitions: [] }])
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'a wrong setting stops the process with the function, the setting and what it must be',
    async () => {
      const app = await launch({ FIXTURE_BATCH_SIZE: 'many' })
      expect(await app.exited).toBe(1)
      expect(app.output()).toContain('function record: kafka.batchSize must be a whole number from 1 to 10000')
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'plain `serverless offline` says what to type and exits with 1',
    async () => {
      const app = await launch({}, ['offline'])
      expect(await app.exited).toBe(1)
      expect(app.output()).toContain('serverless offline start')
    },
    TEST_TIMEOUT_MS,
  )
})

/** The fixture with the test's topic; the group is the topic's name. */
async function launch(environment: Record<string, string>, command?: string[]): Promise<FixtureApp> {
  const names = { FIXTURE_TOPIC: topic, FIXTURE_GROUP: topic, FIXTURE_JOURNAL: journal.path }
  const app = await startFixture({ KAFKA_BROKERS: brokers, ...names, ...environment }, command)
  apps.push(app)
  return app
}

async function start(environment: Record<string, string>, ready = `group ${topic} reads`): Promise<FixtureApp> {
  const app = await launch(environment)
  await until(() => app.output().includes(ready), { what: `"${ready}" in the output`, deadlineMs: 45_000 }).catch(
    error => {
      throw new Error(`${error.message}\n${app.output()}`)
    },
  )
  return app
}

const valuesOf = (count: number): string[] => Array.from({ length: count }, (_, index) => `value ${index}`)

async function produce(count: number): Promise<void> {
  await producer.send({ topic, messages: valuesOf(count).map(value => ({ key: value, value })) })
}

const attemptsOf = (kind: Attempt['kind']): Attempt[] => journal.attempts().filter(attempt => attempt.kind === kind)

async function endOffsets(): Promise<number[]> {
  return byPartition(await admin.fetchTopicOffsets(topic))
}

/** −1 where the group has committed nothing. */
async function committed(): Promise<number[]> {
  const [found] = await admin.fetchOffsets({ groupId: topic, topics: [topic] })
  return byPartition(found!.partitions)
}

function byPartition(offsets: { partition: number; offset: string }[]): number[] {
  return offsets.toSorted((a, b) => a.partition - b.partition).map(({ offset }) => Number(offset))
}

async function untilCommitted(expected: number[], deadlineMs = 60_000): Promise<void> {
  let last: number[] = []
  await until(
    async () => {
      last = await committed()
      return JSON.stringify(last) === JSON.stringify(expected)
    },
    { what: `offsets ${expected} to be committed`, deadlineMs },
  ).catch(error => {
    throw new Error(`${error.message}; committed ${last}\n${apps.map(app => app.output()).join('\n')}`)
  })
}

/** Each batch ends before the next begins, a failed one is tried again as it was, and the done ones cover every offset. */
function expectOneBatchAtATime(attempts: Attempt[], partition: number, end: number): void {
  const mine = attempts.filter(attempt => attempt.partition === partition)
  let next = 0
  for (let index = 0; index < mine.length; index += 2) {
    const [begin, outcome] = mine.slice(index, index + 2)
    expect(begin!.kind).toBe('begin')
    expect(begin!.offsets[0]).toBe(next)
    expect(outcome).toMatchObject({ kind: expect.stringMatching(/done|fail/), offsets: begin!.offsets })
    if (outcome!.kind === 'done') next = begin!.offsets.at(-1)! + 1
  }
  expect(next).toBe(end)
}

function brokersOfRunningSystem(): string {
  const runFile = process.env.PAY_RUN_FILE
  if (!runFile) throw new Error('PAY_RUN_FILE must name the run.json of a running system')
  return JSON.parse(readFileSync(runFile, 'utf8')).env.KAFKA_BROKERS
}

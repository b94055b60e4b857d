/** A topic that is deleted while payments run: only its events wait, everybody is told its name, and all goes on once it is there again. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { type Admin, Kafka, logLevel } from 'kafkajs'
import { createTopics } from '../../shared/messaging/topics.ts'
import { until } from '../../shared/runtime/until.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { PaymentApi } from '../support/http.ts'
import { TestKafka, type TopicReader } from '../support/kafka.ts'
import { type OwnSystem, startOwnSystem } from '../support/own-system.ts'
import { captured } from '../support/payments.ts'

jest.setTimeout(300_000)

const TOPIC = 'payment.captured'
const PAYMENTS = 12

// What its topic held is gone for good, and `npm run verify` would rightly miss it.
let own: OwnSystem
let api: PaymentApi
let database: TestDatabase
let admin: Admin
let kafka: TestKafka
let reader: TopicReader

beforeAll(async () => {
  own = await startOwnSystem('topic-deleted')
  api = new PaymentApi(own.system.apiUrl)
  database = openDatabase(own.system.databaseUrl)
  admin = new Kafka({ clientId: 'system-tests', brokers: own.system.brokers, logLevel: logLevel.NOTHING }).admin()
  kafka = new TestKafka(own.system.brokers)
  await Promise.all([admin.connect(), kafka.connect()])
  reader = await kafka.read(['payment.authorized'])
})
afterAll(async () => {
  await Promise.all([admin?.disconnect(), kafka?.close(), database?.close()])
  await own?.stop()
})

const waiting = (paymentIds: string[]) =>
  database.rows<{ topic: string; attempts: number; parked_at: Date | null }>(
    'SELECT topic, attempts, parked_at FROM outbox_event WHERE published_at IS NULL AND message_key IN (?) ORDER BY id',
    [paymentIds],
  )

const untilPublished = (paymentIds: string[], but: string[] = []) =>
  until(async () => (await waiting(paymentIds)).every(row => but.includes(row.topic)), {
    what: `all events to be published${but.length > 0 ? ` but ${but}` : ''}`,
    deadlineMs: 90_000,
  })

interface Ready {
  status: string
  problems: { kind: string; message: string; since: string }[]
}

const topicProblems = async () => {
  const ready = (await api.get('/health/ready')).json as Ready
  return { status: ready.status, named: ready.problems.filter(problem => problem.kind === 'topic_unavailable') }
}

const sickMetric = async (topic: string) =>
  Number(
    new RegExp(`^kafka_topic_unavailable\\{topic="${topic}"\\} (\\d)$`, 'm').exec(
      (await api.get('/metrics')).text,
    )?.[1],
  )

/** Every try that fails has a line in the API's log. */
const triesLogged = () =>
  readFileSync(join(own.system.logsFolder, 'api.log'), 'utf8')
    .split('\n')
    .filter(line => line.includes('a Kafka topic takes no records') && line.includes(`"topic":"${TOPIC}"`)).length

test('only its events wait while it is away', async () => {
  await untilPublished([(await captured(api)).paymentId])
  await admin.deleteTopics({ topics: [TOPIC] })

  const paymentIds: string[] = []
  const pay = async () => {
    const { paymentId } = await captured(api)
    paymentIds.push(paymentId)
    await untilPublished([paymentId], [TOPIC])
  }
  await pay()
  const { status, named } = await until(
    async () => {
      const found = await topicProblems()
      return found.named.length > 0 ? found : undefined
    },
    { what: 'readiness to name the topic', deadlineMs: 60_000 },
  )
  expect({ status, named: named.map(({ message }) => message) }).toEqual({
    status: 'degraded',
    named: [expect.stringMatching(/^Kafka topic payment\.captured takes no records \(.*UNKNOWN_TOPIC_OR_PARTITION/)],
  })
  expect(await sickMetric(TOPIC)).toBe(1)
  while (paymentIds.length < PAYMENTS) await pay()
  const left = await waiting(paymentIds)
  expect(left).toEqual(left.map(() => ({ topic: TOPIC, attempts: 0, parked_at: null })))
  expect(left).toHaveLength(PAYMENTS)

  const triesBefore = triesLogged()
  await until(() => triesLogged() >= triesBefore + 3, {
    what: 'the topic to be tried again and again',
    deadlineMs: 120_000,
  })
  const copies = paymentIds.map(paymentId => reader.of(paymentId).length)
  // The send that finds it out may write the others three times: kafkajs repeats it once, then each topic goes by itself.
  expect(copies[0]).toBeLessThanOrEqual(3)
  expect(copies.slice(1)).toEqual(copies.slice(1).map(() => 1))

  await createTopics({ brokers: own.system.brokers })
  await untilPublished(paymentIds)
  await until(async () => (await topicProblems()).named.length === 0, { what: 'the problem to be over' })
  expect(await sickMetric(TOPIC)).toBe(0)
  expect(paymentIds.map(paymentId => reader.of(paymentId).length)).toEqual(copies)
  const fees = "SELECT COUNT(*) FROM ledger_entry WHERE entry_type = 'fee' AND payment_id IN (?)"
  await until(async () => (await database.count(fees, [paymentIds])) === PAYMENTS, {
    what: 'the fees of what waited',
    deadlineMs: 90_000,
  })
})

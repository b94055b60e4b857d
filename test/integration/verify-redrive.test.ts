/** `npm run dlq` and `npm run outbox` against the real system: what they list, and that redriving brings back the very bytes. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Admin, Kafka, logLevel, type Producer } from 'kafkajs'
import { connectControl } from '../../scripts/system/control.ts'
import { type LogRecord, openKafkaLog } from '../../scripts/verify/kafka-log.ts'
import { verify } from '../../scripts/verify/settle.ts'
import { until } from '../../shared/runtime/until.ts'
import { openDatabase } from '../support/database.ts'
import { PaymentApi } from '../support/http.ts'
import { captured } from '../support/payments.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

const system = systemUnderTest()
const control = connectControl()
const database = openDatabase(system.databaseUrl)
let producer: Producer
let admin: Admin

beforeAll(async () => {
  const kafka = new Kafka({ clientId: 'system-tests', brokers: system.brokers, logLevel: logLevel.NOTHING })
  producer = kafka.producer()
  admin = kafka.admin()
  await Promise.all([producer.connect(), admin.connect()])
}, 60_000)

afterAll(async () => {
  await control.start('api')
  await Promise.all([producer.disconnect(), admin.disconnect(), database.close()])
}, 120_000)

/** Runs a tool as a person would; exit code and what it printed. */
const run = (script: string, ...args: string[]): Promise<{ code: number; printed: string }> =>
  promisify(execFile)(process.execPath, [`scripts/${script}.ts`, ...args], { cwd: repositoryFolder }).then(
    ({ stdout }) => ({ code: 0, printed: stdout }),
    error => ({ code: error.code, printed: `${error.stdout}${error.stderr}` }),
  )

const failuresNow = async () => {
  const report = await verify(system)
  return report.results.filter(result => !result.ok).map(result => result.name)
}

async function recordsOf(topic: string): Promise<LogRecord[]> {
  const log = await openKafkaLog(system.brokers)
  const records: LogRecord[] = []
  try {
    await log.read(await log.spansOf(topic), async some => void records.push(...some))
    return records
  } finally {
    await log.close()
  }
}

describe('a dead letter', () => {
  const origin = `redrive-test-${randomBytes(4).toString('hex')}`
  const original = { key: randomBytes(8), value: Buffer.from([0xff, 0xfe, 0x00, 0x7b]), header: randomBytes(4) }

  beforeAll(async () => {
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic: origin, numPartitions: 3 }] })
    const value = JSON.stringify({
      topic: origin,
      partition: 2,
      offset: 41,
      error: 'not JSON: planted by a test',
      failedAt: new Date().toISOString(),
      key: original.key.toString('base64'),
      value: original.value.toString('base64'),
      headers: [['event-type', original.header.toString('base64')]],
    })
    await producer.send({ topic: 'payment.dlq', messages: [{ key: original.key, value }] })
  }, 60_000)

  afterAll(() => admin.deleteTopics({ topics: [origin] }))

  test('is listed, and fails `verify` while it waits', async () => {
    const { code, printed } = await run('dlq')
    expect({ code, printed }).toMatchObject({ code: 0, printed: expect.stringContaining(`from ${origin} 2/41`) })
    expect(printed).toContain('not JSON: planted by a test')
    expect(await failuresNow()).toEqual(['no-dead-letters'])
  }, 60_000)

  test('goes back where it came from, byte for byte and once', async () => {
    const redriven = await run('dlq', 'redrive')
    expect({ code: redriven.code, printed: redriven.printed }).toMatchObject({
      code: 0,
      printed: expect.stringContaining(`to ${origin} 2/41`),
    })
    expect((await run('dlq', 'redrive')).printed).toContain('0 dead letters redriven')
    const records = await recordsOf(origin)
    expect(records).toHaveLength(1)
    expect(records[0]).toMatchObject({
      partition: 2,
      key: original.key,
      value: original.value,
      headers: { 'event-type': original.header },
    })
    expect((await run('dlq')).printed).toMatch(new RegExp(`from ${origin} 2/41 .* redriven`))
    expect(await failuresNow()).toEqual([])
  }, 60_000)

  test('can be put aside without being sent', async () => {
    await producer.send({ topic: 'payment.dlq', messages: [{ key: null, value: 'not even a letter' }] })
    expect(await failuresNow()).toEqual(['no-dead-letters'])
    expect(await run('dlq', 'redrive')).toMatchObject({ code: 1, printed: expect.stringContaining('skip') })

    expect(await run('dlq', 'skip')).toMatchObject({
      code: 0,
      printed: expect.stringContaining('put aside payment.dlq'),
    })

    expect((await run('dlq', 'skip')).printed).toContain('No dead letter waits')
    expect(await recordsOf(origin)).toHaveLength(1)
    expect(await failuresNow()).toEqual([])
  }, 60_000)
})

describe('a parked outbox row', () => {
  test('is listed with its error, and is published after it was redriven, with what waited behind it', async () => {
    const { paymentId } = await captured(new PaymentApi(system.apiUrl))
    const eventsOf = () =>
      database.rows<{ event_id: string; published_at: Date | null; parked_at: Date | null }>(
        'SELECT event_id, published_at, parked_at FROM outbox_event WHERE message_key = ? ORDER BY sequence',
        [paymentId],
      )
    const eventOf = async () => (await eventsOf())[0]!
    const bothPublished = async () => (await eventsOf()).every(event => event.published_at !== null)
    await until(bothPublished, { what: 'the events to be published' })
    await control.stop('api')
    await database.write(
      `UPDATE outbox_event SET published_at = NULL, parked_at = ?, attempts = 3, last_error = 'too large, says a test'
       WHERE message_key = ? AND sequence = 1`,
      [new Date(), paymentId],
    )
    const { event_id: eventId } = await eventOf()
    await database.write(
      'UPDATE outbox_event SET published_at = NULL, parked_at = ?, last_error = ? WHERE message_key = ? AND sequence = 2',
      [new Date(), `waits behind ${eventId}`, paymentId],
    )

    const listed = await run('outbox')
    expect(listed.printed).toMatch(new RegExp(`${eventId} .* parked .* refused 3 times: too large, says a test`))
    expect(await failuresNow()).toEqual(['outbox-published'])
    expect(await run('outbox', 'redrive', `evt_${'0'.repeat(26)}`)).toMatchObject({ code: 1 })
    expect((await eventOf()).parked_at).not.toBeNull()
    expect(await run('outbox', 'redrive', eventId)).toMatchObject({ code: 0 })
    const free = { parked_at: null, published_at: null }
    expect(await eventsOf()).toMatchObject([free, free])

    await control.start('api')
    // The sweep finds it: nobody rings for a row that was redriven.
    await until(bothPublished, { what: 'the relay to take it up', deadlineMs: 90_000 })
    expect((await run('outbox')).printed).not.toContain(eventId)
    expect(await failuresNow()).toEqual([])
  }, 180_000)
})

describe('a command that is not understood', () => {
  test.each([
    ['outbox', ['redrive']],
    ['outbox', ['redrive', '--all', 'evt_1']],
    ['outbox', ['drop']],
    ['dlq', ['redrive', 'everything']],
  ])('%s %j says how it is used and changes nothing', async (script, args) => {
    const { code, printed } = await run(script, ...args)
    expect({ code, printed }).toMatchObject({ code: 1, printed: expect.stringContaining(`npm run ${script}`) })
  })
})

/** `npm run dlq` and `npm run outbox` against the real system: what they list, and that redriving brings back the very bytes. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Admin, Kafka, logLevel, type Producer } from 'kafkajs'
import { connectControl } from '../../scripts/local/control.ts'
import { openKafkaLog } from '../../scripts/operate/verify/kafka-log.ts'
import { verify } from '../../scripts/operate/verify/settle.ts'
import type { LogRecord } from '../../shared/invariants/record-comparison.ts'
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
  const log = await openKafkaLog(system)
  const records: LogRecord[] = []
  try {
    await log.read(await log.spansOf(topic), async some => void records.push(...some))
    return records
  } finally {
    await log.close()
  }
}

describe('dead letters', () => {
  const origin = `redrive-test-${randomBytes(4).toString('hex')}`
  const evil = 'not JSON: planted by a test\u001b[2J\u202e'
  const originals = [0, 1, 2].map(() => ({
    key: randomBytes(8),
    value: Buffer.from([0xff, 0xfe, 0x00, 0x7b]),
    header: randomBytes(4),
  }))
  let ids: string[]

  const letterOf = ({ key, value, header }: (typeof originals)[number], index: number) =>
    JSON.stringify({
      topic: origin,
      partition: 2,
      offset: 41 + index,
      error: evil,
      failedAt: new Date().toISOString(),
      key: key.toString('base64'),
      value: value.toString('base64'),
      headers: [['event-type', header.toString('base64')]],
    })

  async function bury(value: string): Promise<string> {
    const [written] = await producer.send({ topic: 'payment.dlq', messages: [{ key: null, value }] })
    return `${written!.partition}/${written!.baseOffset}`
  }
  const stateOf = async (id: string) => new RegExp(`^${id}  .*$`, 'm').exec((await run('dlq')).printed)?.[0]

  beforeAll(async () => {
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic: origin, numPartitions: 3 }] })
    ids = []
    for (const [index, original] of originals.entries()) ids.push(await bury(letterOf(original, index)))
  }, 60_000)

  afterAll(() => admin.deleteTopics({ topics: [origin] }))

  test('are listed without their control characters, and fail `verify` while they wait', async () => {
    const { code, printed } = await run('dlq')
    expect({ code, printed }).toMatchObject({ code: 0, printed: expect.stringContaining(`from ${origin} 2/41`) })
    expect(printed).toContain('not JSON: planted by a test\\u{1b}[2J\\u{202e}')
    expect(printed).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u)
    expect(await failuresNow()).toEqual(['no-dead-letters'])
  }, 60_000)

  test('are not sent by a command that is not sure: no ids, nobody to ask, an id that is none', async () => {
    expect(await run('dlq', 'redrive')).toMatchObject({ code: 1, printed: expect.stringContaining('npm run dlq') })
    const unasked = await run('dlq', 'redrive', ids[1]!)
    expect(unasked).toMatchObject({ code: 1 })
    expect(unasked.printed).toContain(`${ids[1]} → ${origin} partition 2`)
    expect(unasked.printed).toContain(`npm run dlq -- redrive ${ids[1]} --yes`)
    expect(await run('dlq', 'redrive', ids[1]!, '0/99999999', '--yes')).toMatchObject({ code: 1 })
    expect(await recordsOf(origin)).toEqual([])
  }, 60_000)

  test('the one that is named goes back where it came from, byte for byte; the others wait on', async () => {
    const redriven = await run('dlq', 'redrive', ids[1]!, '--yes')
    expect(redriven).toMatchObject({ code: 0, printed: expect.stringContaining(`to ${origin} 2/42`) })
    const records = await recordsOf(origin)
    expect(records).toHaveLength(1)
    expect(records[0]).toMatchObject({
      partition: 2,
      key: originals[1]!.key,
      value: originals[1]!.value,
      headers: { 'event-type': originals[1]!.header },
    })
    expect(await Promise.all(ids.map(stateOf))).toEqual([
      expect.stringMatching(/ waiting$/),
      expect.stringMatching(/ redriven$/),
      expect.stringMatching(/ waiting$/),
    ])
    expect(await failuresNow()).toEqual(['no-dead-letters'])
  }, 60_000)

  test('one that can never be sent is put aside, and holds back nobody', async () => {
    const unreadable = await bury('not even a letter')
    const redriven = await run('dlq', 'redrive', '--all', '--yes')
    expect(redriven).toMatchObject({ code: 1, printed: expect.stringContaining('2 dead letters redriven') })
    expect(redriven.printed).toContain(`${unreadable} is not a dead letter of ours`)
    expect((await recordsOf(origin)).map(({ key }) => key)).toEqual([1, 0, 2].map(index => originals[index]!.key))
    expect(await failuresNow()).toEqual(['no-dead-letters'])

    expect(await run('dlq', 'skip', unreadable)).toMatchObject({ code: 1 })
    expect(await run('dlq', 'skip', unreadable, '--yes')).toMatchObject({ code: 0 })

    expect(await stateOf(unreadable)).toMatch(/ put aside$/)
    expect((await run('dlq', 'redrive', '--all', '--yes')).printed).toContain('0 dead letters redriven')
    expect(await failuresNow()).toEqual([])
  }, 60_000)

  test('one that was put aside by mistake can still be sent', async () => {
    const id = await bury(letterOf(originals[0]!, 9))
    expect(await run('dlq', 'skip', id, '--yes')).toMatchObject({ code: 0 })
    expect(await run('dlq', 'redrive', id, '--yes')).toMatchObject({ code: 0 })
    expect(await recordsOf(origin)).toHaveLength(4)
    expect(await stateOf(id)).toMatch(/ redriven$/)
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
    expect(listed.printed).toMatch(new RegExp(`payment\\.captured .* parked .*, waits behind ${eventId}`))
    expect(await failuresNow()).toEqual(['outbox-published'])
    expect(await run('outbox', 'redrive', `evt_${'0'.repeat(26)}`, '--yes')).toMatchObject({ code: 1 })
    expect((await eventOf()).parked_at).not.toBeNull()
    expect(await run('outbox', 'redrive', eventId)).toMatchObject({
      code: 1,
      printed: expect.stringContaining(`npm run outbox -- redrive ${eventId} --yes`),
    })
    expect((await eventOf()).parked_at).not.toBeNull()
    expect(await run('outbox', 'redrive', eventId, '--yes')).toMatchObject({ code: 0 })
    const free = { parked_at: null, published_at: null }
    expect(await eventsOf()).toMatchObject([free, free])

    // A row that is not parked any more lets nothing go that waits behind another one.
    await database.write(
      'UPDATE outbox_event SET parked_at = ?, last_error = ? WHERE message_key = ? AND sequence = 2',
      [new Date(), `waits behind evt_${'0'.repeat(26)}`, paymentId],
    )
    expect(await run('outbox', 'redrive', eventId, '--yes')).toMatchObject({ code: 1 })
    expect((await eventsOf())[1]!.parked_at).not.toBeNull()
    expect(await run('outbox', 'redrive', '--all', '--yes')).toMatchObject({ code: 0 })
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
    ['outbox', ['--everything']],
    ['outbox', ['redrive', '--all', '--json']],
    ['dlq', ['redrive', '--all', '0/1']],
    ['dlq', ['skip']],
    ['dlq', ['list', 'everything']],
  ])('%s %j says how it is used and changes nothing', async (script, args) => {
    const { code, printed } = await run(script, ...args)
    expect({ code, printed }).toMatchObject({ code: 1, printed: expect.stringContaining(`npm run ${script}`) })
  })
})

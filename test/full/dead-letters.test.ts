/**
 * Dead letters from the poison record to the page's routes, on a system of its own: what is put on the topics here stays there for ever.
 * A record becomes a row; it is redriven once, however often it is asked for; what others note is seen; and Kafka that is away is told.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { connectControl } from '../../scripts/local/control.ts'
import { putAside } from '../../scripts/operate/dlq/handle-letters.ts'
import { type DeadLetter, readDeadLetters } from '../../scripts/operate/verify/dead-letters.ts'
import { openKafkaLog } from '../../scripts/operate/verify/kafka-log.ts'
import { noteRecordOf } from '../../shared/contracts/dead-letter-records.ts'
import { until } from '../../shared/runtime/until.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { inheritedEnv } from '../support/extra-api.ts'
import { PaymentApi, type Reply } from '../support/http.ts'
import { type Produced, TestKafka, type TopicReader } from '../support/kafka.ts'
import { newOperatorKey, TestOperators } from '../support/operators.ts'
import { type OwnSystem, startOwnSystem } from '../support/own-system.ts'
import { captured, newKey } from '../support/payments.ts'
import { repositoryFolder } from '../support/system.ts'

jest.setTimeout(240_000)

let own: OwnSystem
let api: PaymentApi
let database: TestDatabase
let kafka: TestKafka
let reader: TopicReader
const sessions: Record<string, Record<string, string>> = {}
/** Whoever acts, unless another is named. */
const LEE = 'lee operator'

beforeAll(async () => {
  own = await startOwnSystem('dead-letters')
  const { apiUrl, databaseUrl, brokers } = own.system
  api = new PaymentApi(apiUrl)
  database = openDatabase(databaseUrl)
  kafka = new TestKafka(brokers)
  await kafka.connect()
  reader = await kafka.read(['payment.captured'])
  for (const [name, role] of [
    ['lee', 'operator'],
    ['kim', 'operator'],
    ['park', 'viewer'],
  ] as const) {
    const operators = new TestOperators(database, name)
    await operators.add(role)
    sessions[name] = await operators.signIn(role, apiUrl)
  }
  // The first doorbell of a new system may ring before the relay listens: then the sweep of the next minute makes up for it.
  const { paymentId } = await captured(api)
  await until(async () => (await entriesOf(paymentId)).length === 2, { what: 'the first fee', deadlineMs: 90_000 })
})
afterAll(async () => {
  await kafka?.close()
  await database?.close()
  await own?.stop()
})

const read = (path: string, name = 'park'): Promise<Reply> => api.get(`/operator/${path}`, sessions[name])

interface Letter {
  partition: number
  offset: number
  state: string
  error: string
  origin: { topic: string; partition: number; offset: number } | null
  paymentId: string | null
  handled: { by: string | null; reason: string | null; at: string | null } | null
}

const listed = async (): Promise<Letter[]> => (await read('dead-letters?limit=100')).json.items

/** The row of the letter that a record became. */
const letterOf = ({ topic, partition, offset }: Produced): Promise<Letter> =>
  until(
    async () =>
      (await listed()).find(
        ({ origin }) => origin?.topic === topic && origin.partition === partition && origin.offset === offset,
      ),
    { what: `the row of the dead letter of ${topic} ${partition}/${offset}` },
  )

const poison = () => kafka.produce({ topic: 'payment.captured', key: newKey(), value: Buffer.from('{"no":"event"}') })

const pathOf = ({ partition, offset }: Pick<Letter, 'partition' | 'offset'>) => `dead-letters/${partition}/${offset}`

const act = (letter: Letter, action: 'redrive' | 'skip', given: Record<string, unknown> = {}, name = 'lee') =>
  api.post(
    `/operator/${pathOf(letter)}/${action}`,
    { key: newOperatorKey(), reason: 'a test', state: letter.state, ...given },
    sessions[name],
  )

const entriesOf = (paymentId: string) =>
  database.rows<{ entry_type: string }>('SELECT * FROM ledger_entry WHERE payment_id = ?', [paymentId])

const auditOf = ({ partition, offset }: Letter) =>
  database.rows<{ actor: string; action: string; reason: string; details: string }>(
    'SELECT actor, action, reason, details FROM audit_log WHERE subject = ? ORDER BY id',
    [`payment.dlq ${partition}/${offset}`],
  )

async function lettersOnTopic(): Promise<DeadLetter[]> {
  const log = await openKafkaLog(own.system)
  try {
    return await readDeadLetters(log)
  } finally {
    await log.close()
  }
}

const onTopic = async ({ partition, offset }: Letter) =>
  (await lettersOnTopic()).find(letter => letter.partition === partition && letter.offset === offset)!

describe('a record that nobody can process', () => {
  test('is a row with its reason, its origin and its bytes', async () => {
    const value = Buffer.from([0xff, 0x00, 0xfe])
    const { paymentId } = await captured(api)
    const headers = { 'event-id': 'evt_1' }
    const produced = await kafka.produce({ topic: 'payment.captured', key: paymentId, value, headers })
    const letter = await letterOf(produced)

    expect(letter).toMatchObject({
      state: 'WAITING',
      error: expect.stringMatching(/^not JSON/),
      paymentId,
      handled: null,
    })
    const { json } = await read(pathOf(letter))
    expect([json.key, json.value].map(bytes => Buffer.from(bytes.base64, 'base64'))).toEqual([
      Buffer.from(paymentId),
      value,
    ])
    expect(json.headers.map((header: { name: string }) => header.name)).toContain('event-id')
    expect((await act(letter, 'skip')).status).toBe(200)
  })

  test('that was mended is booked by its redrive: once, for the one of two operators who was first', async () => {
    const { paymentId } = await captured(api, { amount: 10_000 })
    await until(async () => (await entriesOf(paymentId)).length === 2, { what: 'capture and fee' })
    const event = await until(() => reader.of(paymentId)[0], { what: 'the captured event' })
    // Nobody wrote such an event, says the outbox, until the row is there again.
    const [row] = await database.rows(
      "SELECT * FROM outbox_event WHERE message_key = ? AND topic = 'payment.captured'",
      [paymentId],
    )
    await database.write('DELETE FROM outbox_event WHERE id = ?', [row!.id])
    await database.write("DELETE FROM ledger_entry WHERE payment_id = ? AND entry_type = 'fee'", [paymentId])
    const { topic, partition, value, headers } = event
    const letter = await letterOf(await kafka.produce({ topic, partition, key: paymentId, value, headers }))
    expect(letter.error).toContain('not from the outbox')
    await database.write('INSERT INTO outbox_event SET ?', [row!])

    const both = await Promise.all(['lee', 'kim'].map(name => act(letter, 'redrive', {}, name)))

    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
    expect(both.find(({ status }) => status === 409)!.json).toMatchObject({
      code: 'DEAD_LETTER_CONFLICT',
      details: { reason: 'state', state: 'REDRIVEN' },
    })
    await until(async () => (await entriesOf(paymentId)).some(({ entry_type: type }) => type === 'fee'), {
      what: 'the fee',
    })
    // The event, the copy that was refused, and the redriven one.
    await until(() => reader.of(paymentId).length >= 3, { what: 'the redriven record' })
    expect(reader.of(paymentId)).toHaveLength(3)
    expect(reader.of(paymentId)[2]).toMatchObject({ partition, value, headers })
    expect((await auditOf(letter)).map(({ action }) => action)).toEqual(['dead-letter.redriven'])
  })

  test('is sent once when its redrive is clicked twice, and once more only by a new decision', async () => {
    const produced = await poison()
    const letter = await letterOf(produced)
    const before = reader.records.filter(({ partition }) => partition === produced.partition).length
    const key = newOperatorKey()
    const both = await Promise.all([act(letter, 'redrive', { key }), act(letter, 'redrive', { key })])
    const again = await act(letter, 'redrive', { key })

    expect([...both, again].map(({ status }) => status)).toEqual([200, 200, 200])
    expect(new Set([...both, again].map(({ text }) => text)).size).toBe(1)
    // It is poison still: what was sent comes back as one new letter.
    await until(
      async () => (await listed()).filter(({ origin }) => origin?.partition === produced.partition).length >= 2,
      {
        what: 'the letter of the redriven record',
      },
    )
    expect(reader.records.filter(({ partition }) => partition === produced.partition)).toHaveLength(before + 1)
    expect((await act(letter, 'redrive', { key, reason: 'another' })).json.details.reason).toBe('different_request')
    for (const waiting of (await listed()).filter(({ state }) => state === 'WAITING'))
      expect((await act(waiting, 'skip')).status).toBe(200)
  })

  test('that is put aside says by whom, why and when, on the topic, too', async () => {
    const letter = await letterOf(await poison())
    const { json } = await act(letter, 'skip', { reason: 'sent by mistake' })

    expect(json).toMatchObject({ state: 'PUT_ASIDE', handled: { by: LEE, reason: 'sent by mistake' } })
    expect(await onTopic(letter)).toMatchObject({ state: 'put aside' })
    expect(await auditOf(letter)).toMatchObject([
      { actor: LEE, action: 'dead-letter.put-aside', reason: 'sent by mistake' },
    ])
    expect(await act({ ...letter, state: 'PUT_ASIDE' }, 'redrive')).toMatchObject({ status: 200 })
  })

  test('that cannot even be read is a row, which can only be put aside', async () => {
    const { partition, offset } = await kafka.produce({
      topic: 'payment.dlq',
      key: null,
      value: Buffer.from('nothing'),
    })
    const letter = await until(async () => (await listed()).find(each => each.offset === offset), { what: 'the row' })

    expect(letter).toMatchObject({ partition, origin: null, error: 'not a dead letter' })
    expect((await act(letter, 'redrive')).json).toMatchObject({
      code: 'DEAD_LETTER_CONFLICT',
      details: { reason: 'unreadable' },
    })
    expect((await act(letter, 'skip')).status).toBe(200)
  })

  test('for a topic that is no more is told at once, and waits', async () => {
    const value = JSON.stringify({
      topic: 'payment.nowhere',
      partition: 0,
      offset: 0,
      error: 'x',
      failedAt: '',
      headers: [],
    })
    const { offset } = await kafka.produce({ topic: 'payment.dlq', key: null, value: Buffer.from(value) })
    const letter = await until(async () => (await listed()).find(each => each.offset === offset), { what: 'the row' })

    expect((await act(letter, 'redrive')).json).toMatchObject({
      code: 'DEAD_LETTER_CONFLICT',
      details: { reason: 'refused' },
    })
    expect((await read(pathOf(letter))).json.state).toBe('WAITING')
    expect((await act(letter, 'skip')).status).toBe(200)
  })

  test('is a viewer’s to see, and nobody’s to change without a session', async () => {
    const letter = await letterOf(await poison())

    expect((await act(letter, 'skip', {}, 'park')).json).toMatchObject({
      code: 'FORBIDDEN',
      details: { needed: 'operator' },
    })
    expect((await api.post(`/operator/${pathOf(letter)}/skip`, {}, { origin: api.url })).status).toBe(401)
    expect((await read(pathOf(letter))).json.state).toBe('WAITING')
    expect((await act(letter, 'skip')).status).toBe(200)
  })
})

describe('what others do about a letter', () => {
  test('with the command is seen by the page, and is in the audit log', async () => {
    const letter = await letterOf(await poison())
    await putAside(own.system, [await onTopic(letter)])

    const seen = await until(
      async () => {
        const { json } = await read(pathOf(letter))
        return json.state === 'PUT_ASIDE' ? json : undefined
      },
      { what: 'the note of the command' },
    )
    expect(seen.handled).toMatchObject({ by: 'npm run dlq', reason: null })
    expect(await auditOf(letter)).toMatchObject([
      { actor: 'system record-dead-letters', action: 'dead-letter.put-aside' },
    ])
    expect((await act(letter, 'redrive')).json.details).toEqual({ reason: 'state', state: 'PUT_ASIDE' })
  })

  // As a process leaves it that is killed after it has noted, and before it has committed.
  test('in a transaction that was lost after its note is found, and its key is told that it was done', async () => {
    const letter = await letterOf(await poison())
    const key = newOperatorKey()
    const note = {
      ...letter,
      state: 'REDRIVEN',
      at: new Date().toISOString(),
      by: LEE,
      reason: 'mended',
      key,
    } as const
    const { value } = noteRecordOf(note)
    await kafka.produce({ topic: 'payment.dlq', partition: letter.partition, key: null, value: Buffer.from(value) })
    await until(async () => (await read(pathOf(letter))).json.state === 'REDRIVEN', { what: 'the note' })

    const told = await act(letter, 'redrive', { key, reason: 'mended' })
    expect([told.status, told.json.handled.by]).toEqual([200, LEE])
    const [entry, ...more] = await auditOf(letter)
    expect([entry!.actor, JSON.parse(entry!.details).by, more]).toEqual(['system record-dead-letters', LEE, []])
  })
})

describe('consumers', () => {
  test('are told live, and the reader of the dead letters is among them', async () => {
    const { json } = await read('consumers')
    expect(json.live).toBe(true)
    const groups = json.groups.map(({ groupId }: { groupId: string }) => groupId)
    expect(groups).toEqual(expect.arrayContaining(['record-ledger-captured', 'record-dead-letters', 'relay-outbox']))
  })
})

describe.each([
  ['is away', 'stop', 'start'],
  // Its connections stay open, and nothing comes back on them.
  ['does not answer', 'pause', 'resume'],
] as const)('while Kafka %s', (_, begin, end) => {
  test('consumers are told as they were noted, letters are read, none is changed, and it is done when Kafka is back', async () => {
    const letter = await letterOf(await poison())
    // The job notes them each minute.
    await until(async () => (await database.count('SELECT COUNT(*) FROM consumer_progress')) > 0, {
      what: 'the first notes of consumers',
      deadlineMs: 90_000,
    })
    const control = connectControl(own.runFile)
    const key = newOperatorKey()
    await control[begin]('kafka')
    try {
      const { status, json } = await read('consumers')
      expect([status, json.live, json.groups.length > 0]).toEqual([200, false, true])
      expect(Date.parse(json.asOf)).toBeLessThanOrEqual(Date.now())
      expect((await read(pathOf(letter))).json.value.byteCount).toBe(14)
      expect((await read('outbox')).json.shards).toHaveLength(4)
      expect(await act(letter, 'redrive', { key })).toMatchObject({ status: 503 })
      expect((await read(pathOf(letter))).json.state).toBe('WAITING')
      expect(await auditOf(letter)).toEqual([])
    } finally {
      await control[end]('kafka')
    }
    const done = await until(
      async () => {
        const reply = await act(letter, 'redrive', { key })
        return reply.status === 200 ? reply : undefined
      },
      { what: 'the redrive after the outage', deadlineMs: 60_000 },
    )
    expect(done.json).toMatchObject({ state: 'REDRIVEN', handled: { by: LEE } })
    expect(await auditOf(letter)).toHaveLength(1)
  })
})

// As after a restore from a copy that is older than the letters. What is poison on the other topics is buried once more.
test('rows that were lost come back by `npm run reread`, each as its notes say', async () => {
  const rows = () =>
    database.rows(
      `SELECT record_offset, letter_hash, state, error, failed_at, origin_offset, payment_id, actor, note_reason, handled_at
       FROM dead_letter ORDER BY record_offset`,
    )
  const before = await rows()
  expect(new Set(before.map(({ state }) => state))).toEqual(new Set(['REDRIVEN', 'PUT_ASIDE', 'WAITING']))
  const control = connectControl(own.runFile)
  await control.stop('api')
  await database.write('DELETE FROM dead_letter')
  const env = { ...inheritedEnv(), PAY_RUN_FILE: own.runFile }
  const command = ['scripts/reread.ts', '--since', '2000-01-01T00:00:00Z']
  const reread = () => promisify(execFile)(process.execPath, command, { cwd: repositoryFolder, env })
  // It refuses while Kafka still counts the consumers of the API that was stopped.
  const { stdout } = await until(reread, { what: 'consumers that have left', deadlineMs: 60_000 })
  expect(stdout).toMatch(/record-dead-letters: [1-9]\d* records of payment.dlq will be read again/)
  await control.start('api')

  const after = await until(
    async () => {
      const found = (await rows()).slice(0, before.length)
      const isThere = JSON.stringify(found) === JSON.stringify(before)
      return isThere ? found : undefined
    },
    { what: 'every row as it was', deadlineMs: 60_000 },
  )
  expect(after).toHaveLength(before.length)
})

/** Archiving and pruning on a running system: archived events are read as before, and pruned keys are never executed again. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { verify } from '../../scripts/operate/verify/settle.ts'
import { archiveOutbox } from '../../shared/payments/archive-outbox.ts'
import { pruneAnswers } from '../../shared/payments/prune-answers.ts'
import { systemClock as clock } from '../../shared/runtime/clock.ts'
import { until } from '../../shared/runtime/until.ts'
import { AnswerTable } from '../../shared/stores/answers.ts'
import { Database } from '../../shared/stores/database.ts'
import { OutboxTable } from '../../shared/stores/outbox.ts'
import { expectDetail, expectError, expectMutation } from '../support/contract.ts'
import { openDatabase } from '../support/database.ts'
import { PaymentApi } from '../support/http.ts'
import { authorizeBody, captured, newKey } from '../support/payments.ts'
import { flushCache } from '../support/redis.ts'
import { systemUnderTest } from '../support/system.ts'

const DAY_MS = 24 * 60 * 60_000
const HOUR_MS = 60 * 60_000

const system = systemUnderTest()
const api = new PaymentApi(system.apiUrl)
const database = openDatabase(system.databaseUrl)
const transactions = new Database({ url: system.databaseUrl, connectionsMax: 2 })
const outbox = new OutboxTable(transactions)
const answers = new AnswerTable(transactions)

/** As the jobs run, which the system does by itself each minute. */
const archive = () => archiveOutbox({ transactions, outbox, clock }, 7 * DAY_MS, clock.nowMs() + HOUR_MS)
const prune = () => pruneAnswers({ answers, clock }, 15 * DAY_MS, clock.nowMs() + HOUR_MS)

const countIn = (table: string, paymentId: string) =>
  database.count(`SELECT COUNT(*) FROM ${table} WHERE message_key = ?`, [paymentId])

/** A captured payment whose events are published. */
async function settled(): Promise<string> {
  const { paymentId } = await captured(api)
  const waiting = 'SELECT COUNT(*) FROM outbox_event WHERE message_key = ? AND published_at IS NULL'
  await until(async () => (await database.count(waiting, [paymentId])) === 0, { what: 'its events to be published' })
  await until(async () => expectDetail(await api.payment(paymentId)).ledgerEntries.length === 2, { what: 'its fee' })
  return paymentId
}

/** Makes the events of a payment so much older. */
const age = (paymentId: string, days: number) =>
  database.write(
    `UPDATE outbox_event SET created_at = created_at - INTERVAL ${days} DAY, published_at = published_at - INTERVAL ${days} DAY
     WHERE message_key = ?`,
    [paymentId],
  )

beforeAll(async () => {
  // The oldest rows come first.
  await database.write(
    'UPDATE outbox_event SET created_at = created_at - INTERVAL 30 DAY WHERE published_at IS NOT NULL',
  )
})
afterAll(async () => {
  await transactions.close()
  await database.close()
})

test('archived events leave the table, and whoever reads a payment sees them as before', async () => {
  const [old, parked, young] = [await settled(), await settled(), await settled()]
  const before = expectDetail(await api.payment(old))
  // Before it is old: the system's own job would archive it.
  const park =
    'UPDATE outbox_event SET published_at = NULL, parked_at = created_at WHERE message_key = ? AND sequence = 2'
  await database.write(park, [parked])
  await age(old, 8)
  await age(parked, 8)
  await age(young, 6)

  const places = async (paymentId: string) => [
    await countIn('outbox_event', paymentId),
    await countIn('outbox_archive', paymentId),
  ]
  // The system's own job may be the one that moves some.
  await Promise.all([archive(), archive()])
  await until(async () => (await countIn('outbox_archive', old)) === 2, { what: 'the events in the archive' })
  await until(async () => (await countIn('outbox_archive', parked)) === 1, { what: 'the other event in the archive' })

  expect(await places(old)).toEqual([0, 2])
  expect(await places(parked)).toEqual([1, 1])
  expect(await places(young)).toEqual([2, 0])
  const after = expectDetail(await api.payment(old))
  expect(after.events.map(event => [event.eventId, event.type, event.sequence])).toEqual(
    before.events.map(event => [event.eventId, event.type, event.sequence]),
  )
  expect(after.events.every(event => event.publishedAt !== null)).toBe(true)
  expect(expectDetail(await api.payment(parked)).events).toHaveLength(2)
  await database.write('UPDATE outbox_event SET published_at = created_at, parked_at = NULL WHERE message_key = ?', [
    parked,
  ])

  // A refund goes on with the sequence, and the books and Kafka still agree with all of it.
  expectMutation(await api.refund(old, {}, { 'idempotency-key': newKey() }), 200)
  const report = await verify(system, { settleMs: 90_000, graceMs: 60_000 })
  expect(report.results.filter(result => !result.ok).map(result => result.name)).toEqual([])
  expect(expectDetail(await api.payment(old)).events.map(event => event.sequence)).toEqual([1, 2, 3])
}, 240_000)

test('a pruned key is a 409 expired and never executed again', async () => {
  const body = authorizeBody()
  const { merchantId, paymentId } = expectMutation(await api.authorize(body), 201)
  const older = (table: string) =>
    database.write(`UPDATE ${table} SET finished_at = UTC_TIMESTAMP(3) - INTERVAL 16 DAY WHERE merchant_id = ?`, [
      merchantId,
    ])
  await older('payment_operation')
  await older('idem_response_cache')

  await prune()
  const left = 'SELECT COUNT(*) FROM idem_response_cache WHERE merchant_id = ?'
  await until(async () => (await database.count(left, [merchantId])) === 0, { what: 'the answer to be gone' })
  await flushCache(system.redisUrl)

  for (const repeat of [body, { ...body, amount: 1 }])
    expect(expectError(await api.authorize(repeat), 409, 'DUPLICATE_REQUEST').details.reason).toBe('expired')
  expect(await database.count('SELECT COUNT(*) FROM payment WHERE merchant_id = ?', [merchantId])).toBe(1)
  expect(expectDetail(await api.payment(paymentId)).status).toBe('AUTHORIZED')
  const report = await verify(system, { settleMs: 90_000, graceMs: 60_000 })
  expect(report.results.filter(result => !result.ok).map(result => result.name)).toEqual([])
}, 240_000)

/** With the relay or the ledger consumer stopped, `npm run verify` goes from pending to failed; once they run again it is clean. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Kafka, logLevel, type Producer } from 'kafkajs'
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise'
import { connectControl } from '../../scripts/local/control.ts'
import { verify } from '../../scripts/operate/verify/settle.ts'
import type { VerifyReport } from '../../scripts/operate/verify/verify-system.ts'
import { until } from '../../shared/runtime/until.ts'
import { PaymentApi } from '../support/http.ts'
import { captured, newMerchant } from '../support/payments.ts'
import { systemUnderTest } from '../support/system.ts'

const GRACE_MS = 60_000

const system = systemUnderTest()
const control = connectControl()
let database: Connection
let producer: Producer

beforeAll(async () => {
  database = await mysql.createConnection({ uri: system.databaseUrl, timezone: 'Z' })
  producer = new Kafka({ clientId: 'system-tests', brokers: system.brokers, logLevel: logLevel.NOTHING }).producer()
})

afterAll(async () => {
  await control.start('kafka')
  await control.start('api')
  await producer.disconnect()
  await database.end()
}, 120_000)

/** The books as they are, looked at now or a while from now. */
const verifyIn = (aheadMs: number) =>
  verify(system, { settleMs: 0, graceMs: GRACE_MS, nowMs: () => Date.now() + aheadMs })

const failuresOf = (report: VerifyReport) => report.results.filter(result => !result.ok).map(result => result.name)

const offendersOf = (report: VerifyReport, name: string) =>
  report.results.find(result => result.name === name)!.rows.map(({ row }) => row)

/** Publishes what waits, exactly as the relay does, so that only the ledger consumer is missing. */
async function relayByHand(rows: RowDataPacket[]): Promise<void> {
  await producer.connect()
  for (const row of rows) {
    const headers = { 'event-id': row.event_id, 'event-type': row.topic }
    await producer.send({ topic: row.topic, messages: [{ key: row.message_key, value: row.payload, headers }] })
    await database.query('UPDATE outbox_event SET published_at = ? WHERE id = ?', [new Date(), row.id])
  }
}

test('what nobody works on is pending for a minute and then failed', async () => {
  const settled = await verify(system, { settleMs: 90_000, graceMs: GRACE_MS })
  expect({ failed: failuresOf(settled), pending: settled.pending }).toEqual({ failed: [], pending: 0 })

  // Captured while Kafka is away, and the API gone before Kafka is back: the events stay in the outbox.
  await control.stop('kafka')
  const { paymentId } = await captured(new PaymentApi(system.apiUrl), { merchantId: newMerchant('stopped') })
  await control.stop('api')
  await control.start('kafka')
  const [rows] = await database.query<RowDataPacket[]>('SELECT * FROM outbox_event WHERE message_key = ? ORDER BY id', [
    paymentId,
  ])
  expect(rows.map(row => [row.topic, row.published_at])).toEqual([
    ['payment.authorized', null],
    ['payment.captured', null],
  ])
  const withoutRelay = await verifyIn(0)
  expect(failuresOf(withoutRelay)).toEqual([])
  expect(withoutRelay.pending).toBeGreaterThan(0)
  const later = await verifyIn(GRACE_MS + 1_000)
  expect(failuresOf(later)).toContain('outbox-published')
  expect(offendersOf(later, 'outbox-published')).toEqual(rows.map(row => row.event_id))

  await relayByHand(rows)
  expect(failuresOf(await verifyIn(0))).toEqual([])
  const withoutConsumer = await verifyIn(GRACE_MS + 1_000)
  // A doorbell that rang for these rows may wait for the relay as well: that is the same stopped process.
  const ofEvent = ['one-fee-entry', 'one-item-per-event', 'one-expectation-per-event']
  expect(failuresOf(withoutConsumer)).toEqual([...ofEvent, 'consumer-offsets'])
  for (const name of ofEvent) expect([name, ...offendersOf(withoutConsumer, name)]).toEqual([name, rows[1]!.event_id])
  for (const group of ['record-ledger-captured', 'expect-settlement-captured'])
    expect(offendersOf(withoutConsumer, 'consumer-offsets').join()).toMatch(`${group} payment.captured`)

  await control.start('api')
  await until(async () => (await verifyIn(GRACE_MS + 1_000)).ok, {
    what: 'the consumer to catch up',
    deadlineMs: 60_000,
    intervalMs: 500,
  })
}, 300_000)

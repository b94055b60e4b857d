/** Kafka away for 20 s: payments go on as if nothing were, and every event arrives once it is back. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from '@jest/globals'
import { connectControl } from '../../scripts/local/control.ts'
import { verify } from '../../scripts/operate/verify/settle.ts'
import { openDatabase } from '../support/database.ts'
import { PaymentApi } from '../support/http.ts'
import { authorizeBody, newMerchant } from '../support/payments.ts'
import { systemUnderTest } from '../support/system.ts'

const AWAY_MS = 20_000
const PAUSE_MS = 100

const system = systemUnderTest()
const api = new PaymentApi(system.apiUrl)
const control = connectControl()
const database = openDatabase(system.databaseUrl)

afterAll(async () => {
  await control.start('kafka')
  await database.close()
}, 120_000)

test('authorizes keep answering 201 while Kafka is stopped, and all events are published afterwards', async () => {
  const merchantId = newMerchant('kafka-away')
  await control.stop('kafka')
  const statuses: number[] = []
  const endMs = performance.now() + AWAY_MS
  while (performance.now() < endMs) {
    statuses.push((await api.authorize(authorizeBody({ merchantId }))).status)
    await sleep(PAUSE_MS)
  }
  const ready = await api.get('/health/ready')
  expect({ status: ready.status, body: ready.json }).toMatchObject({
    status: 200,
    body: { status: 'degraded', dependencies: { kafka: 'down', mariadb: 'up' } },
  })
  expect(statuses.length).toBeGreaterThan(0)
  expect(statuses.filter(status => status !== 201)).toEqual([])
  const unpublished = `SELECT COUNT(*) FROM outbox_event e JOIN payment p ON p.payment_id = e.message_key
    WHERE p.merchant_id = ? AND e.published_at IS NULL`
  expect(await database.count(unpublished, [merchantId])).toBe(statuses.length)

  await control.start('kafka')
  const after = await verify(system, { settleMs: 120_000, graceMs: 60_000 })
  expect(after.results.filter(result => !result.ok)).toEqual([])
  expect(after.pending).toBe(0)
  expect(await database.count(unpublished, [merchantId])).toBe(0)
}, 300_000)

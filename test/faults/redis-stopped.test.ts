/** Redis away: slower, never wrong. Payments go on and repeats get their first answer byte for byte. */
import { afterAll, expect, test } from '@jest/globals'
import { connectControl } from '../../scripts/local/control.ts'
import { until } from '../../shared/runtime/until.ts'
import { expectError, expectMutation } from '../support/contract.ts'
import { PaymentApi } from '../support/http.ts'
import { authorizeBody, newKey } from '../support/payments.ts'
import { systemUnderTest } from '../support/system.ts'

const api = new PaymentApi(systemUnderTest().apiUrl)
const control = connectControl()

afterAll(() => control.start('redis').then(() => {}), 60_000)

test('without Redis a purchase goes on, and repeats replay what was answered before and since', async () => {
  const before = authorizeBody()
  const first = await api.authorize(before)
  await control.stop('redis')
  const ready = await api.get('/health/ready')
  expect({ status: ready.status, body: ready.json }).toMatchObject({
    status: 200,
    body: { status: 'degraded', dependencies: { redis: 'down', mariadb: 'up' } },
  })

  const again = await api.authorize(before)
  expect({ replayed: again.replayed, status: again.status, same: again.bytes.equals(first.bytes) }).toEqual({
    replayed: true,
    status: 201,
    same: true,
  })
  const { paymentId } = expectMutation(first, 201)
  const key = { 'idempotency-key': newKey() }
  const captured = await api.capture(paymentId, {}, key)
  expectMutation(captured, 200)
  expectError(await api.capture(paymentId, {}, { 'idempotency-key': newKey() }), 409, 'CAPTURE_CONFLICT')

  await control.start('redis')
  // What else may be wrong with the system is not of Redis.
  const isFound = async () => (await api.get('/health/ready')).json.dependencies.redis === 'up'
  await until(isFound, { what: 'Redis to be found again', deadlineMs: 60_000 })
  // Asked twice: the first may fill the cache that the second is answered from.
  for (const repeat of [await api.capture(paymentId, {}, key), await api.capture(paymentId, {}, key)]) {
    expect(repeat.replayed).toBe(true)
    expect(repeat.bytes.equals(captured.bytes)).toBe(true)
  }
}, 120_000)

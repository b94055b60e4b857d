/** MariaDB away: every route that needs it says 503 in the words of the contract, nothing says 200, and it recovers by itself. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { connectControl } from '../../scripts/local/control.ts'
import { until } from '../../shared/runtime/until.ts'
import { expectError, expectMutation, expectRetryAfter } from '../support/contract.ts'
import { PaymentApi, type Reply } from '../support/http.ts'
import { authorizeBody, authorized, newKey, newMerchant } from '../support/payments.ts'
import { systemUnderTest } from '../support/system.ts'

const api = new PaymentApi(systemUnderTest().apiUrl)
const control = connectControl()
let paymentId: string

beforeAll(async () => {
  paymentId = (await authorized(api)).paymentId
  await control.stop('mariadb')
}, 60_000)

afterAll(() => control.start('mariadb').then(() => {}), 120_000)

const keyed = () => ({ 'idempotency-key': newKey() })

const routes: [what: string, call: () => Promise<Reply>][] = [
  ['POST /payments/authorize', () => api.authorize(authorizeBody())],
  ['POST /payments/capture with a key', () => api.capture(paymentId, {}, keyed())],
  ['POST /payments/capture without', () => api.capture(paymentId)],
  ['POST /payments/refund with a key', () => api.refund(paymentId, {}, keyed())],
  ['POST /payments/refund without', () => api.refund(paymentId)],
  ['GET /payments/{paymentId}', () => api.payment(paymentId)],
  ['GET /payments/{paymentId}/operations', () => api.operations(paymentId)],
  ['GET /payments', () => api.get(`/payments?merchantId=${newMerchant()}`)],
]

describe('while MariaDB is stopped', () => {
  test.each(routes)('%s is a 503 without a word from the inside', async (_, call) => {
    const reply = await call()
    expectError(reply, 503, 'SERVICE_UNAVAILABLE')
    expectRetryAfter(reply)
  })

  test('the process lives, and is not ready', async () => {
    expect((await api.get('/health/live')).status).toBe(200)
    const ready = await api.get('/health/ready')
    expect({ status: ready.status, body: ready.json }).toMatchObject({
      status: 503,
      body: { status: 'down', dependencies: { mariadb: 'down' } },
    })
  })
})

test('a call that met the outage succeeds when it is repeated afterwards', async () => {
  const body = authorizeBody()
  expect((await api.authorize(body)).status).toBe(503)
  await control.start('mariadb')
  const reply = await until(
    async () => {
      const answer = await api.authorize(body)
      return answer.status === 201 ? answer : undefined
    },
    { what: 'the authorization to be answered' },
  )
  expect(expectMutation(reply, 201)).toMatchObject({ merchantId: body.merchantId, status: 'AUTHORIZED' })
  expectMutation(await api.capture(paymentId, {}, keyed()), 200)
}, 120_000)

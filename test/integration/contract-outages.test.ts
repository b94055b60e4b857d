/** The contract over HTTP: dependencies that are away, and an acquirer whose answer is not known yet. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { until } from '../../shared/runtime/until.ts'
import { expectDetail, expectError, expectMutation, expectOperations, expectRetryAfter } from '../support/contract.ts'
import { type ExtraApi, NOWHERE, startExtraApi } from '../support/extra-api.ts'
import { PaymentApi, type Reply } from '../support/http.ts'
import { authorizeBody, newKey } from '../support/payments.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

const system = systemUnderTest()
const api = new PaymentApi(system.apiUrl)
const PAYMENT = 'pay_00000000000000000000000000'

let hasty: ExtraApi
let noDatabase: ExtraApi
let alone: ExtraApi

beforeAll(async () => {
  ;[hasty, noDatabase, alone] = await Promise.all([
    // It gives up after half the time that the acquirer takes: long enough for a process that has just started to send its first request,
    // for a request that was never sent is canceled. The resolver, which looks each minute, waits 5 s before it asks, so that the tests'
    // own repeats come first.
    startExtraApi({ name: 'hasty', env: { ACQUIRER_TIMEOUT_MS: '1500', INQUIRY_BACKOFF_MS: '5000' } }),
    startExtraApi({ name: 'no-database', env: { DATABASE_URL: `mysql://pay:pay@${NOWHERE}/paydb` } }),
    startExtraApi({ name: 'no-kafka-no-redis', env: { REDIS_URL: `redis://${NOWHERE}/0` } }),
  ])
})
afterAll(() => Promise.all([hasty, noDatabase, alone].map(extra => extra?.stop())))

describe('without MariaDB', () => {
  const routes: [string, (api: PaymentApi) => Promise<Reply>][] = [
    ['authorize', api => api.authorize(authorizeBody())],
    ['capture', api => api.capture(PAYMENT)],
    ['capture with a key', api => api.capture(PAYMENT, {}, { 'idempotency-key': newKey() })],
    ['refund', api => api.refund(PAYMENT)],
    ['payment', api => api.payment(PAYMENT)],
    ['operations', api => api.operations(PAYMENT)],
    ['list', api => api.get('/payments')],
  ]

  test.each(routes)('%s is a 503 that may be repeated', async (_, ask) => {
    const reply = await ask(noDatabase.api)
    expectError(reply, 503, 'SERVICE_UNAVAILABLE')
    expectRetryAfter(reply)
  })

  test('what is wrong with a request is still said', async () => {
    expectError(await noDatabase.api.authorize({}), 400, 'VALIDATION_FAILED')
    expectError(await noDatabase.api.payment('pay_1'), 404, 'NOT_FOUND')
    expectError(await noDatabase.api.get('/nowhere'), 404, 'NOT_FOUND')
  })

  test('the process lives, and is not ready', async () => {
    expect((await noDatabase.api.get('/health/live')).status).toBe(200)
    const ready = await noDatabase.api.get('/health/ready')
    expect(ready.status).toBe(503)
    expect(ready.json.dependencies.mariadb).toBe('down')
  })
})

describe('without Kafka and Redis', () => {
  test('a purchase and its refund go on, and repeats get their stored answers', async () => {
    const body = authorizeBody()
    const first = await alone.api.authorize(body)
    const { paymentId } = expectMutation(first, 201)
    const again = await alone.api.authorize(body)
    expect(again.bytes.equals(first.bytes) && again.replayed).toBe(true)
    expect(expectMutation(await alone.api.capture(paymentId), 200).status).toBe('COMPLETED')
    expect(expectMutation(await alone.api.refund(paymentId), 200).status).toBe('REFUNDED')
  })

  test('it is ready, in a degraded way that says what is away', async () => {
    const ready = await alone.api.get('/health/ready')
    expect(ready.status).toBe(200)
    expect(ready.json).toMatchObject({
      status: 'degraded',
      dependencies: { mariadb: 'up', kafka: 'down', redis: 'down', acquirer: 'up' },
    })
  })
})

describe('an acquirer that takes too long', () => {
  /** Comes back, as the answers say, until the outcome is known. */
  const askUntilKnown = (ask: () => Promise<Reply>): Promise<Reply> =>
    until(
      async () => {
        const reply = await ask()
        return [409, 503].includes(reply.status) ? undefined : reply
      },
      { what: 'the outcome', deadlineMs: 60_000 },
    )

  test('is a 503 OUTCOME_UNKNOWN; a repeat makes one inquiry and gets the 201, the same bytes everywhere', async () => {
    const body = authorizeBody({ paymentMethod: 'tok_slow' })
    const unknown = await hasty.api.authorize(body)
    const { paymentId = '' } = expectError(unknown, 503, 'OUTCOME_UNKNOWN')
    expectRetryAfter(unknown)
    expect(paymentId).toMatch(/^pay_/)

    const known = await askUntilKnown(() => hasty.api.authorize(body))
    expect(expectMutation(known, 201)).toMatchObject({ paymentId, status: 'AUTHORIZED' })
    const { operations } = expectOperations(await api.operations(paymentId))
    // The acquirer decides late: until then an inquiry does not find the operation.
    expect(operations).toMatchObject([{ kind: 'authorize', state: 'SUCCEEDED' }])
    expect(operations[0]!.attempt).toBeGreaterThan(1)

    const elsewhere = await api.authorize(body)
    expect(elsewhere.status).toBe(201)
    expect(elsewhere.bytes.equals(known.bytes) && elsewhere.replayed).toBe(true)
  })

  test('a repeat may come to another instance', async () => {
    const body = authorizeBody({ paymentMethod: 'tok_slow' })
    const { paymentId } = expectError(await hasty.api.authorize(body), 503, 'OUTCOME_UNKNOWN')
    const known = await askUntilKnown(() => api.authorize(body))
    expect(expectMutation(known, 201).paymentId).toBe(paymentId)
  })

  test('meanwhile the payment is there, requested, and nothing else may be done with it', async () => {
    const body = authorizeBody({ paymentMethod: 'tok_slow' })
    const { paymentId = '' } = expectError(await hasty.api.authorize(body), 503, 'OUTCOME_UNKNOWN')
    const payment = expectDetail(await api.payment(paymentId))
    expect(payment).toMatchObject({ status: 'REQUESTED', events: [] })
    expect(payment.pendingOperation).toMatchObject({ kind: 'authorize', amount: body.amount })

    const reply = await api.capture(paymentId)
    expect(expectError(reply, 409, 'CAPTURE_CONFLICT').details.reason).toBe('in_progress')
    expectRetryAfter(reply)
    expectMutation(await askUntilKnown(() => api.authorize(body)), 201)
  })
})

/** GET /idempotency. */
import { describe, expect, test } from '@jest/globals'
import { keyView } from '../../shared/contracts/routes/get-idempotency.ts'
import type { HttpResult } from '../../shared/http/index.ts'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { capturePayment } from '../../shared/payments/capture-payment.ts'
import { authorizeRequestOf, bodyIn, caller, claimFor, claimOf, FAKE_NOW_MS } from '../../shared/payments/fakes.ts'
import { refundPayment } from '../../shared/payments/refund-payment.ts'
import { createHandlerPorts, type HandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './get-idempotency.ts'

const KEY = 'a+b&c=%d/#1'

const get = async (ports: HandlerPorts, query?: Record<string, string>) =>
  (await createHandler(ports)(httpEvent({ route: 'GET /idempotency', query }) as never, contextOf())) as HttpResult

const stateOf = async (ports: HandlerPorts, key: string, merchantId = 'shop') => {
  const result = await get(ports, { merchantId, key })
  expect(result.statusCode).toBe(200)
  return keyView.parse(jsonOf(result))
}

const NOW = new Date(FAKE_NOW_MS).toISOString()
const EXPIRES = '2026-01-17T03:04:05.006Z'

async function withAuthorization() {
  const ports = createHandlerPorts()
  const { paymentId, operationId } = bodyIn(await authorizePayment(ports, authorizeRequestOf(), claimOf(KEY), caller))
  return { ports, paymentId, operationId }
}

describe('GET /idempotency', () => {
  test('200 finished, with the status of the answer and the time until which it is kept', async () => {
    const { ports, paymentId, operationId } = await withAuthorization()

    expect(await stateOf(ports, KEY)).toEqual({
      merchantId: 'shop',
      key: KEY,
      state: 'finished',
      operation: 'authorize',
      operationId,
      paymentId,
      statusCode: 201,
      createdAt: NOW,
      expiresAt: EXPIRES,
    })
  })

  test('200 in_progress while the outcome is not known', async () => {
    const { ports, paymentId } = await withAuthorization()
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    await capturePayment(ports, paymentId, {}, claimFor('key-2', 'capture', paymentId), caller)

    expect(await stateOf(ports, 'key-2')).toMatchObject({
      state: 'in_progress',
      operation: 'capture',
      operationId: expect.any(String),
      paymentId,
      statusCode: null,
      expiresAt: null,
    })
  })

  test('200 finished without an operation when the state forbade the request', async () => {
    const { ports, paymentId } = await withAuthorization()
    await refundPayment(ports, paymentId, {}, claimFor('key-2', 'refund', paymentId), caller)

    expect(await stateOf(ports, 'key-2')).toMatchObject({
      state: 'finished',
      operation: 'refund',
      operationId: null,
      paymentId,
      statusCode: 409,
      expiresAt: EXPIRES,
    })
  })

  test('200 expired from the millisecond on, the same before and after the answer is pruned', async () => {
    const { ports } = await withAuthorization()
    ports.clock.advance(ports.policy.answersKeptMs - 1)
    expect(await stateOf(ports, KEY)).toMatchObject({ state: 'finished' })

    ports.clock.advance(1)
    const expired = await stateOf(ports, KEY)
    await ports.answers.prune(FAKE_NOW_MS, 1)

    expect(expired).toMatchObject({ state: 'expired', operation: 'authorize', statusCode: null, expiresAt: EXPIRES })
    expect(await stateOf(ports, KEY)).toEqual(expired)
  })

  test('200 expired once the answer is pruned, also where answers are kept longer since', async () => {
    const { ports } = await withAuthorization()
    await ports.answers.prune(FAKE_NOW_MS, 1)

    expect(await stateOf(ports, KEY)).toMatchObject({ state: 'expired', operation: 'authorize', statusCode: null })
  })

  test('200 expired for a refused key until it is pruned; then it is free: 404', async () => {
    const { ports, paymentId } = await withAuthorization()
    await refundPayment(ports, paymentId, {}, claimFor('key-2', 'refund', paymentId), caller)
    ports.clock.advance(ports.policy.answersKeptMs)

    expect(await stateOf(ports, 'key-2')).toMatchObject({ state: 'expired', operationId: null, statusCode: null })
    await ports.answers.prune(FAKE_NOW_MS, 2)
    expect((await get(ports, { merchantId: 'shop', key: 'key-2' })).statusCode).toBe(404)
  })

  test('404 for a key that this merchant never used', async () => {
    const { ports } = await withAuthorization()

    for (const query of [
      { merchantId: 'shop', key: KEY.toUpperCase() },
      { merchantId: 'Shop', key: KEY },
    ]) {
      const result = await get(ports, query)
      expect([result.statusCode, jsonOf(result).code]).toEqual([404, 'NOT_FOUND'])
    }
  })

  test.each<{ query: Record<string, string>; paths: string[] }>([
    { query: {}, paths: ['/merchantId', '/key'] },
    { query: { merchantId: 'shop' }, paths: ['/key'] },
    { query: { merchantId: 'shop', key: '' }, paths: ['/key'] },
    { query: { merchantId: 'shop', key: 'a b' }, paths: ['/key'] },
    { query: { merchantId: 'shop', key: 'k'.repeat(301) }, paths: ['/key'] },
    { query: { merchantId: '가게', key: 'k' }, paths: ['/merchantId'] },
    { query: { merchantId: 'shop', key: 'k', state: 'finished' }, paths: ['/state'] },
  ])('400 for $query', async ({ query, paths }) => {
    const result = await get(createHandlerPorts(), query)

    expect(result.statusCode).toBe(400)
    expect(jsonOf(result).details.problems.map((problem: { path: string }) => problem.path)).toEqual(paths)
  })

  test('503 when the database is away', async () => {
    const { ports } = await withAuthorization()
    ports.transactions.away = true

    expect((await get(ports, { merchantId: 'shop', key: KEY })).statusCode).toBe(503)
  })
})

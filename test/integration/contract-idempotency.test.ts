/** The contract over HTTP: one key, one execution, one answer for ever, and no key space that runs into another. */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { until } from '../../shared/runtime/until.ts'
import { expectError, expectMutation, expectOperations, expectRetryAfter } from '../support/contract.ts'
import { openDatabase } from '../support/database.ts'
import { type ExtraApi, startExtraApi } from '../support/extra-api.ts'
import { PaymentApi, type Reply } from '../support/http.ts'
import { authorizeBody, authorized, captured, newKey, newMerchant } from '../support/payments.ts'
import { flushCache } from '../support/redis.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

const system = systemUnderTest()
const api = new PaymentApi(system.apiUrl)
const database = openDatabase(system.databaseUrl)
afterAll(() => database.close())

const keyHeader = (key: string) => ({ 'idempotency-key': key })

function expectReplay(again: Reply, first: Reply): void {
  expect(again.status).toBe(first.status)
  expect(again.headers['content-type']).toBe(first.headers['content-type'])
  expect(again.bytes.equals(first.bytes)).toBe(true)
  expect(again.headers['idempotent-replayed']).toBe('true')
}

function expectDifferent(reply: Reply, differences: string[]): void {
  const { details } = expectError(reply, 422, 'DUPLICATE_REQUEST')
  expect(details.reason).toBe('different_request')
  expect(details.differences).toEqual(expect.arrayContaining(differences))
  expect(details.differences).toHaveLength(differences.length)
}

const operationsWithKey = (merchantId: string, key: string): Promise<number> =>
  database.count('SELECT COUNT(*) FROM payment_operation WHERE merchant_id = ? AND idempotency_key = ?', [
    merchantId,
    key,
  ])

/** A purchase and its refund, each with its own key: the three mutations and how to repeat them. */
async function keyedPurchase() {
  const body = authorizeBody()
  const [captureKey, refundKey] = [newKey(), newKey()]
  const authorization = await api.authorize(body)
  const { paymentId } = expectMutation(authorization, 201)
  const asks: (() => Promise<Reply>)[] = [
    () => api.authorize(body),
    () => api.capture(paymentId, {}, keyHeader(captureKey)),
    () => api.refund(paymentId, { reason: 'changed mind' }, keyHeader(refundKey)),
  ]
  const first = [authorization, await asks[1]!(), await asks[2]!()]
  expect(first.map(reply => reply.status)).toEqual([201, 200, 200])
  return { asks, first, paymentId }
}

describe('a repeat', () => {
  test('gets the stored status and body byte for byte, whatever happened since', async () => {
    const { asks, first, paymentId } = await keyedPurchase()
    for (const [index, ask] of asks.entries()) expectReplay(await ask(), first[index]!)
    expect(expectOperations(await api.operations(paymentId)).operations).toHaveLength(3)
  })

  test('gets the same bytes when the cache has lost them', async () => {
    const { asks, first } = await keyedPurchase()
    await flushCache(system.redisUrl)
    for (const [index, ask] of asks.entries()) expectReplay(await ask(), first[index]!)
    // The second time may be answered from the cache again.
    for (const [index, ask] of asks.entries()) expectReplay(await ask(), first[index]!)
  })

  test('has a request id of its own', async () => {
    const body = authorizeBody()
    const first = await api.authorize(body, { 'x-request-id': 'first' })
    const again = await api.authorize(body, { 'x-request-id': 'again' })
    expectReplay(again, first)
    expect([first, again].map(reply => reply.headers['x-request-id'])).toEqual(['first', 'again'])
  })

  test('keeps the language of the first answer', async () => {
    const body = authorizeBody()
    const first = await api.authorize(body, { 'accept-language': 'ko' })
    expectReplay(await api.authorize(body, { 'accept-language': 'en' }), first)
  })

  test('is the same request in another order, with other white space and with the key in the header', async () => {
    const body = authorizeBody({ amount: 1_000, paymentMethod: 'tok_approve' })
    const { idempotencyKey = '', ...rest } = body
    const first = await api.authorize(body)
    const reversed = Object.fromEntries(Object.entries(body).reverse())
    expectReplay(await api.authorize(JSON.stringify(reversed, null, 4)), first)
    expectReplay(await api.authorize(JSON.stringify(body).replace('1000', '1e3')), first)
    expectReplay(await api.authorize(rest, keyHeader(idempotencyKey)), first)
    expectReplay(await api.authorize(rest, keyHeader(`"${idempotencyKey}"`)), first)
  })

  test('of a decline is the decline, and the acquirer is not asked again', async () => {
    const body = authorizeBody({ paymentMethod: 'tok_decline' })
    const first = await api.authorize(body)
    const { paymentId = '', details } = expectError(first, 402, 'PAYMENT_DECLINED')
    expect(details.reason).toEqual(expect.any(String))

    expectReplay(await api.authorize(body), first)
    await flushCache(system.redisUrl)
    expectReplay(await api.authorize(body), first)
    const { operations } = expectOperations(await api.operations(paymentId))
    expect(operations).toMatchObject([{ kind: 'authorize', state: 'DECLINED', attempt: 1 }])
  })

  test('of a conflict that was settled is that conflict, even when it would be allowed now', async () => {
    const { paymentId } = await authorized(api)
    const key = keyHeader(newKey())
    const first = await api.refund(paymentId, {}, key)
    expectError(first, 409, 'REFUND_CONFLICT')
    expectMutation(await api.capture(paymentId), 200)

    expectReplay(await api.refund(paymentId, {}, key), first)
    await flushCache(system.redisUrl)
    expectReplay(await api.refund(paymentId, {}, key), first)
    expectMutation(await api.refund(paymentId, {}, keyHeader(newKey())), 200)
  })
})

describe('a key used for another request', () => {
  test.each([
    ['amount', { amount: 2 }, ['/amount']],
    ['currency', { currency: 'USD' }, ['/currency']],
    ['amount and currency', { amount: 2, currency: 'USD' }, ['/amount', '/currency']],
    ['a field that was not there', { paymentMethod: 'tok_approve' }, ['/paymentMethod']],
  ])('is a 422 that points at what differs: %s', async (_, change, differences) => {
    const body = authorizeBody({ amount: 1 })
    const first = await api.authorize(body)
    expectDifferent(await api.authorize({ ...body, ...change }), differences)
    await flushCache(system.redisUrl)
    expectDifferent(await api.authorize({ ...body, ...change }), differences)
    expectReplay(await api.authorize(body), first)
  })

  test('points at a field that is missing now', async () => {
    const body = authorizeBody({ paymentMethod: 'tok_approve' })
    expectMutation(await api.authorize(body), 201)
    const { paymentMethod: _, ...less } = body
    expectDifferent(await api.authorize(less), ['/paymentMethod'])
  })

  test('on another route is a 422 with /operation', async () => {
    const body = authorizeBody()
    const { paymentId, merchantId } = expectMutation(await api.authorize(body), 201)
    const key = keyHeader(body.idempotencyKey ?? '')
    expectDifferent(await api.capture(paymentId, {}, key), ['/operation'])
    expectDifferent(await api.refund(paymentId, {}, key), ['/operation'])

    const captureKey = newKey()
    expectMutation(await api.capture(paymentId, {}, keyHeader(captureKey)), 200)
    expectDifferent(await api.refund(paymentId, {}, keyHeader(captureKey)), ['/operation'])
    expectDifferent(await api.authorize(authorizeBody({ merchantId, idempotencyKey: captureKey })), ['/operation'])
    expect(await operationsWithKey(merchantId, captureKey)).toBe(1)
  })

  test("on another payment of the merchant is a 422: a merchant's keys are one space", async () => {
    const one = await authorized(api)
    const two = await authorized(api, { merchantId: one.merchantId })
    const key = keyHeader(newKey())
    const first = await api.capture(one.paymentId, {}, key)
    expectMutation(first, 200)
    const { details } = expectError(await api.capture(two.paymentId, {}, key), 422, 'DUPLICATE_REQUEST')
    expect(details.differences).toHaveLength(1)
    expectReplay(await api.capture(one.paymentId, {}, key), first)
    expectMutation(await api.capture(two.paymentId), 200)
  })

  test('of a settled conflict is a 422 as well', async () => {
    const { paymentId } = await authorized(api, { amount: 100 })
    const key = keyHeader(newKey())
    expectError(await api.capture(paymentId, { amount: 101 }, key), 409, 'CAPTURE_CONFLICT')
    expectDifferent(await api.capture(paymentId, { amount: 100 }, key), ['/amount'])
  })
})

describe('keys and merchants that look alike', () => {
  const alike: [string, string, string, string, string][] = [
    ['merchants in another case', 'Shop', 'shop', 'order-1', 'order-1'],
    ['keys in another case', 'shop', 'shop', 'Order-1', 'order-1'],
    ['a name and its prefix', 'shop', 'shop-order', 'order-1', '1'],
  ]

  test.each(alike)('%s never meet, neither in the cache nor in the database', async (_, wordA, wordB, keyA, keyB) => {
    const suffix = newMerchant('').slice(0, 12)
    const a = authorizeBody({ merchantId: wordA + suffix, idempotencyKey: keyA })
    const b = authorizeBody({ merchantId: wordB + suffix, idempotencyKey: keyB })
    const [firstA, firstB] = [await api.authorize(a), await api.authorize(b)]
    expect(expectMutation(firstA, 201).paymentId).not.toBe(expectMutation(firstB, 201).paymentId)

    const askAgain = async () => {
      expectReplay(await api.authorize(a), firstA)
      expectReplay(await api.authorize(b), firstB)
    }
    await askAgain()
    await flushCache(system.redisUrl)
    await askAgain()
    await askAgain()
  })

  test('the same key captures and refunds payments of two merchants', async () => {
    const suffix = newMerchant('').slice(0, 12)
    const key = keyHeader('the-key')
    for (const merchantId of [`Shop${suffix}`, `shop${suffix}`]) {
      const { paymentId } = await authorized(api, { merchantId })
      expect(expectMutation(await api.capture(paymentId, {}, key), 200).paymentId).toBe(paymentId)
    }
  })

  // A capture's answers are kept by payment, an authorization's by merchant: one name may stand for both.
  test('a merchant who is named like a payment meets nothing of that payment', async () => {
    const { paymentId, merchantId } = await authorized(api)
    const key = newKey()
    const capture = await api.capture(paymentId, {}, keyHeader(key))
    const namesake = authorizeBody({ merchantId: paymentId, idempotencyKey: key })
    const first = await api.authorize(namesake)
    expect(expectMutation(first, 201).paymentId).not.toBe(paymentId)
    expectReplay(await api.authorize(namesake), first)
    expectReplay(await api.capture(paymentId, {}, keyHeader(key)), capture)
    expect(await operationsWithKey(merchantId, key)).toBe(1)
  })
})

describe('a request that is being worked on', () => {
  test('of two at once one executes; the other is told to come back and then gets the same bytes', async () => {
    const body = authorizeBody({ paymentMethod: 'tok_slow' })
    const replies = await Promise.all([api.authorize(body), api.authorize(body)])
    const winner = replies.find(reply => reply.status === 201)!
    const loser = replies.find(reply => reply !== winner)!
    const { paymentId } = expectMutation(winner, 201)
    const { details } = expectError(loser, 409, 'DUPLICATE_REQUEST')
    expect(details.reason).toBe('in_progress')
    expectRetryAfter(loser)

    expectReplay(await api.authorize(body), winner)
    expect(expectOperations(await api.operations(paymentId)).operations).toMatchObject([{ attempt: 1 }])
  })

  test('a different request with its key is a 422 meanwhile', async () => {
    const body = authorizeBody({ amount: 10, paymentMethod: 'tok_slow' })
    const slow = api.authorize(body)
    await until(async () => (await operationsWithKey(body.merchantId, body.idempotencyKey!)) === 1, {
      what: 'the claim of the slow authorization',
    })
    expectDifferent(await api.authorize({ ...body, amount: 11 }), ['/amount'])
    expectMutation(await slow, 201)
  })
})

describe('a stored answer that was pruned', () => {
  const OF_KEY = 'WHERE merchant_id = ? AND idempotency_key = ?'
  const pruned: Record<string, unknown>[] = []

  /** As the job does it, 15 days after the operation was finished. */
  async function prune(merchantId: string, key: string): Promise<void> {
    const values = [merchantId, key]
    pruned.push(...(await database.rows(`SELECT * FROM idem_response_cache ${OF_KEY}`, values)))
    expect(await finishEarlier(merchantId, key, 16)).toBe(1)
    expect(await database.write(`DELETE FROM idem_response_cache ${OF_KEY}`, values)).toBe(1)
    await flushCache(system.redisUrl)
  }

  const finishEarlier = (merchantId: string, key: string, days: number): Promise<number> =>
    database.write(`UPDATE payment_operation SET finished_at = finished_at - INTERVAL ? DAY ${OF_KEY}`, [
      days,
      merchantId,
      key,
    ])

  // Answers are kept for 15 days: the job that checks invariants and `npm run verify` would miss younger ones.
  afterEach(async () => {
    for (const row of pruned.splice(0)) {
      await database.write('INSERT INTO idem_response_cache SET ?', [row])
      await finishEarlier(String(row.merchant_id), String(row.idempotency_key), -16)
    }
  })

  const expectExpired = (reply: Reply) => {
    const { details } = expectError(reply, 409, 'DUPLICATE_REQUEST')
    expect(details.reason).toBe('expired')
  }

  test('an authorization is a 409 expired for ever and never executed again', async () => {
    const body = authorizeBody()
    const { merchantId } = expectMutation(await api.authorize(body), 201)
    await prune(merchantId, body.idempotencyKey!)

    expectExpired(await api.authorize(body))
    expectExpired(await api.authorize(body))
    expectExpired(await api.authorize({ ...body, amount: 1 }))
    expect(await database.count('SELECT COUNT(*) FROM payment WHERE merchant_id = ?', [merchantId])).toBe(1)
  })

  test('so is a declined one', async () => {
    const body = authorizeBody({ paymentMethod: 'tok_decline' })
    expectError(await api.authorize(body), 402, 'PAYMENT_DECLINED')
    await prune(body.merchantId, body.idempotencyKey!)
    expectExpired(await api.authorize(body))
  })

  test('so are a capture and a refund, in whatever state the payment is', async () => {
    const { paymentId, merchantId } = await authorized(api)
    const [captureKey, refundKey] = [newKey(), newKey()]
    expectMutation(await api.capture(paymentId, {}, keyHeader(captureKey)), 200)
    await prune(merchantId, captureKey)
    expectExpired(await api.capture(paymentId, {}, keyHeader(captureKey)))

    expectMutation(await api.refund(paymentId, {}, keyHeader(refundKey)), 200)
    await prune(merchantId, refundKey)
    expectExpired(await api.capture(paymentId, {}, keyHeader(captureKey)))
    expectExpired(await api.refund(paymentId, {}, keyHeader(refundKey)))
    expect(expectOperations(await api.operations(paymentId)).operations).toHaveLength(3)
  })

  test('its key does not work for another route either', async () => {
    const body = authorizeBody()
    const { paymentId, merchantId } = expectMutation(await api.authorize(body), 201)
    await prune(merchantId, body.idempotencyKey!)
    expectExpired(await api.capture(paymentId, {}, keyHeader(body.idempotencyKey!)))
    expect(expectOperations(await api.operations(paymentId)).operations).toHaveLength(1)
  })
})

describe('with DUPLICATE_POLICY=reject', () => {
  let strict: ExtraApi
  beforeAll(async () => {
    strict = await startExtraApi({ name: 'reject', env: { DUPLICATE_POLICY: 'reject' } })
  })
  afterAll(() => strict?.stop())

  const expectFinished = (reply: Reply) => {
    const { details } = expectError(reply, 409, 'DUPLICATE_REQUEST')
    expect(details.reason).toBe('finished')
    expect(reply.headers['idempotent-replayed']).toBeUndefined()
  }

  test('a finished repeat is a 409 finished, from the cache and from the database', async () => {
    for (const paymentMethod of ['tok_approve', 'tok_decline']) {
      const body = authorizeBody({ paymentMethod })
      expect((await strict.api.authorize(body)).status).toBe(paymentMethod === 'tok_approve' ? 201 : 402)
      expectFinished(await strict.api.authorize(body))
      await flushCache(system.redisUrl)
      expectFinished(await strict.api.authorize(body))
      expect(await operationsWithKey(body.merchantId, body.idempotencyKey!)).toBe(1)
    }
  })

  test('so is that of a capture, a refund and a settled conflict', async () => {
    const { paymentId } = await captured(api)
    const [conflict, refund] = [keyHeader(newKey()), keyHeader(newKey())]
    expectError(await strict.api.capture(paymentId, {}, conflict), 409, 'CAPTURE_CONFLICT')
    expectFinished(await strict.api.capture(paymentId, {}, conflict))
    expectMutation(await strict.api.refund(paymentId, {}, refund), 200)
    expectFinished(await strict.api.refund(paymentId, {}, refund))
  })

  test('a different request is still a 422', async () => {
    const body = authorizeBody()
    expectMutation(await strict.api.authorize(body), 201)
    expectDifferent(await strict.api.authorize({ ...body, amount: 1 }), ['/amount'])
  })
})

/** Simultaneous copies: of fifty one executes, and in the end all fifty hold the same bytes. Without keys exactly one succeeds. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { until } from '../../shared/runtime/until.ts'
import { expectDetail, expectError, expectMutation, expectOperations, expectRetryAfter } from '../support/contract.ts'
import { openDatabase } from '../support/database.ts'
import { PaymentApi, type Reply } from '../support/http.ts'
import { TestKafka, type TopicReader } from '../support/kafka.ts'
import { authorizeBody, authorized, captured, newKey } from '../support/payments.ts'
import { flushCache } from '../support/redis.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

const system = systemUnderTest()
const api = new PaymentApi(system.apiUrl)
const database = openDatabase(system.databaseUrl)
const kafka = new TestKafka(system.brokers)
let events: TopicReader

beforeAll(async () => {
  await kafka.connect()
  events = await kafka.read(['payment.authorized', 'payment.captured', 'payment.refunded'])
})
afterAll(async () => {
  await kafka.close()
  await database.close()
})

const together = (count: number, ask: (index: number) => Promise<Reply>): Promise<Reply[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => ask(index)))

const isInProgress = (reply: Reply): boolean => reply.status === 409 && reply.json.details?.reason === 'in_progress'

/** Every copy has the final answer or was told to come back; those come back until they have it. */
async function finishAll(replies: Reply[], status: 200 | 201, ask: () => Promise<Reply>): Promise<Reply[]> {
  for (const reply of replies) {
    if (reply.status === status) continue
    expect(expectError(reply, 409, 'DUPLICATE_REQUEST').details.reason).toBe('in_progress')
    expectRetryAfter(reply)
  }
  return Promise.all(
    replies.map(reply =>
      reply.status === status
        ? reply
        : until(() => ask().then(again => (isInProgress(again) ? undefined : again)), { what: 'the stored answer' }),
    ),
  )
}

/** All hold the same bytes, and all but one know that theirs is a repetition. */
function expectOneAnswer(replies: Reply[]): void {
  expect(new Set(replies.map(reply => reply.text)).size).toBe(1)
  expect(new Set(replies.map(reply => reply.status)).size).toBe(1)
  expect(replies.filter(reply => !reply.replayed)).toHaveLength(1)
}

const untilPublished = (paymentId: string, eventCount: number) =>
  until(() => events.of(paymentId).length >= eventCount, { what: `${eventCount} events of ${paymentId} in Kafka` })

/** One operation of this kind, tried once, and one event of it in the outbox and in Kafka. */
async function expectExecutedOnce(paymentId: string, kind: string, topic: string, eventCount: number): Promise<void> {
  const { operations } = expectOperations(await api.operations(paymentId))
  expect(operations.filter(operation => operation.kind === kind)).toMatchObject([{ state: 'SUCCEEDED', attempt: 1 }])
  const outbox = 'SELECT COUNT(*) FROM outbox_event WHERE message_key = ? AND topic = ?'
  expect(await database.count(outbox, [paymentId, topic])).toBe(1)
  await untilPublished(paymentId, eventCount)
  expect(events.of(paymentId).filter(record => record.topic === topic)).toHaveLength(1)
}

describe('fifty copies', () => {
  test.each(['tok_approve', 'tok_slow'])(
    'of an authorization with %s: one payment, one answer',
    async paymentMethod => {
      const body = authorizeBody({ paymentMethod })
      const ask = () => api.authorize(body)
      const replies = await finishAll(await together(50, ask), 201, ask)
      expectOneAnswer(replies)

      const { paymentId } = expectMutation(replies[0]!, 201)
      expect(await database.count('SELECT COUNT(*) FROM payment WHERE merchant_id = ?', [body.merchantId])).toBe(1)
      const operations = 'SELECT COUNT(*) FROM payment_operation WHERE merchant_id = ?'
      expect(await database.count(operations, [body.merchantId])).toBe(1)
      await expectExecutedOnce(paymentId, 'authorize', 'payment.authorized', 1)
    },
  )

  test('of an authorization, the cache emptied again and again: the same bytes', async () => {
    const body = authorizeBody()
    const ask = async (index: number) => {
      if (index % 10 === 5) await flushCache(system.redisUrl)
      return api.authorize(body)
    }
    const replies = await finishAll(await together(50, ask), 201, () => api.authorize(body))
    await flushCache(system.redisUrl)
    replies.push(...(await together(10, ask)))
    expectOneAnswer(replies)
    await expectExecutedOnce(expectMutation(replies[0]!, 201).paymentId, 'authorize', 'payment.authorized', 1)
  })

  test('of a capture with one key: the money is taken once', async () => {
    const { paymentId } = await authorized(api, { amount: 800 })
    const key = { 'idempotency-key': newKey() }
    const ask = () => api.capture(paymentId, {}, key)
    const replies = await finishAll(await together(50, ask), 200, ask)
    expectOneAnswer(replies)
    expect(expectMutation(replies[0]!, 200)).toMatchObject({ status: 'COMPLETED', capturedAmount: 800 })
    await expectExecutedOnce(paymentId, 'capture', 'payment.captured', 2)
  })

  test('of a refund with one key: the money goes back once', async () => {
    const { paymentId } = await captured(api, { amount: 800 })
    const key = { 'idempotency-key': newKey() }
    const ask = () => api.refund(paymentId, { amount: 800 }, key)
    const replies = await finishAll(await together(50, ask), 200, ask)
    expectOneAnswer(replies)
    expect(expectMutation(replies[0]!, 200)).toMatchObject({ status: 'REFUNDED', refundedAmount: 800 })
    await expectExecutedOnce(paymentId, 'refund', 'payment.refunded', 3)
  })

  test('of an authorization for fifty merchants are fifty payments', async () => {
    const key = newKey()
    const replies = await together(50, () => api.authorize(authorizeBody({ idempotencyKey: key })))
    expect(new Set(replies.map(reply => expectMutation(reply, 201).paymentId)).size).toBe(50)
  })
})

describe('twenty at once', () => {
  const keyed = (): Record<string, string> => ({ 'idempotency-key': newKey() })
  const keyless = (): Record<string, string> => ({})
  type Headers = () => Record<string, string>

  const ways: [string, Headers][] = [
    ['with keys of their own', keyed],
    ['without keys', keyless],
  ]

  /** One success; the others were refused because of it: it was in progress, or it had just been done. */
  function expectOneSuccess(replies: Reply[], code: 'CAPTURE_CONFLICT' | 'REFUND_CONFLICT'): void {
    const [success, ...others] = replies.toSorted((a, b) => a.status - b.status)
    expectMutation(success!, 200)
    for (const reply of others) {
      expectError(reply, 409, code)
      if (isInProgress(reply)) expectRetryAfter(reply)
    }
  }

  test.each(ways)('captures %s: exactly one succeeds', async (_, headers) => {
    const { paymentId } = await authorized(api, { amount: 300 })
    expectOneSuccess(await together(20, () => api.capture(paymentId, {}, headers())), 'CAPTURE_CONFLICT')
    expect(expectDetail(await api.payment(paymentId))).toMatchObject({ status: 'COMPLETED', capturedAmount: 300 })
    await expectExecutedOnce(paymentId, 'capture', 'payment.captured', 2)
  })

  test.each(ways)('refunds %s: exactly one succeeds', async (_, headers) => {
    const { paymentId } = await captured(api, { amount: 300 })
    expectOneSuccess(await together(20, () => api.refund(paymentId, {}, headers())), 'REFUND_CONFLICT')
    expect(expectDetail(await api.payment(paymentId))).toMatchObject({ status: 'REFUNDED', refundedAmount: 300 })
    await expectExecutedOnce(paymentId, 'refund', 'payment.refunded', 3)
  })

  test('captures and refunds mixed: at most one of each, and the books say which', async () => {
    const { paymentId } = await authorized(api, { amount: 300 })
    const replies = await together(20, index => (index % 2 ? api.capture(paymentId) : api.refund(paymentId)))
    const captures = replies.filter((reply, index) => index % 2 === 1 && reply.status === 200)
    const refunds = replies.filter((reply, index) => index % 2 === 0 && reply.status === 200)

    expect(captures).toHaveLength(1)
    expect(refunds.length).toBeLessThanOrEqual(1)
    expect(replies.every(reply => [200, 409].includes(reply.status))).toBe(true)
    const payment = expectDetail(await api.payment(paymentId))
    expect(payment).toMatchObject({ capturedAmount: 300, refundedAmount: 300 * refunds.length })
  })
})

/** Rate limits on real Redis: one bucket for all processes, what a repeat costs, and what happens while Redis is away. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { until } from '../../shared/runtime/until.ts'
import { expectError } from '../support/contract.ts'
import { type ExtraApi, NOWHERE, startExtraApi } from '../support/extra-api.ts'
import type { PaymentApi, Reply } from '../support/http.ts'
import { authorizeBody, newKey } from '../support/payments.ts'

jest.setTimeout(180_000)

const BURST = 20
/** So slow that none flows back within a test. */
const RATE_LIMITS = JSON.stringify({
  mutations: { caller: { perSecond: 0.01, burst: BURST } },
  reads: { caller: { perSecond: 0.01, burst: 5 } },
})

let first: ExtraApi
let second: ExtraApi
let withoutRedis: ExtraApi

beforeAll(async () => {
  const away = { RATE_LIMITS, REDIS_URL: `redis://${NOWHERE}/0` }
  ;[first, second, withoutRedis] = await Promise.all([
    startExtraApi({ name: 'limits-first', env: { RATE_LIMITS } }),
    startExtraApi({ name: 'limits-second', env: { RATE_LIMITS } }),
    startExtraApi({ name: 'limits-without-redis', env: away }),
  ])
  // A client that still connects answers nothing.
  for (const extra of [first, second])
    await until(async () => (await localCount(extra)) === (await afterOne(extra)), { what: 'a limit counted by Redis' })
})
afterAll(() => Promise.all([first, second, withoutRedis].map(extra => extra?.stop())))

let merchants = 0
const newMerchant = () => `limited-${process.pid}-${++merchants}`

const authorize = (api: PaymentApi, merchantId: string, key = newKey()): Promise<Reply> =>
  api.authorize({ ...authorizeBody(), merchantId, idempotencyKey: key })

const statusesOf = (replies: Reply[]) => {
  const counts = new Map<number, number>()
  for (const { status } of replies) counts.set(status, (counts.get(status) ?? 0) + 1)
  return Object.fromEntries(counts)
}

const metricOf = async ({ api }: ExtraApi, line: string): Promise<number> => {
  const { text } = await api.get('/metrics')
  return Number(
    text
      .split('\n')
      .find(each => each.startsWith(`${line} `))
      ?.split(' ')[1] ?? 0,
  )
}

const localCount = (extra: ExtraApi, ofClass = 'mutations') =>
  metricOf(extra, `rate_limits_local_total{class="${ofClass}"}`)

/**
 * What `work` gives when Redis has counted all of it. On a busy machine it may be late for a request, which a process then counts by
 * itself: that is another test, and this one is done again. With a merchant of its own each time.
 */
async function countedByRedis<T>(work: (merchantId: string) => Promise<T>): Promise<T> {
  const counts = async () => {
    const each = [first, second].flatMap(extra => ['mutations', 'reads'].map(name => localCount(extra, name)))
    return (await Promise.all(each)).join()
  }
  const { result } = await until(
    async () => {
      const before = await counts()
      const result = await work(newMerchant())
      return (await counts()) === before ? { result } : undefined
    },
    { what: 'a Redis that counts every request', deadlineMs: 60_000 },
  )
  return result
}

async function afterOne(extra: ExtraApi): Promise<number> {
  await authorize(extra.api, newMerchant())
  return localCount(extra)
}

/** A merchant whose bucket says so, and the key of its payment. */
async function tenRepeatsForOne(): Promise<{ merchantId: string; key: string } | undefined> {
  const [merchantId, key] = [newMerchant(), newKey()]
  await authorize(first.api, merchantId, key)
  const repeats = []
  for (let count = 0; count < 10; count++) repeats.push(await authorize(first.api, merchantId, key))
  expect(repeats.every(({ status, replayed }) => status === 201 && replayed)).toBe(true)
  return /^"caller";r=18;/.test(String(repeats.at(-1)!.headers.ratelimit)) ? { merchantId, key } : undefined
}

/** As many authorizations as there may be, one after the other. */
async function useUp(merchantId: string): Promise<void> {
  for (let count = 0; count < BURST; count++) await authorize(first.api, merchantId)
}

describe('a rate limit', () => {
  test('holds over all processes together, to the request', async () => {
    const replies = await countedByRedis(merchantId =>
      Promise.all(
        Array.from({ length: 2 * BURST }, (_, index) => authorize((index % 2 ? first : second).api, merchantId)),
      ),
    )

    expect(statusesOf(replies)).toEqual({ 201: BURST, 429: BURST })
  })

  test('says what remains, and when to come back', async () => {
    const { merchantId, key, admitted, refused } = await countedByRedis(async merchantId => {
      const admitted = await authorize(first.api, merchantId)
      for (let count = 1; count < BURST; count++) await authorize(first.api, merchantId)
      const key = newKey()
      return { merchantId, key, admitted, refused: await authorize(first.api, merchantId, key) }
    })

    expect(admitted.headers['ratelimit-policy']).toBe('"caller";q=20;w=2000, "ip";q=40000;w=2')
    expect(admitted.headers.ratelimit).toMatch(/^"caller";r=19;t=\d+, "ip";r=\d+;t=\d+$/)

    expect(expectError(refused, 429, 'RATE_LIMITED').details).toEqual({ limit: 'caller' })
    const retryAfterSeconds = Number(refused.headers['retry-after'])
    expect(retryAfterSeconds).toBeGreaterThan(0)
    expect(retryAfterSeconds).toBeLessThanOrEqual(100)
    // Nothing was begun under the key.
    expect((await first.api.get(`/idempotency?merchantId=${merchantId}&key=${key}`)).status).toBe(404)
  })

  test('a repeat whose answer is stored costs a tenth; the same key with another request costs a whole one', async () => {
    // On a busy machine Redis may be late for one of them, and then that one costs more.
    const { merchantId, key } = await until(tenRepeatsForOne, { what: 'ten repeats that cost as much as one request' })

    const other = await first.api.authorize({ ...authorizeBody(), amount: 77, merchantId, idempotencyKey: key })

    expect(other.status).toBe(422)
    expect(other.headers.ratelimit).toMatch(/^"caller";r=17;/)
  })

  test('of reads has a bucket of its own', async () => {
    const statuses = await countedByRedis(async merchantId => {
      await useUp(merchantId)
      const replies = [await authorize(first.api, merchantId)]
      for (let count = 0; count < 6; count++) replies.push(await first.api.get(`/payments?merchantId=${merchantId}`))
      return replies.map(({ status }) => status)
    })

    expect(statuses).toEqual([429, 200, 200, 200, 200, 200, 429])
  })

  test('is counted, and neither health nor metrics are limited', async () => {
    const line = 'rate_limited_total{class="mutations",limit="caller"}'
    const { replies, limited } = await countedByRedis(async merchantId => {
      const before = await metricOf(first, line)
      const replies = await Promise.all(Array.from({ length: BURST + 3 }, () => authorize(first.api, merchantId)))
      return { replies, limited: (await metricOf(first, line)) - before }
    })

    expect(statusesOf(replies)).toEqual({ 201: BURST, 429: 3 })
    expect(limited).toBe(3)
    expect((await first.api.get('/health/live')).headers.ratelimit).toBeUndefined()
  })

  test('while Redis is away each process counts by itself, and says so', async () => {
    const line = 'rate_limits_local_total{class="mutations"}'
    const before = await metricOf(withoutRedis, line)
    const merchantId = newMerchant()

    const replies = await Promise.all(Array.from({ length: BURST + 5 }, () => authorize(withoutRedis.api, merchantId)))

    expect(statusesOf(replies)).toEqual({ 201: BURST, 429: 5 })
    expect((await metricOf(withoutRedis, line)) - before).toBe(BURST + 5)
  })
})

/** Until when a key's answer is kept: the header of every answer that is kept, its end, and GET /idempotency, on a running system. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { until } from '../../shared/runtime/until.ts'
import { expectError, expectMutation, expectUsedKey } from '../support/contract.ts'
import { openDatabase } from '../support/database.ts'
import { type ExtraApi, NOWHERE, startExtraApi } from '../support/extra-api.ts'
import { PaymentApi, type Reply } from '../support/http.ts'
import { authorizeBody, authorized, newKey, newMerchant } from '../support/payments.ts'
import { flushCache, rewriteCached } from '../support/redis.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

const KEPT_MS = 15 * 24 * 60 * 60_000
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

const system = systemUnderTest()
const api = new PaymentApi(system.apiUrl)
const database = openDatabase(system.databaseUrl)
let withoutRedis: ExtraApi
beforeAll(async () => {
  withoutRedis = await startExtraApi({ name: 'without-redis', env: { REDIS_URL: `redis://${NOWHERE}/0` } })
})
afterAll(async () => {
  await withoutRedis?.stop()
  await database.close()
})

const keyHeader = (key: string) => ({ 'idempotency-key': key })

function expiresAtOf(reply: Reply): string {
  const { 'idempotency-expires': expiresAt } = reply.headers
  expect(expiresAt).toMatch(TIME)
  return expiresAt as string
}

const expectNoExpiry = (reply: Reply) => expect(reply.headers['idempotency-expires']).toBeUndefined()

function expectReason(reply: Reply, reason: string): void {
  expect(expectError(reply, 409, 'DUPLICATE_REQUEST').details.reason).toBe(reason)
  expectNoExpiry(reply)
}

/** As if what the merchant asked for had been finished 16 days ago. The system's own job may prune it at any moment. */
async function age(merchantId: string): Promise<void> {
  for (const table of ['payment_operation', 'idem_response_cache'])
    await database.write(`UPDATE ${table} SET finished_at = finished_at - INTERVAL 16 DAY WHERE merchant_id = ?`, [
      merchantId,
    ])
}

/** When the answer of the key was finished, in the database. */
async function finishedAt(merchantId: string, key: string): Promise<Date> {
  const where = 'WHERE merchant_id = ? AND idempotency_key = ?'
  const [row] = await database.rows<{ finished_at: Date }>(`SELECT finished_at FROM idem_response_cache ${where}`, [
    merchantId,
    key,
  ])
  return row!.finished_at
}

describe('Idempotency-Expires', () => {
  test('of the first answer is 15 days after it was finished, of every repeat the same, whoever answers it', async () => {
    const merchantId = newMerchant()
    const { paymentId } = await authorized(api, { merchantId })
    const [approve, decline] = ['tok_approve', 'tok_decline'].map(paymentMethod =>
      authorizeBody({ merchantId, paymentMethod }),
    ) as [ReturnType<typeof authorizeBody>, ReturnType<typeof authorizeBody>]
    const keys = [newKey(), newKey(), newKey()] as const
    const asks: Array<[status: number, key: string, ask: (to: PaymentApi) => Promise<Reply>]> = [
      [201, approve.idempotencyKey!, to => to.authorize(approve)],
      [402, decline.idempotencyKey!, to => to.authorize(decline)],
      [409, keys[0], to => to.refund(paymentId, {}, keyHeader(keys[0]))],
      [200, keys[1], to => to.capture(paymentId, {}, keyHeader(keys[1]))],
      [200, keys[2], to => to.refund(paymentId, {}, keyHeader(keys[2]))],
    ]
    for (const [status, key, ask] of asks) {
      const first = await ask(api)
      expect([first.status, first.replayed]).toEqual([status, false])
      const expiresAt = expiresAtOf(first)
      expect(Date.parse(expiresAt) - (await finishedAt(merchantId, key)).getTime()).toBe(KEPT_MS)
      for (const to of [api, withoutRedis.api]) {
        const again = await ask(to)
        expect([again.status, again.replayed, expiresAtOf(again)]).toEqual([status, true, expiresAt])
        expect(again.bytes.equals(first.bytes)).toBe(true)
      }
    }
  })

  test('is absent without a key, and where nothing is kept', async () => {
    const { paymentId, merchantId } = await authorized(api)
    expectNoExpiry(await api.authorize(authorizeBody({ amount: 0 })))
    expectNoExpiry(await api.capture(paymentId, {}, keyHeader('not a key')))
    expectNoExpiry(await api.capture(paymentId))
    expectNoExpiry(await api.capture(paymentId))
    const used = authorizeBody({ merchantId })
    expiresAtOf(await api.authorize(used))
    expectNoExpiry(await api.authorize({ ...used, amount: 1 }))
  })

  test('of simultaneous copies is one time; the copies that came too early have none', async () => {
    const body = authorizeBody({ paymentMethod: 'tok_slow' })
    const replies = await Promise.all([api.authorize(body), api.authorize(body), withoutRedis.api.authorize(body)])

    const [winner, ...others] = replies.filter(reply => reply.status === 201)
    expect(others).toEqual([])
    for (const reply of replies) if (reply !== winner) expectReason(reply, 'in_progress')
    const later = await Promise.all([api.authorize(body), withoutRedis.api.authorize(body)])
    expect(later.map(expiresAtOf)).toEqual([expiresAtOf(winner!), expiresAtOf(winner!)])
  })
})

describe('what Redis holds', () => {
  test('carries the time and is not believed from then on; without a time it is not believed at all', async () => {
    const body = authorizeBody()
    const where = { scope: body.merchantId, key: body.idempotencyKey! }
    const first = expiresAtOf(await api.authorize(body))
    const expiresAtAfter = async (change: (entry: Record<string, unknown>) => object) => {
      // Redis may have been too slow to take the answer; a repeat stores it again.
      await until(async () => (await api.authorize(body)) && (await rewriteCached(system.redisUrl, where, change)), {
        what: 'a cached answer',
      })
      return expiresAtOf(await api.authorize(body))
    }

    // By the virtual clock, which another test may have moved.
    const { now } = (await api.post('/sandbox/clock', { advance: 'PT0S' })).json as { now: string }
    const soonMs = Date.parse(now) + 60_000
    // Redis may have been too slow to be asked; then the database has answered.
    const believed = () => expiresAtAfter(entry => ({ ...entry, expiresAtMs: soonMs }))
    await until(async () => (await believed()) === new Date(soonMs).toISOString(), {
      what: 'the time that Redis holds',
    })
    expect(await expiresAtAfter(entry => ({ ...entry, expiresAtMs: Date.now() }))).toBe(first)
    expect(await expiresAtAfter(({ expiresAtMs: _, ...previous }) => previous)).toBe(first)
  })
})

describe('a key whose time is over', () => {
  test('is expired for the same and for another request, and nothing is executed', async () => {
    const body = authorizeBody()
    const { merchantId, idempotencyKey: key = '' } = body
    const { paymentId } = expectMutation(await api.authorize(body), 201)
    await age(merchantId)
    await flushCache(system.redisUrl)

    for (const to of [api, withoutRedis.api]) {
      expectReason(await to.authorize(body), 'expired')
      expectReason(await to.authorize({ ...body, amount: 1 }), 'expired')
      expectReason(await to.capture(paymentId, {}, keyHeader(key)), 'expired')
    }
    expect(await database.count('SELECT COUNT(*) FROM payment_operation WHERE merchant_id = ?', [merchantId])).toBe(1)
  })
})

describe('GET /idempotency', () => {
  test('says that a key is in progress, then finished, then expired', async () => {
    const body = authorizeBody({ paymentMethod: 'tok_slow' })
    const { merchantId, idempotencyKey: key = '' } = body
    const slow = api.authorize(body)
    const early = await until(
      async () => {
        const reply = await api.usedKey(merchantId, key)
        return reply.status === 200 ? reply : undefined
      },
      { what: 'the claim of the slow authorization', intervalMs: 50 },
    )
    const inProgress = expectUsedKey(early)
    const first = await slow
    const { paymentId, operationId } = expectMutation(first, 201)
    const known = { merchantId, key, operation: 'authorize', operationId, paymentId, createdAt: inProgress.createdAt }
    expect(inProgress).toEqual({ ...known, state: 'in_progress', statusCode: null, expiresAt: null })

    const finished = expectUsedKey(await api.usedKey(merchantId, key))
    expect(finished).toEqual({ ...known, state: 'finished', statusCode: 201, expiresAt: expiresAtOf(first) })

    await age(merchantId)
    const expiresAt = new Date(Date.parse(expiresAtOf(first)) - 16 * 24 * 60 * 60_000).toISOString()
    const expired = { ...known, state: 'expired', statusCode: null, expiresAt }
    expect(expectUsedKey(await api.usedKey(merchantId, key))).toEqual(expired)
    await database.write('DELETE FROM idem_response_cache WHERE merchant_id = ?', [merchantId])
    expect(expectUsedKey(await api.usedKey(merchantId, key))).toEqual(expired)
  })

  test('knows declined keys, and refused ones, which have no operation', async () => {
    const { paymentId, merchantId } = await authorized(api)
    const declined = authorizeBody({ merchantId, paymentMethod: 'tok_decline' })
    const refusedKey = newKey()
    const first = await api.authorize(declined)
    const refused = await api.refund(paymentId, {}, keyHeader(refusedKey))

    expect(expectUsedKey(await api.usedKey(merchantId, declined.idempotencyKey!))).toMatchObject({
      ...{ state: 'finished', operation: 'authorize', statusCode: 402, expiresAt: expiresAtOf(first) },
      paymentId: first.json.paymentId,
    })
    expect(expectUsedKey(await api.usedKey(merchantId, refusedKey))).toMatchObject({
      ...{ state: 'finished', operation: 'refund', statusCode: 409, expiresAt: expiresAtOf(refused) },
      ...{ operationId: null, paymentId },
    })
  })

  test('takes every character that a key may have', async () => {
    const key = `a+b&c=%d/#?"\\,${newKey()}`
    const body = authorizeBody({ idempotencyKey: key })
    expectMutation(await api.authorize(body), 201)
    expect(expectUsedKey(await api.usedKey(body.merchantId, key))).toMatchObject({ key, state: 'finished' })
  })
})

describe('with DUPLICATE_POLICY=reject', () => {
  let strict: ExtraApi
  beforeAll(async () => {
    strict = await startExtraApi({ name: 'key-reject', env: { DUPLICATE_POLICY: 'reject' } })
  })
  afterAll(() => strict?.stop())

  test('the first answer and the key say the time; a finished repeat is refused until it has expired', async () => {
    const body = authorizeBody()
    const { merchantId, idempotencyKey: key = '' } = body
    const expiresAt = expiresAtOf(await strict.api.authorize(body))
    expectReason(await strict.api.authorize(body), 'finished')
    await flushCache(system.redisUrl)
    expectReason(await strict.api.authorize(body), 'finished')
    expect(expectUsedKey(await strict.api.usedKey(merchantId, key))).toMatchObject({ state: 'finished', expiresAt })

    await age(merchantId)
    expectReason(await strict.api.authorize(body), 'expired')
  })
})

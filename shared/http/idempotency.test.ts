/** The middleware: fingerprints, cached answers, and a cache that fails. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { createHandlerPorts, type HandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, type HttpCall, httpEvent } from '../../test/unit/lambda-events.ts'
import { contract as authorizeContract } from '../contracts/routes/authorize-payment.ts'
import { contract as captureContract } from '../contracts/routes/capture-payment.ts'
import type { Claim } from '../payments/ports.ts'
import { errors } from './errors.ts'
import { idempotency } from './idempotency.ts'
import { parseBody } from './parse-body.ts'
import { json } from './respond.ts'
import { type HttpResult, route } from './route.ts'

const PAYMENT_ID = 'pay_01HZZZZZZZZZZZZZZZZZZZZZZZ'
const KEPT_MS = 1_000
const whole = { merchantId: 'shop', amount: 10_000, currency: 'KRW', idempotencyKey: 'key-1' }

/** As the database does: an answer that is kept says until when. */
const isKept = (statusCode = 0): boolean => statusCode < 300 || statusCode === 402

/** A route whose handler answers what the test says, and remembers the claims it was given. */
function routeOf(operation: 'authorize' | 'capture', ports: HandlerPorts = createHandlerPorts()) {
  const claims: Array<Claim | undefined> = []
  const answers: HttpResult[] = []
  const expiresAt = new Date(ports.clock.nowMs() + KEPT_MS).toISOString()
  const contract = operation === 'authorize' ? authorizeContract : captureContract
  const handler = route(ports)
    .use(parseBody({ schema: contract.body, needsKey: () => operation === 'authorize' }))
    .use(idempotency(ports, contract))
    .use(errors(ports))
    .handler(async event => {
      claims.push((event as { claim?: Claim }).claim)
      const { headers, ...rest } = answers.shift() ?? json(201, { made: claims.length })
      return { ...rest, headers: { ...headers, ...(isKept(rest.statusCode) && { 'idempotency-expires': expiresAt }) } }
    })
  const call = async (given: Partial<HttpCall>) =>
    (await handler(
      httpEvent({
        route: contract.route,
        pathParameters: operation === 'authorize' ? undefined : { paymentId: PAYMENT_ID },
        ...given,
      }) as never,
      contextOf(),
    )) as HttpResult
  return { ports, claims, answers, call, expiresAt }
}

async function claimOf(operation: 'authorize' | 'capture', given: Partial<HttpCall>): Promise<Claim> {
  const { call, claims } = routeOf(operation)
  await call(given)
  return claims[0]!
}

describe('the claim', () => {
  test('is the key, and v1: with the SHA-256 of the canonical request without the key', async () => {
    const claim = await claimOf('authorize', { body: whole })

    const canonicalRequest =
      '{"body":{"amount":10000,"currency":"KRW","merchantId":"shop"},"operation":"authorize","path":"/payments/authorize"}'
    expect(claim).toEqual({
      key: 'key-1',
      canonicalRequest,
      fingerprint: `v1:${createHash('sha256').update(canonicalRequest).digest('hex')}`,
    })
  })

  test('does not know the order of fields, white space, escapes, nor where the key stood', async () => {
    const texts = [
      '{"merchantId":"shop","amount":10000,"currency":"KRW","idempotencyKey":"key-1"}',
      '{ "currency": "KRW",\n "amount": 1e4, "idempotencyKey": "key-1", "merchantId": "shop" }',
      '{"merchantId":"sh\\u006fp","amount":10000.0,"currency":"KRW","idempotencyKey":"key-1"}',
    ]
    const { idempotencyKey: _, ...keyless } = whole

    const claims = [
      ...(await Promise.all(texts.map(body => claimOf('authorize', { body })))),
      await claimOf('authorize', { body: keyless, headers: { 'idempotency-key': '"key-1"' } }),
    ]

    expect(new Set(claims.map(claim => claim.fingerprint)).size).toBe(1)
  })

  test.each([
    { what: 'another amount', body: { ...whole, amount: 10_001 } },
    { what: 'another merchant', body: { ...whole, merchantId: 'Shop' } },
    { what: 'a default that is said', body: { ...whole, paymentMethod: 'tok_approve' } },
  ])('$what is another request', async ({ body }) => {
    const first = await claimOf('authorize', { body: whole })

    expect((await claimOf('authorize', { body })).fingerprint).not.toBe(first.fingerprint)
  })

  test('names the payment in its path', async () => {
    const claim = await claimOf('capture', { body: {}, headers: { 'idempotency-key': 'key-1' } })

    expect(JSON.parse(claim.canonicalRequest)).toEqual({
      operation: 'capture',
      path: `/payments/capture/${PAYMENT_ID}`,
      body: {},
    })
  })

  test('is absent without a key, and then nothing is cached', async () => {
    const { call, claims, ports } = routeOf('capture')

    await call({ body: {} })

    expect(claims).toEqual([undefined])
    expect(ports.responses.entries.size).toBe(0)
  })

  test('text that is not well-formed Unicode has no canonical form: 400', async () => {
    const { call } = routeOf('authorize')

    const result = await call({ body: '{"merchantId":"\\ud800","amount":1,"currency":"KRW","idempotencyKey":"k"}' })

    expect(result.statusCode).toBe(400)
  })
})

describe('a finished repeat', () => {
  test('is answered from the cache, byte for byte, without the handler', async () => {
    const { call, claims, expiresAt } = routeOf('authorize')
    const first = await call({ body: whole, headers: { 'x-request-id': 'first' } })

    const again = await call({ body: whole, headers: { 'x-request-id': 'again' } })

    expect(claims).toHaveLength(1)
    expect(again).toMatchObject({ statusCode: 201, body: first.body })
    expect(again.headers).toMatchObject({
      'content-type': first.headers['content-type'],
      'idempotency-expires': expiresAt,
      'idempotent-replayed': 'true',
      'x-request-id': 'again',
    })
    expect(first.headers['idempotency-expires']).toBe(expiresAt)
    expect(first.headers).not.toHaveProperty('idempotent-replayed')
  })

  test('under the policy reject is a 409 that says finished', async () => {
    const { call } = routeOf('authorize', createHandlerPorts({ duplicates: 'reject' }))
    await call({ body: whole })

    const again = await call({ body: whole })

    expect(again.statusCode).toBe(409)
    expect(jsonOf(again)).toMatchObject({ code: 'DUPLICATE_REQUEST', details: { reason: 'finished' } })
  })

  test('is not answered from the cache any more when its time is over, but by the database', async () => {
    const { call, claims, ports } = routeOf('authorize')
    await call({ body: whole })
    ports.clock.advance(KEPT_MS - 1)
    await call({ body: whole })
    expect(claims).toHaveLength(1)

    ports.clock.advance(1)
    await call({ body: whole })

    expect(claims).toHaveLength(2)
  })

  test('of another request goes on to the handler, which asks the database', async () => {
    const { call, claims } = routeOf('authorize')
    await call({ body: whole })

    await call({ body: { ...whole, amount: 1 } })

    expect(claims).toHaveLength(2)
    expect(claims[0]!.fingerprint).not.toBe(claims[1]!.fingerprint)
  })

  test('of another merchant, or in other letters, is another key', async () => {
    const { call, claims } = routeOf('authorize')

    await call({ body: whole })
    await call({ body: { ...whole, merchantId: 'Shop' } })
    await call({ body: { ...whole, idempotencyKey: 'KEY-1' } })

    expect(claims).toHaveLength(3)
  })
})

describe('what is cached', () => {
  test.each([200, 201, 402])('a %i that is kept', async statusCode => {
    const { call, answers, claims } = routeOf('authorize')
    answers.push(json(statusCode, {}))

    await call({ body: whole })
    await call({ body: whole })

    expect(claims).toHaveLength(1)
  })

  test.each([400, 404, 409, 413, 415, 422, 429, 500, 503])('not a %i that is not kept', async statusCode => {
    const { call, answers, claims } = routeOf('authorize')
    answers.push(json(statusCode, {}))

    await call({ body: whole })
    await call({ body: whole })

    expect(claims).toHaveLength(2)
  })
})

describe('a cache that is away', () => {
  test('makes nothing wrong: the handler is asked every time', async () => {
    const { call, claims, ports } = routeOf('authorize')
    ports.responses.away = true

    expect((await call({ body: whole })).statusCode).toBe(201)
    expect((await call({ body: whole })).statusCode).toBe(201)
    expect(claims).toHaveLength(2)
  })

  test('that breaks its promise and throws still gives no stack', async () => {
    const ports = createHandlerPorts()
    ports.responses.open = async () => {
      throw new Error('of the cache')
    }

    const result = await routeOf('authorize', ports).call({ body: whole })

    expect(result.statusCode).toBe(500)
    expect(result.body).not.toContain('of the cache')
  })
})

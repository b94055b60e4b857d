/** Who is charged for what, what callers are told, and a process that has no place left. */
import { describe, expect, test } from '@jest/globals'
import * as z from 'zod'
import { createHandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, type HttpCall, httpEvent } from '../../test/unit/lambda-events.ts'
import { defineContract, mutationRefusals } from '../contracts/route-contract.ts'
import { FAKE_NOW_MS } from '../payments/fakes.ts'
import { Admission } from './admission.ts'
import { notFound } from './api-error.ts'
import { defineMutation } from './define-mutation.ts'
import { defineRoute, type RouteHandler } from './define-route.ts'

const call = (handler: RouteHandler, given: Partial<HttpCall> = {}) =>
  handler(httpEvent({ route: 'GET /things', ...given }), contextOf())

const reading = defineContract({
  route: 'GET /things',
  tag: 'payments',
  routeClass: 'reads',
  query: z.strictObject({ merchantId: z.string().optional() }),
  answers: { 200: z.object({}) },
  refusals: ['VALIDATION_FAILED', 'NOT_FOUND', 'RATE_LIMITED', 'INTERNAL_ERROR', 'SERVICE_UNAVAILABLE'],
})
const changing = defineContract({
  route: 'POST /things',
  tag: 'payments',
  routeClass: 'mutations',
  body: z.strictObject({ merchantId: z.string().optional() }),
  mutation: 'authorize',
  needsKey: () => false,
  answers: { 201: z.object({}) },
  refusals: mutationRefusals,
  onTimeout: 'OUTCOME_UNKNOWN',
})
const made = {
  kind: 'answered' as const,
  answer: { statusCode: 201, contentType: 'application/json', body: '{}' },
  replayed: false,
  expiresAtMs: FAKE_NOW_MS + 1_000,
}

const readingWith = (ports = createHandlerPorts()) => ({
  ports,
  handler: defineRoute(reading)(ports, async () => ({ status: 200, body: {} })),
})

function changingWith(ports = createHandlerPorts()) {
  let count = 0
  const handler = defineMutation(changing)(ports, async () => {
    count++
    return made
  })
  return { ports, handler, handled: () => count }
}

const post = (handler: RouteHandler, body: unknown, headers: Record<string, string> = {}) =>
  call(handler, { route: 'POST /things', body, headers: { 'content-type': 'application/json', ...headers } })

describe('a limited route', () => {
  test('charges the merchant of the body, or of the query, and the address', async () => {
    const read = readingWith()
    const change = changingWith()
    await call(read.handler, { query: { merchantId: 'shop' } })
    await call(read.handler)
    await post(change.handler, { merchantId: 'shop' })
    await post(change.handler, {}, { 'idempotency-key': 'key-1' })

    const ip = '127.0.0.1'
    expect(read.ports.limiter.charges).toEqual([
      { routeClass: 'reads', caller: 'shop', ip },
      { routeClass: 'reads', caller: undefined, ip },
    ])
    expect(change.ports.limiter.charges).toEqual([
      { routeClass: 'mutations', caller: 'shop', ip },
      { routeClass: 'mutations', caller: undefined, ip },
    ])
  })

  test('deployed charges the principal, whatever the session is called, the body says and headers claim', async () => {
    const { ports, handler } = changingWith({ ...createHandlerPorts(), callerIs: 'principal' })
    const event = httpEvent({
      route: 'POST /things',
      body: { merchantId: 'shop' },
      headers: { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9' },
    })
    Object.assign(event.requestContext, { authorizer: { iam: { callerId: 'AROAEXAMPLE:any-session' } } })

    await handler(event, contextOf())

    expect(ports.limiter.charges).toEqual([{ routeClass: 'mutations', caller: 'AROAEXAMPLE', ip: '127.0.0.1' }])
  })

  test('says in every answer where the limits stand', async () => {
    const { handler } = readingWith()

    expect((await call(handler, { query: { merchantId: 'shop' } })).headers).toMatchObject({
      'ratelimit-policy': '"caller";q=100;w=10, "ip";q=100;w=10',
      ratelimit: '"caller";r=99;t=1, "ip";r=99;t=1',
    })
  })

  test.each(['caller', 'ip'] as const)('beyond the limit of the %s is a 429, and nothing is begun', async limit => {
    const { ports, handler, handled } = changingWith()
    ports.limiter.refusing = limit

    const answers = [
      await post(handler, { merchantId: 'shop' }),
      await post(handler, { merchantId: 'shop' }, { 'idempotency-key': 'key-1' }),
    ]

    for (const answer of answers) {
      expect(answer).toMatchObject({ statusCode: 429, headers: { 'retry-after': '3' } })
      expect(jsonOf(answer)).toMatchObject({ code: 'RATE_LIMITED', details: { limit } })
      expect(answer.headers.ratelimit).toContain(`"${limit}";r=0`)
    }
    expect(handled()).toBe(0)
    expect(ports.responses.entries.size).toBe(0)
  })

  test('a repeat from the cache is charged, too', async () => {
    const { ports, handler, handled } = changingWith()
    const again = () => post(handler, { merchantId: 'shop' }, { 'idempotency-key': 'key-1' })
    await again()
    expect((await again()).headers['idempotent-replayed']).toBe('true')
    ports.limiter.refusing = 'caller'

    expect((await again()).statusCode).toBe(429)
    expect([handled(), ports.limiter.charges.length]).toEqual([1, 3])
  })

  test('what is malformed is charged to its address', async () => {
    const { ports, handler } = changingWith()

    expect((await post(handler, '{')).statusCode).toBe(400)
    expect((await post(handler, { merchantId: 1 })).statusCode).toBe(400)
    ports.limiter.refusing = 'ip'
    expect((await post(handler, '{')).statusCode).toBe(429)

    expect(ports.limiter.charges).toEqual(
      Array.from({ length: 3 }, () => ({ routeClass: 'mutations', caller: undefined, ip: '127.0.0.1' })),
    )
  })

  test('a request is charged once, whatever its handler answers', async () => {
    const ports = createHandlerPorts()
    const handler = defineRoute(reading)(ports, async () => notFound())

    expect((await call(handler)).statusCode).toBe(404)
    expect(ports.limiter.charges).toHaveLength(1)
  })
})

describe('a process without a free place', () => {
  /** One place, and nobody waits. */
  function narrow() {
    const admission = new Admission({ inWorkMax: 1, waitingMax: 0, nowMs: () => 0 })
    const ports = { ...createHandlerPorts(), admission: { mutations: admission, reads: admission } }
    return { admission, ports }
  }

  test('answers 503 at once, charges nothing, and counts it', async () => {
    const { ports } = narrow()
    const { promise, resolve } = Promise.withResolvers<{ status: 200; body: Record<string, never> }>()
    const handler = defineRoute(reading)(ports, () => promise)
    const first = call(handler)

    const second = await call(handler)

    expect(second).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1' } })
    expect(jsonOf(second)).toMatchObject({ code: 'SERVICE_UNAVAILABLE', details: { reason: 'overloaded' } })
    expect([ports.refused, ports.limiter.charges.length]).toEqual([['reads'], 1])
    resolve({ status: 200, body: {} })
    expect((await first).statusCode).toBe(200)
    expect((await call(handler)).statusCode).toBe(200)
  })

  test('every end of a request gives its place back', async () => {
    const { admission, ports } = narrow()
    const { handler } = changingWith(ports)
    const broken = defineRoute(reading)(ports, async () => {
      throw new Error('a bug')
    })

    await post(handler, '{')
    await post(handler, { merchantId: 'shop' }, { 'idempotency-key': 'key-1' })
    await post(handler, { merchantId: 'shop' }, { 'idempotency-key': 'key-1' })
    ports.limiter.refusing = 'ip'
    await post(handler, { merchantId: 'shop' })
    ports.limiter.refusing = undefined
    expect((await call(broken)).statusCode).toBe(500)

    expect(admission.inWork).toBe(0)
  })

  // The caller was told in time that the outcome is unknown; the handler still holds a connection or asks the acquirer.
  test('a request that ran out of time keeps its place until its handler has ended', async () => {
    const { admission, ports } = narrow()
    const { promise, resolve } = Promise.withResolvers<{ status: 200; body: Record<string, never> }>()
    const handler = defineRoute(reading)(ports, () => promise)

    const answer = await handler(httpEvent({ route: 'GET /things' }), contextOf(501))
    expect([answer.statusCode, admission.inWork]).toEqual([503, 1])
    resolve({ status: 200, body: {} })
    await promise
    await new Promise(setImmediate)

    expect(admission.inWork).toBe(0)
  })
})

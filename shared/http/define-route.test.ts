/** What a route does at run time with what its contract says. What does not compile: see define-route.types.test.ts. */
import { describe, expect, test } from '@jest/globals'
import type { Request } from '@middy/core'
import * as z from 'zod'
import { createHandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, type HttpCall, httpEvent } from '../../test/unit/lambda-events.ts'
import { defineContract, mutationRefusals } from '../contracts/route-contract.ts'
import { FAKE_NOW_MS } from '../payments/fakes.ts'
import { notFound } from './api-error.ts'
import { defineMutation } from './define-mutation.ts'
import { defineRoute, type RouteHandler } from './define-route.ts'
import type { HttpResult } from './route.ts'

const call = (handler: RouteHandler, given: Partial<HttpCall> = {}, remainingMs?: number) =>
  handler(httpEvent({ route: 'GET /things/{name}', pathParameters: { name: 'a' }, ...given }), contextOf(remainingMs))

const reading = defineContract({
  route: 'GET /things/{name}',
  tag: 'payments',
  path: z.object({ name: z.string().max(1) }),
  query: z.strictObject({ limit: z.string().optional() }),
  answers: { 200: z.object({ seen: z.string() }), 206: { mediaType: 'text/plain' } },
  refusals: ['NOT_FOUND', 'VALIDATION_FAILED', 'INTERNAL_ERROR'],
})

describe('a route', () => {
  const echo = defineRoute(reading)(createHandlerPorts(), async ({ path, query, caller }) => ({
    status: 200,
    body: { seen: `${path.name} ${query.limit} ${caller.language}` },
  }))

  test('hands on what its schemas read, and answers JSON', async () => {
    const result = await call(echo, { query: { limit: '5' }, headers: { 'accept-language': 'ko' } })

    expect([result.statusCode, jsonOf(result)]).toEqual([200, { seen: 'a 5 ko' }])
    expect(result.headers['content-type']).toBe('application/json; charset=utf-8')
  })

  test('refuses by path before query: 404, then 400', async () => {
    const wrong = { query: { x: '1' } }

    expect((await call(echo, { ...wrong, pathParameters: { name: 'ab' } })).statusCode).toBe(404)
    expect((await call(echo, wrong)).statusCode).toBe(400)
  })

  test('answers text as its handler made it, with the headers that it gives', async () => {
    const handler = defineRoute(reading)(createHandlerPorts(), async () => ({
      status: 206,
      body: 'as it is',
      headers: { 'x-part': '1' },
    }))

    expect(await call(handler)).toMatchObject({
      statusCode: 206,
      body: 'as it is',
      headers: { 'content-type': 'text/plain', 'x-part': '1' },
    })
  })

  test('answers a refusal that its handler gives back like one that is thrown', async () => {
    const result = await call(defineRoute(reading)(createHandlerPorts(), async () => notFound()))

    expect([result.statusCode, jsonOf(result).code]).toEqual([404, 'NOT_FOUND'])
  })

  test('that runs out of time is unavailable', async () => {
    const result = await call(
      defineRoute(reading)(createHandlerPorts(), () => new Promise(() => {})),
      {},
      501,
    )

    expect([result.statusCode, jsonOf(result).code]).toEqual([503, 'SERVICE_UNAVAILABLE'])
  })
})

const changing = defineContract({
  route: 'POST /things',
  tag: 'payments',
  body: z.strictObject({ amount: z.number() }),
  check: ({ amount }: { amount: number }) =>
    amount > 9 ? [{ path: '/amount', message: { en: 'is too much', ko: '너무 많습니다' } }] : [],
  mutation: 'authorize',
  routeClass: 'mutations',
  needsKey: body => body.amount === 1,
  answers: { 201: z.object({}) },
  refusals: mutationRefusals,
  onTimeout: 'OUTCOME_UNKNOWN',
})
const post = (handler: RouteHandler, body: object, headers?: Record<string, string>, remainingMs?: number) =>
  call(
    handler,
    { route: 'POST /things', body, headers: { 'content-type': 'application/json', ...headers } },
    remainingMs,
  )
const key = { 'idempotency-key': 'key-1' }
const made = {
  kind: 'answered' as const,
  answer: { statusCode: 201, contentType: 'application/json', body: '{"stored":true}' },
  replayed: false,
  expiresAtMs: FAKE_NOW_MS + 1,
}

describe('a mutation', () => {
  test('hands on the body and the claim, and answers the stored text', async () => {
    const seen: unknown[] = []
    const handler = defineMutation(changing)(createHandlerPorts(), async ({ body, claim }) => {
      seen.push(body, claim?.key)
      return made
    })

    const result = await post(handler, { amount: 2 }, key)

    expect([result.statusCode, result.body]).toEqual([201, made.answer.body])
    expect(seen).toEqual([{ amount: 2 }, 'key-1'])
  })

  test('refuses what schema, check and key say is wrong', async () => {
    const handler = defineMutation(changing)(createHandlerPorts(), async () => made)
    const pathsOf = async (body: object) =>
      jsonOf(await post(handler, body)).details.problems.map((problem: { path: string }) => problem.path)

    expect(await pathsOf({ amount: '2' })).toEqual(['/amount'])
    expect(await pathsOf({ amount: 10 })).toEqual(['/amount'])
    expect(await pathsOf({ amount: 1 })).toEqual(['/idempotencyKey'])
  })

  test('answers a repeat from the cache, without its handler', async () => {
    let calls = 0
    const handler = defineMutation(changing)(createHandlerPorts(), async () => {
      calls++
      return made
    })

    const [first, again] = [await post(handler, { amount: 2 }, key), await post(handler, { amount: 2 }, key)]

    expect([calls, again.body, again.headers['idempotent-replayed']]).toEqual([1, first.body, 'true'])
  })

  test('that runs out of time cannot know its outcome', async () => {
    const handler = defineMutation(changing)(createHandlerPorts(), () => new Promise(() => {}))

    expect(jsonOf(await post(handler, { amount: 2 }, key, 501)).code).toBe('OUTCOME_UNKNOWN')
  })
})

describe('further middlewares', () => {
  test('run after those of the contract, and what they throw is answered', async () => {
    const seen: unknown[] = []
    const before = ({ event }: Request): void => {
      seen.push((event as { path?: unknown }).path)
      throw new Error('of the middleware')
    }
    const handler = defineRoute(reading)(createHandlerPorts(), async () => notFound(), { middlewares: [{ before }] })

    const result = await call(handler)

    expect([seen, result.statusCode, jsonOf(result).code]).toEqual([[{ name: 'a' }], 500, 'INTERNAL_ERROR'])
  })

  test('are told of an error when it is answered already', async () => {
    const seen: unknown[] = []
    const onError = ({ response }: Request<unknown, HttpResult>): void => {
      seen.push(response?.statusCode)
    }

    await call(defineRoute(reading)(createHandlerPorts(), async () => notFound(), { middlewares: [{ onError }] }))

    expect(seen).toEqual([404])
  })
})

/** The outside of every route: request ids, headers, and what the observer is told. */
import { describe, expect, test } from '@jest/globals'
import { createHandlerPorts } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import type { Caller } from '../payments/answer.ts'
import type { Span } from '../payments/ports.ts'
import { noTracer } from '../payments/traced.ts'
import { ApiError } from './api-error.ts'
import { errors } from './errors.ts'
import { json } from './respond.ts'
import { type HttpResult, header, route } from './route.ts'

/** Answers with the caller that the chain made out of the headers. */
async function call(headers: Record<string, string> = {}, early?: HttpResult) {
  const ports = createHandlerPorts()
  const handler = route(ports)
    .use({ before: () => early })
    .use(errors(ports))
    .handler(async ({ caller }) => json(200, { ...caller }))
  const result = (await handler(httpEvent({ route: 'GET /of-the-test', headers }) as never, contextOf())) as HttpResult
  return { ports, result, caller: (early ? undefined : JSON.parse(result.body!)) as Caller }
}

describe('the request id', () => {
  test.each(['abc', 'A-1_2.3:4/5+6=', 'x'.repeat(64), '0af7651916cd43dd8448eb211c80319c'])(
    "%p is sane: the caller's own is kept, inside and outside",
    async sent => {
      const { result, caller } = await call({ 'x-request-id': sent })

      expect(result.headers['x-request-id']).toBe(sent)
      expect(caller.requestId).toBe(sent)
    },
  )

  test.each(['', ' ', 'a b', 'x'.repeat(65), 'a\nb', '<script>', 'é', '"q"'])(
    '%p is not: a new one is made',
    async sent => {
      const { result, caller } = await call({ 'x-request-id': sent })

      expect(result.headers['x-request-id']).toMatch(/^req_[0-9A-Z]{26}$/)
      expect(caller.requestId).toBe(result.headers['x-request-id'])
    },
  )

  test('each request without one gets one of its own', async () => {
    const ports = createHandlerPorts()
    const handler = route(ports)
      .use(errors(ports))
      .handler(async () => json(200, {}))
    const idOf = async () =>
      ((await handler(httpEvent({ route: 'GET /' }) as never, contextOf())) as HttpResult).headers['x-request-id']

    expect(await idOf()).not.toBe(await idOf())
  })

  test('stands on answers of a middleware that ends the chain early, and on errors', async () => {
    const early = await call({ 'x-request-id': 'mine' }, json(200, { replayed: true }))
    const ports = createHandlerPorts()
    const failing = route(ports)
      .use(errors(ports))
      .handler(async () => {
        throw new ApiError('NOT_FOUND')
      })
    const failed = (await failing(
      httpEvent({ route: 'GET /', headers: { 'x-request-id': 'mine' } }) as never,
      contextOf(),
    )) as HttpResult

    expect(early.result.headers['x-request-id']).toBe('mine')
    expect(failed.headers['x-request-id']).toBe('mine')
    expect(JSON.parse(failed.body!).requestId).toBe('mine')
  })
})

describe('the caller', () => {
  test('has the language that the header prefers', async () => {
    expect((await call({ 'accept-language': 'ko-KR' })).caller.language).toBe('ko')
    expect((await call()).caller.language).toBe('en')
  })

  test('has a trace context only when it is a sane one', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

    expect((await call({ traceparent })).caller.traceparent).toBe(traceparent)
    const [noTrace, noParent] = [/[0-9a-f]{32}/, /(?<=-)[0-9a-f]{16}(?=-)/].map(id =>
      traceparent.replace(id, zeros => '0'.repeat(zeros.length)),
    )
    for (const wrong of [
      '',
      'x',
      traceparent.toUpperCase(),
      `${traceparent}-more`,
      traceparent.replace('00-', 'ff-'),
      noTrace!,
      noParent!,
    ])
      expect((await call({ traceparent: wrong })).caller.traceparent).toBeUndefined()
  })
})

describe('the span of a request', () => {
  test('has the route as its name, continues the trace of the caller, and ends with the answer', async () => {
    const attributes: Record<string, unknown> = {}
    const ended: unknown[] = []
    const span: Span = {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01',
      isRecorded: true,
      set: given => void Object.assign(attributes, given),
      link: () => {},
      end: error => void ended.push(error),
    }
    const entered: unknown[] = []
    const enter = (...given: unknown[]) => {
      entered.push(given)
      return span
    }
    const tracer = { ...noTracer, enter }
    const sent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const ports = { ...createHandlerPorts(), tracer }
    const chain = route(ports).handler(async event => {
      expect(event.caller.traceparent).toBe(span.traceparent)
      return json(503, {})
    })
    await chain(httpEvent({ route: 'GET /payments', headers: { traceparent: sent } }) as never, contextOf())

    expect(entered).toEqual([[{ name: 'GET /payments', kind: 'server' }, sent]])
    expect(attributes).toMatchObject({ 'http.route': '/payments', 'http.response.status_code': 503 })
    expect(ended).toEqual(['503'])
    expect(ports.answered[0]!.traceparent).toBe(span.traceparent)
  })
})

describe('every answer', () => {
  test('is told to no cache', async () => {
    expect((await call()).result.headers['cache-control']).toBe('no-store')
  })

  test('is told to the observer, with route, status, duration and request id', async () => {
    const { ports } = await call({ 'x-request-id': 'mine' })

    expect(ports.answered).toEqual([{ route: 'GET /of-the-test', statusCode: 200, durationMs: 1, requestId: 'mine' }])
  })

  test('is told once, also when it is an error', async () => {
    const ports = createHandlerPorts()
    const handler = route(ports)
      .use(errors(ports))
      .handler(async () => {
        throw new ApiError('NOT_FOUND')
      })

    await handler(httpEvent({ route: 'GET /x' }) as never, contextOf())

    expect(ports.answered).toMatchObject([{ route: 'GET /x', statusCode: 404 }])
  })
})

describe('a route', () => {
  const answerTo = async (method: string, path: string, routeKey: string) => {
    const ports = createHandlerPorts()
    const handler = route(ports)
      .use(errors(ports))
      .handler(async () => json(200, {}))
    const event = httpEvent({ route: `${method} ${path}`, path })
    return ((await handler({ ...event, routeKey } as never, contextOf())) as HttpResult).statusCode
  }

  test('is its method: a HEAD that was handed to the route of GET is a 404', async () => {
    expect(await answerTo('GET', '/payments', 'GET /payments')).toBe(200)
    expect(await answerTo('HEAD', '/payments', 'GET /payments')).toBe(404)
  })

  test('is its path: one more slash at the end is a 404', async () => {
    expect(await answerTo('GET', '/v1/payments', 'GET /payments')).toBe(200)
    expect(await answerTo('GET', '/payments/', 'GET /payments')).toBe(404)
    expect(await answerTo('POST', '/payments/authorize/', 'POST /payments/authorize')).toBe(404)
    expect(await answerTo('GET', '/', 'GET /')).toBe(200)
  })

  test('of every other method and path is the default one', async () => {
    expect(await answerTo('HEAD', '/payments/', '$default')).toBe(200)
  })
})

describe('what a request is about', () => {
  const paymentId = 'pay_01M81XZHJW17YGZNRCM5X9JWX9'

  test('is told with its answer, and with the error that was not the caller’s doing', async () => {
    const ports = createHandlerPorts()
    const handler = route(ports)
      .use(errors(ports))
      .handler(async event => {
        event.caller.paymentId = paymentId
        throw new Error('of the test')
      })

    await handler(httpEvent({ route: 'POST /x' }) as never, contextOf())

    expect(ports.answered).toMatchObject([{ statusCode: 500, paymentId }])
    expect(ports.log.lines).toMatchObject([{ level: 'error', fields: { paymentId } }])
  })
})

describe('header', () => {
  test('finds a header in any letters, and nothing where there is none', () => {
    expect(header({ headers: { 'x-request-id': 'a' } }, 'x-request-id')).toBe('a')
    expect(header({ headers: { 'X-Request-Id': 'a' } }, 'x-request-id')).toBe('a')
    expect(header({ headers: {} }, 'x-request-id')).toBeUndefined()
    expect(header({}, 'x-request-id')).toBeUndefined()
  })

  test('joins what stands there several times with commas, as API Gateway does', () => {
    expect(header({ headers: { 'x-a': '1', 'X-A': '2', 'x-b': '3', 'X-a': undefined } }, 'x-a')).toBe('1,2')
  })
})

/** Every way a handler can fail, and what the caller is told: never 200, never a stack. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { createHandlerPorts, type HandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { errorBody, errorCatalogue, errorCodes } from '../contracts/errors.ts'
import { problemText, problemTexts, schemaMessages } from '../contracts/problem-texts.ts'
import { DependencyUnavailableError, DuplicateKeyError, RowRefusedError } from '../payments/ports.ts'
import { ApiError, validationFailed } from './api-error.ts'
import { errors } from './errors.ts'
import { json } from './respond.ts'
import { type HttpResult, route } from './route.ts'

const SECRET = 'mysql://pay:secret@10.0.0.1'

/** Calls a handler that does `work`, through the chain that every handler has. */
async function answerOf(
  work: () => unknown,
  given: {
    ports?: HandlerPorts
    onTimeout?: 'OUTCOME_UNKNOWN'
    headers?: Record<string, string>
    remainingMs?: number
  } = {},
): Promise<HttpResult> {
  const { ports = createHandlerPorts(), onTimeout, headers, remainingMs } = given
  const handler = route(ports, onTimeout)
    .use(errors(ports))
    .handler(async () => (await work()) as HttpResult)
  return (await handler(
    httpEvent({ route: 'GET /of-the-test', headers }) as never,
    contextOf(remainingMs),
  )) as HttpResult
}

const throwing = (error: unknown) => () => {
  throw error
}

describe('a handler that throws', () => {
  test.each([
    ['an Error', new Error(`connect ${SECRET}`)],
    ['a TypeError', new TypeError(SECRET)],
    ['a text', SECRET],
    ['undefined', undefined],
    ['null', null],
    ['a refused row', new RowRefusedError(SECRET)],
    ['a duplicate key', new DuplicateKeyError(SECRET)],
    ['an Error with a cause', new Error('outside', { cause: new Error(SECRET) })],
  ])('%s answers 500 without a word of it', async (_, error) => {
    const result = await answerOf(throwing(error))

    expect(result.statusCode).toBe(500)
    expect(errorBody.parse(jsonOf(result))).toMatchObject({ code: 'INTERNAL_ERROR', details: {} })
    expect(JSON.stringify(result)).not.toContain('secret')
    expect(JSON.stringify(result)).not.toMatch(/\bat .*:\d+/)
  })

  test('late, after it has waited, is the same', async () => {
    const result = await answerOf(async () => {
      await new Promise(setImmediate)
      throw new Error(SECRET)
    })

    expect(result.statusCode).toBe(500)
  })

  test.each([undefined, null])('or that answers %p gives 500 too: the caller would be told 200', async nothing => {
    const result = await answerOf(() => nothing)

    expect(result.statusCode).toBe(500)
    expect(jsonOf(result).code).toBe('INTERNAL_ERROR')
  })

  test('is logged whole, with the request id, as an error', async () => {
    const ports = createHandlerPorts()
    const error = new Error(SECRET)

    await answerOf(throwing(error), { ports, headers: { 'x-request-id': 'mine' } })

    expect(ports.log.lines).toEqual([
      { level: 'error', fields: { err: error, requestId: 'mine' }, message: 'unexpected error' },
    ])
  })
})

describe('a dependency that is away', () => {
  test('answers 503 with Retry-After, and is logged as a warning', async () => {
    const ports = createHandlerPorts()

    const result = await answerOf(throwing(new DependencyUnavailableError(SECRET)), { ports })

    expect(result.statusCode).toBe(503)
    expect(result.headers['retry-after']).toBe('2')
    expect(jsonOf(result)).toMatchObject({ code: 'SERVICE_UNAVAILABLE', details: {} })
    expect(JSON.stringify(result)).not.toContain('secret')
    expect(ports.log.lines.map(line => line.level)).toEqual(['warn'])
  })
})

describe('an ApiError', () => {
  test.each(errorCodes)('%s answers the status of the catalogue, in either language', async code => {
    for (const [language, header] of [
      ['en', 'en'],
      ['ko', 'ko-KR'],
    ] as const) {
      const result = await answerOf(throwing(new ApiError(code)), { headers: { 'accept-language': header } })

      expect(result.statusCode).toBe(errorCatalogue[code].statusCode)
      expect(errorBody.parse(jsonOf(result))).toMatchObject({ code, message: errorCatalogue[code].message[language] })
    }
  })

  test('carries its own status, details, payment and headers, and is nobody’s fault in the log', async () => {
    const ports = createHandlerPorts()
    const error = new ApiError('DUPLICATE_REQUEST', {
      statusCode: 422,
      details: { reason: 'different_request' },
      paymentId: 'pay_1',
      headers: { 'retry-after': '1' },
    })

    const result = await answerOf(throwing(error), { ports })

    expect(result).toMatchObject({
      statusCode: 422,
      headers: { 'content-type': 'application/json; charset=utf-8', 'retry-after': '1' },
    })
    expect(jsonOf(result)).toMatchObject({ paymentId: 'pay_1', details: { reason: 'different_request' } })
    expect(ports.log.lines).toEqual([])
  })

  test.each(['en', 'ko'] as const)(
    'validationFailed names every problem in the language of the caller: %s',
    async language => {
      const problems = [
        { path: '/currency', message: problemText(schemaMessages.required) },
        { path: '', message: problemTexts.notJson },
      ]

      const result = await answerOf(throwing(validationFailed(problems)), { headers: { 'accept-language': language } })

      expect(result.statusCode).toBe(400)
      expect(jsonOf(result).details).toEqual({
        problems: problems.map(({ path, message }) => ({ path, message: message[language] })),
      })
    },
  )
})

describe('a handler that runs out of time', () => {
  const never = () => new Promise(() => {})

  test('is answered before the function is cut off, and does not pretend to know the outcome', async () => {
    const result = await answerOf(never, { remainingMs: 501, onTimeout: 'OUTCOME_UNKNOWN' })

    expect(result.statusCode).toBe(503)
    expect(result.headers['retry-after']).toBe('2')
    expect(jsonOf(result).code).toBe('OUTCOME_UNKNOWN')
  })

  test('a read says that the service is unavailable', async () => {
    expect(jsonOf(await answerOf(never, { remainingMs: 501 })).code).toBe('SERVICE_UNAVAILABLE')
  })

  test('with no time left at all is answered too', async () => {
    expect((await answerOf(never, { remainingMs: 0 })).statusCode).toBe(503)
  })

  // Node would end the process on an unhandled rejection, and jest would fail this test.
  test('and fails afterwards harms nobody', async () => {
    const { promise, reject } = Promise.withResolvers<never>()

    const result = await answerOf(() => promise, { remainingMs: 501 })
    reject(new Error(SECRET))
    await new Promise(setImmediate)

    expect(result.statusCode).toBe(503)
  })

  test('a handler that is in time is not cut short', async () => {
    expect((await answerOf(() => json(200, { status: 'ok' }), { remainingMs: 501 })).statusCode).toBe(200)
  })
})

describe('a log or an observer that fails', () => {
  beforeEach(() => {
    jest.spyOn(console, 'error').mockImplementation(() => {})
  })
  afterEach(() => {
    jest.restoreAllMocks()
  })

  test('a log that throws does not turn a 500 into a throw', async () => {
    const ports = createHandlerPorts()
    const mute = {
      ...ports,
      get log(): never {
        throw new Error(SECRET)
      },
    }

    const result = await answerOf(throwing(new Error('of the handler')), { ports: mute as never })

    expect(result.statusCode).toBe(500)
    expect(JSON.stringify(result)).not.toContain('secret')
  })

  test('an observer that throws does not spoil the answer', async () => {
    const ports = createHandlerPorts()
    ports.requests.answered = throwing(new Error(SECRET))

    expect((await answerOf(() => json(200, { status: 'ok' }), { ports })).statusCode).toBe(200)
    expect((await answerOf(throwing(new ApiError('NOT_FOUND')), { ports })).statusCode).toBe(404)
  })
})

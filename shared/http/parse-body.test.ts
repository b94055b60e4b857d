/** What becomes of a body on its way in: size, type, JSON, schema, key, and every problem at once. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { apiErrorOf, englishProblems } from '../../test/unit/api-errors.ts'
import { type HttpCall, httpEvent } from '../../test/unit/lambda-events.ts'
import { SEED, seeded } from '../../test/unit/seed.ts'
import { fieldTexts, problemTexts } from '../contracts/problem-texts.ts'
import { BODY_BYTES_MAX } from '../contracts/requests.ts'
import { authorizeRequest } from '../contracts/routes/authorize-payment.ts'
import { captureRequest } from '../contracts/routes/capture-payment.ts'
import { refundRequest } from '../contracts/routes/refund-payment.ts'
import { ApiError } from './api-error.ts'
import { parseBody } from './parse-body.ts'

interface Parsed {
  body: unknown
  sentBody: unknown
  key: string | undefined
}

const middlewares = {
  authorize: parseBody({ schema: authorizeRequest, needsKey: () => true }),
  capture: parseBody({ schema: captureRequest, needsKey: body => body.finalCapture === false }),
  refund: parseBody({ schema: refundRequest, needsKey: body => body.amount !== undefined }),
}

function parse(call: Partial<HttpCall>, operation: keyof typeof middlewares = 'authorize'): Parsed {
  const event = httpEvent({ route: 'POST /', ...call })
  middlewares[operation].before?.({ event } as never)
  return event as unknown as Parsed
}

const problemsOf = (call: Partial<HttpCall>, operation?: keyof typeof middlewares) => {
  const error = apiErrorOf(() => parse(call, operation))
  expect(error.code).toBe('VALIDATION_FAILED')
  return englishProblems(error)
}

const whole = { merchantId: 'shop', amount: 10_000, currency: 'KRW', idempotencyKey: 'key-1' }
const { idempotencyKey: _, ...keyless } = whole

describe('a good body', () => {
  test('is handed on without its key, beside the key', () => {
    expect(parse({ body: whole })).toMatchObject({ sentBody: keyless, key: 'key-1' })
  })

  test('is handed on as it was sent: a default that was said is not the same as one that was left out', () => {
    expect(parse({ body: { finalCapture: true } }, 'capture').sentBody).toEqual({ finalCapture: true })
    expect(parse({ body: {} }, 'capture').sentBody).toEqual({})
  })

  test('may come in base64, as API Gateway sends what it takes for binary', () => {
    expect(parse({ body: JSON.stringify(whole), base64: true })).toMatchObject({ sentBody: keyless, key: 'key-1' })
  })

  test.each(['', '   ', '\n', undefined])('%p is an empty object where all fields may be left out', body => {
    expect(parse({ body, headers: { 'content-type': 'text/plain' } }, 'capture')).toMatchObject({
      body: {},
      sentBody: {},
      key: undefined,
    })
  })
})

describe('the encoding', () => {
  const reason = (text: string) =>
    Buffer.concat([Buffer.from('{"reason":"'), Buffer.from(text, 'latin1'), Buffer.from('"}')])
  const eucKr = { change: '\xba\xaf\xbd\xc9', delay: '\xc1\xf6\xbf\xac' }
  const notUtf8 = [{ path: '', message: problemTexts.notUtf8.en }]

  test.each(Object.values(eucKr))(
    'a reason in EUC-KR is 400, as text that was decoded before us and as bytes',
    text => {
      const body = reason(text).toString('utf8')
      const event = {
        ...httpEvent({ route: 'POST /', body }),
        body: reason(text).toString('base64'),
        isBase64Encoded: true,
      }

      expect(problemsOf({ body }, 'refund')).toEqual(notUtf8)
      expect(englishProblems(apiErrorOf(() => middlewares.refund.before?.({ event } as never)))).toEqual(notUtf8)
    },
  )

  test('an escaped U+FFFD is text like any other', () => {
    expect(parse({ body: '{"reason":"\\ufffd"}' }, 'refund').body).toEqual({ reason: '\ufffd' })
  })

  test.each(['\\ud800', '\\udc00x', 'a\\uD83Da'])('half a character, %s, is 400 with and without a key', text => {
    const problem = { path: '/reason', message: problemTexts.notWellFormed.en }
    for (const headers of [{}, { 'idempotency-key': 'k' }] as Record<string, string>[])
      expect(
        problemsOf(
          { body: `{"reason":"${text}"}`, headers: { 'content-type': 'application/json', ...headers } },
          'refund',
        ),
      ).toEqual([problem])
  })

  test.each(['gzip', 'br', 'identity, gzip', 'deflate,identity', 'x'])(
    'content-encoding: %s is 415, and said',
    encoding => {
      const { code, rest } = apiErrorOf(() => parse({ body: whole, headers: { 'content-encoding': encoding } }))

      expect([code, rest.details]).toEqual([
        'UNSUPPORTED_MEDIA_TYPE',
        { contentType: 'application/json', contentEncoding: encoding },
      ])
    },
  )

  test.each(['identity', 'Identity', ''])('content-encoding: %p is none', encoding => {
    expect(parse({ body: whole, headers: { 'content-encoding': encoding } }).key).toBe('key-1')
  })
})

describe('what JSON.parse would lose', () => {
  const withAmount = (amount: string) =>
    `{"merchantId":"shop","amount":${amount},"currency":"KRW","idempotencyKey":"k"}`

  test.each(['0.99999999999999999999', '999999999999.00001', '1.00000000000000001', '1e-400', '1e400'])(
    'the amount %s is 400 for its digits',
    amount => {
      expect(problemsOf({ body: withAmount(amount) })).toContainEqual({
        path: '/amount',
        message: problemTexts.inexact.en,
      })
    },
  )

  test.each(['1e3', '1000.0', '1000', '100e1', '10000e-1'])('the amount %s is 1000', amount => {
    expect(parse({ body: withAmount(amount) }).body).toMatchObject({ amount: 1000 })
  })

  test.each(['"amount":1,"amount":1000', '"amount":1000,"\\u0061mount":1000', '"amount":5,"a":{},"amount":5'])(
    '{%s}: a repeated member is 400, whatever its values are',
    members => {
      expect(problemsOf({ body: `{${members}}` }, 'refund')).toContainEqual({
        path: '/amount',
        message: fieldTexts.repeated.en,
      })
    },
  )
})

describe('the content type', () => {
  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'Application/JSON',
    'application/vnd.shop+json',
    'application/merge-patch+json; charset=utf-8',
    'application/json; charset="UTF-8"',
    'application/json; charset=utf8',
    'application/json ; a=b; charset=utf-8',
    'application/json; a=b',
  ])('%s is read', contentType => {
    expect(parse({ body: whole, headers: { 'content-type': contentType } }).key).toBe('key-1')
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'json',
    '',
    'text/json',
    'application/xml+jso',
    'application/json; charset=euc-kr',
    'application/json; charset=latin1',
    'application/json; charset="utf-16"',
    'application/json; charset=utf-8; charset=euc-kr',
    'application/json; charset=utf-80',
    'application/json; charset=',
    'application/json,application/json',
  ])('%p is 415', contentType => {
    expect(apiErrorOf(() => parse({ body: whole, headers: { 'content-type': contentType } })).code).toBe(
      'UNSUPPORTED_MEDIA_TYPE',
    )
  })

  test('its header may be written in any letters', () => {
    const event = { ...httpEvent({ route: 'POST /', body: whole }), headers: { 'Content-Type': 'application/json' } }

    middlewares.authorize.before?.({ event } as never)
    expect(event).toMatchObject({ key: 'key-1' })
  })

  test('what was sent is said again, but not at any length', () => {
    const { rest } = apiErrorOf(() => parse({ body: whole, headers: { 'content-type': 'x'.repeat(5_000) } }))

    expect(rest.details).toEqual({ contentType: 'x'.repeat(100) })
  })
})

describe('the size', () => {
  const bodyOf = (bytes: number, character = 'x') => {
    const empty = JSON.stringify({ reason: '' })
    const room = bytes - empty.length
    const filler = character.repeat(Math.floor(room / Buffer.byteLength(character)))
    return JSON.stringify({ reason: filler }).padEnd(bytes - Buffer.byteLength(filler) + filler.length, ' ')
  }

  test('16 KiB are read, one byte more is 413', () => {
    expect(Buffer.byteLength(bodyOf(BODY_BYTES_MAX))).toBe(16_384)
    expect(apiErrorOf(() => parse({ body: bodyOf(BODY_BYTES_MAX) }, 'refund')).code).toBe('VALIDATION_FAILED')
    expect(apiErrorOf(() => parse({ body: bodyOf(BODY_BYTES_MAX + 1) }, 'refund')).code).toBe('PAYLOAD_TOO_LARGE')
  })

  test('counts bytes, not characters: 6,000 Hangul are too many', () => {
    const body = JSON.stringify({ reason: '환'.repeat(6_000) })

    expect(body.length).toBeLessThan(BODY_BYTES_MAX)
    expect(apiErrorOf(() => parse({ body }, 'refund'))).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      rest: { details: { bytesMax: 16_384 } },
    })
  })

  test('counts what base64 stands for, not its letters', () => {
    expect(apiErrorOf(() => parse({ body: bodyOf(BODY_BYTES_MAX), base64: true }, 'refund')).code).toBe(
      'VALIDATION_FAILED',
    )
    expect(apiErrorOf(() => parse({ body: bodyOf(BODY_BYTES_MAX + 1), base64: true }, 'refund')).code).toBe(
      'PAYLOAD_TOO_LARGE',
    )
  })

  test('comes before everything else: nothing large is parsed', () => {
    const call = { body: '{'.repeat(BODY_BYTES_MAX + 1), headers: { 'content-type': 'text/plain' } }

    expect(apiErrorOf(() => parse(call)).code).toBe('PAYLOAD_TOO_LARGE')
  })
})

describe('problems', () => {
  test('all are reported at once, each with its JSON pointer', () => {
    const problems = problemsOf({ body: { merchantId: '', amount: 1.5, cardNumber: '4111', 'a/b': 1, 'm~n': 2 } })

    expect(problems).toEqual(
      expect.arrayContaining([
        { path: '/merchantId', message: expect.any(String) },
        { path: '/amount', message: 'must be an integer in the minor unit of the currency' },
        { path: '/currency', message: 'is required' },
        { path: '/cardNumber', message: 'is not a known field' },
        { path: '/a~1b', message: 'is not a known field' },
        { path: '/m~0n', message: 'is not a known field' },
        { path: '/idempotencyKey', message: expect.stringContaining('is required') },
      ]),
    )
    expect(problems).toHaveLength(7)
  })

  test.each(['{', '{"amount":1,}', 'undefined', "{'a':1}", '\uFEFF{}', 'NaN'])('%p is not JSON', body => {
    expect(problemsOf({ body })).toEqual([{ path: '', message: 'is not valid JSON' }])
  })

  test.each(['[]', 'null', '5', '"text"', 'true', '[{"merchantId":"shop"}]'])('%s is JSON, but not an object', body => {
    for (const operation of ['authorize', 'capture', 'refund'] as const) {
      const problems = problemsOf({ body }, operation)
      expect(problems.map(problem => problem.path)).toEqual([''])
    }
  })

  test.each(['__proto__', 'constructor', 'hasOwnProperty'])(
    'a field named %s is an unknown field like others',
    field => {
      const body = `{"merchantId":"shop","amount":1,"currency":"KRW","idempotencyKey":"k",${JSON.stringify(field)}:{"x":1}}`

      expect(problemsOf({ body })).toEqual([{ path: `/${field}`, message: 'is not a known field' }])
      expect(({} as { x?: unknown }).x).toBeUndefined()
    },
  )

  test('a check that the schema cannot say adds to the problems of a body that fits it', () => {
    const middleware = parseBody({
      schema: captureRequest,
      needsKey: () => true,
      check: () => [{ path: '/finalCapture', message: fieldTexts.repeated }],
    })
    const event = httpEvent({ route: 'POST /', body: { finalCapture: false } })

    const error = apiErrorOf(() => middleware.before?.({ event } as never))

    expect(englishProblems(error).map(problem => problem.path)).toEqual(['/finalCapture', '/idempotencyKey'])
  })

  test(`any bytes are taken or refused by name, never thrown at (seed ${SEED})`, () => {
    const text = fc.oneof(fc.json(), fc.string({ unit: 'binary' }), fc.constantFrom('{"__proto__":null}', '[[]]'))

    fc.assert(
      fc.property(text, fc.boolean(), fc.constantFrom('authorize', 'capture', 'refund'), (body, base64, operation) => {
        try {
          parse({ body, base64 }, operation)
        } catch (error) {
          expect(error).toBeInstanceOf(ApiError)
        }
      }),
      seeded(200),
    )
  })
})

describe('the idempotency key', () => {
  const withHeader = (value: string, body: unknown = keyless) => ({ body, headers: { 'idempotency-key': value } })

  test.each([
    { header: 'key-1', key: 'key-1' },
    { header: '"key-1"', key: 'key-1' },
    { header: '  key-1  ', key: 'key-1' },
    { header: '"a\\"b"', key: 'a"b' },
    { header: '"a\\\\b"', key: 'a\\b' },
    { header: 'a"b', key: 'a"b' },
    { header: '"a"b"', key: 'a"b' },
    { header: '"a,b"', key: 'a,b' },
    { header: '"a\\",b"', key: 'a",b' },
    { header: '"a', key: '"a' },
    { header: 'key-1,key-1', key: 'key-1' },
    { header: 'key-1, "key-1" ,key-1', key: 'key-1' },
    { header: '"a,b","a,b"', key: 'a,b' },
    { header: '!~{}', key: '!~{}' },
    { header: 'x'.repeat(300), key: 'x'.repeat(300) },
    { header: `"${'x'.repeat(300)}"`, key: 'x'.repeat(300) },
  ])('the header $header means $key', ({ header, key }) => {
    expect(parse(withHeader(header)).key).toBe(key)
  })

  test.each([
    'key-1,key-2',
    '"key-1","key-2"',
    'key-1, key-1 ,KEY-1',
    'a,b',
    'key-1,',
    ',key-1',
    '"a","b',
    'k,'.repeat(8),
  ])('the header %s is 400 for being several', header => {
    expect(problemsOf(withHeader(header))).toEqual([{ path: 'Idempotency-Key', message: problemTexts.keysDiffer.en }])
    expect(problemsOf(withHeader(header, {}), 'capture')).toHaveLength(1)
    expect(problemsOf(withHeader(header, {}), 'refund')).toHaveLength(1)
  })

  test('a header that stands there twice, in other letters, is several too', () => {
    const event = httpEvent({
      route: 'POST /',
      body: keyless,
      headers: { 'idempotency-key': 'a', 'Idempotency-Key': 'b' },
    })

    expect(englishProblems(apiErrorOf(() => middlewares.authorize.before?.({ event } as never)))).toEqual([
      { path: 'Idempotency-Key', message: problemTexts.keysDiffer.en },
    ])
  })

  test('quotes without an end take no time that grows with the square of their number', () => {
    expect(problemsOf(withHeader('"a,'.repeat(5_000))).map(problem => problem.path)).toEqual(['Idempotency-Key'])
    expect(problemsOf(withHeader(`"${'\\'.repeat(15_000)}`)).map(problem => problem.path)).toEqual(['Idempotency-Key'])
  })

  test('the same key in both places is one key, bare or quoted', () => {
    expect(parse(withHeader('key-1', whole)).key).toBe('key-1')
    expect(parse(withHeader('"key-1"', whole)).key).toBe('key-1')
  })

  test.each(['key-2', 'KEY-1', '"key-2"'])('%s in the header and key-1 in the body is 400', header => {
    expect(problemsOf(withHeader(header, whole))).toEqual([
      { path: 'Idempotency-Key', message: 'differs from idempotencyKey in the body' },
    ])
  })

  test.each(['', '""', 'a b', '키', 'x'.repeat(301), '"a b"'])('%p in the header is 400, once', header => {
    expect(problemsOf(withHeader(header)).map(problem => problem.path)).toEqual(['Idempotency-Key'])
  })

  test.each(['', 'a b', '키', 'x'.repeat(301), 5, null, {}])('%p in the body is 400, once', idempotencyKey => {
    expect(problemsOf({ body: { ...keyless, idempotencyKey } }).map(problem => problem.path)).toEqual([
      '/idempotencyKey',
    ])
  })

  test('it is required for an authorization', () => {
    expect(problemsOf({ body: keyless })).toEqual([
      { path: '/idempotencyKey', message: expect.stringContaining('is required') },
    ])
  })

  test('it is required for a refund with an amount and a capture with finalCapture: false, and not without', () => {
    expect(problemsOf({ body: { amount: 5 } }, 'refund').map(problem => problem.path)).toEqual(['/idempotencyKey'])
    expect(problemsOf({ body: { finalCapture: false } }, 'capture').map(problem => problem.path)).toEqual([
      '/idempotencyKey',
    ])
    expect(parse({ body: {} }, 'refund').key).toBeUndefined()
    expect(parse({ body: { finalCapture: true } }, 'capture').key).toBeUndefined()
    expect(parse({ body: { amount: 5 }, headers: { 'idempotency-key': 'k' } }, 'refund').key).toBe('k')
  })
})

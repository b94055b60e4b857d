import { describe, expect, test } from '@jest/globals'
import { ask, curlOf, errorOf, paymentOf, prettyJson } from './answer.ts'
import { answerOf, paymentOf as samplePayment } from './sample-answers.ts'

const request = { method: 'POST' as const, path: '/payments/authorize', headers: { a: 'b' }, body: '{"x":1}' }

describe('ask', () => {
  test('keeps the body byte for byte and reads the headers that matter', async () => {
    const sent: unknown[] = []
    const answer = await ask(
      {
        nowMs: () => 0,
        fetch: async (url, init) => {
          sent.push([url, init.method, init.headers, init.body])
          return new Response('{ "code":"X" }', {
            status: 409,
            headers: { 'retry-after': '2', 'x-request-id': 'req_9', 'idempotent-replayed': 'true' },
          })
        },
      },
      request,
    )
    expect(sent).toEqual([['/payments/authorize', 'POST', { a: 'b' }, '{"x":1}']])
    expect(answer).toEqual({
      request,
      statusCode: 409,
      bodyText: '{ "code":"X" }',
      requestId: 'req_9',
      replayed: true,
      retryAfterMs: 2_000,
      receivedAt: '1970-01-01T00:00:00.000Z',
    })
  })
})

describe('reading an answer', () => {
  test('a payment is read from a success only', () => {
    expect(paymentOf(answerOf(201, samplePayment('AUTHORIZED')))).toMatchObject({ status: 'AUTHORIZED' })
    expect(paymentOf(answerOf(409, samplePayment('AUTHORIZED')))).toBeUndefined()
    expect(paymentOf(answerOf(200, '<!doctype html>'))).toBeUndefined()
  })

  test('an error is one of the API’s only with a code; details are always an object', () => {
    expect(errorOf(answerOf(500, { code: 'INTERNAL_ERROR' }))).toMatchObject({ code: 'INTERNAL_ERROR', details: {} })
    expect(errorOf(answerOf(502, ''))).toBeUndefined()
    expect(errorOf(answerOf(200, { code: 'X' }))).toBeUndefined()
  })

  test('JSON is indented, anything else is left alone', () => {
    expect(prettyJson('{"a":1}')).toBe('{\n  "a": 1\n}')
    expect(prettyJson('no json')).toBe('no json')
  })
})

describe('curlOf', () => {
  test('quotes for a POSIX shell', () => {
    expect(curlOf({ ...request, body: `{"name":"it's"}` }, 'http://127.0.0.1:5173')).toBe(
      [
        `curl -i -X POST 'http://127.0.0.1:5173/payments/authorize' \\`,
        `  -H 'a: b' \\`,
        `  -d '{"name":"it'\\''s"}'`,
      ].join('\n'),
    )
  })
})

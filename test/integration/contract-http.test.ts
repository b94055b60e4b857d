/** The contract over HTTP, below bodies: methods, paths, queries, repeated headers, encodings, foreign cookies. As behind API Gateway. */
import { connect } from 'node:net'
import { describe, expect, jest, test } from '@jest/globals'
import {
  expectAnyError,
  expectDetail,
  expectError,
  expectList,
  expectMutation,
  problemPaths,
} from '../support/contract.ts'
import { PaymentApi, type Reply } from '../support/http.ts'
import { authorizeBody, authorized, captured, newKey, newMerchant } from '../support/payments.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(60_000)

const api = new PaymentApi(systemUnderTest().apiUrl)
const NO_SUCH_PAYMENT = 'pay_01HZZZZZZZZZZZZZZZZZZZZZZZ'
const JSON_TYPE = { 'content-type': 'application/json' }

const countOf = async (merchantId: string): Promise<number> =>
  expectList(await api.get(`/payments?merchantId=${encodeURIComponent(merchantId)}`)).items.length

/** Every mutation, of a payment that it may change. */
const mutations = async (): Promise<
  Array<(body: unknown, headers?: Record<string, string | string[]>) => Promise<Reply>>
> => {
  const held = await authorized(api)
  const paid = await captured(api)
  return [
    (body, headers) =>
      api.authorize(
        typeof body === 'object' && !Buffer.isBuffer(body)
          ? { ...authorizeBody({ idempotencyKey: undefined }), ...body }
          : body,
        headers,
      ),
    (body, headers) => api.capture(held.paymentId, body, headers),
    (body, headers) => api.refund(paid.paymentId, body, headers),
  ]
}

describe('Idempotency-Key headers', () => {
  test.each([
    ['two lines', ['key-1', 'key-2']],
    ['one line, as API Gateway joins them', 'key-1,key-2'],
    ['quoted in two lines', ['"key-1"', '"key-2"']],
    ['quoted in one line', '"key-1", "key-2"'],
    ['in letters of another case', ['key-1', 'KEY-1']],
    ['one empty', ['', 'key-1']],
    ['a comma that may be either', 'a,b'],
  ])('that differ are a 400 on every mutation, and nothing is done: %s', async (_, value) => {
    for (const mutate of await mutations()) {
      const reply = await mutate({}, { 'idempotency-key': value })
      expect(problemPaths(reply)).toEqual(['Idempotency-Key'])
    }
  })

  test('that are equal are one key, however they come', async () => {
    const body = authorizeBody({ idempotencyKey: undefined })
    const key = newKey()
    const first = await api.authorize(body, { 'idempotency-key': [key, `"${key}"`] })
    expectMutation(first, 201)
    for (const value of [`${key},${key}`, key, [key, key, key]]) {
      const again = await api.authorize(body, { 'idempotency-key': value })
      expect([again.replayed, again.text]).toEqual([true, first.text])
    }
    expect(await countOf(body.merchantId)).toBe(1)
  })

  test('a key that holds a comma is one in quotes, and in the body', async () => {
    const body = authorizeBody({ idempotencyKey: `${newKey()},x` })
    const first = expectMutation(await api.authorize(body), 201)
    const { idempotencyKey, ...keyless } = body
    const again = await api.authorize(keyless, { 'idempotency-key': `"${idempotencyKey}"` })
    expect([again.replayed, again.json.paymentId]).toEqual([true, first.paymentId])
  })
})

describe('the bytes of a body', () => {
  // 변심 and 지연: both would be four times U+FFFD, and so one request.
  const reasons = [Buffer.from([0xba, 0xaf, 0xbd, 0xc9]), Buffer.from([0xc1, 0xf6, 0xbf, 0xac])]
  const refund = (reason: Buffer) => Buffer.concat([Buffer.from('{"reason":"'), reason, Buffer.from('"}')])

  test('that are EUC-KR are a 400, on every mutation, and use no key up', async () => {
    const { paymentId } = await captured(api)
    const key = { 'idempotency-key': newKey() }
    for (const reason of reasons) expect(problemPaths(await api.refund(paymentId, refund(reason), key))).toEqual([''])
    for (const mutate of await mutations()) expect(problemPaths(await mutate(refund(reasons[0]!), key))).toEqual([''])
    expectMutation(await api.refund(paymentId, { reason: '변심' }, key), 200)
  })

  test('an escaped U+FFFD is kept as it is', async () => {
    const { paymentId } = await captured(api)
    expectMutation(await api.refund(paymentId, '{"reason":"\\ufffd"}'), 200)
    expect((await api.operations(paymentId)).json.operations.at(-1).reason).toBe('\ufffd')
  })

  test('half a character in a reason is a 400 without a key too: the database could not keep it', async () => {
    const { paymentId } = await captured(api)
    expect(problemPaths(await api.refund(paymentId, '{"reason":"\\ud800"}'))).toEqual(['/reason'])
  })

  test.each([
    { 'content-type': 'application/json; charset=euc-kr' },
    { 'content-type': 'application/json; charset=utf-16' },
    { ...JSON_TYPE, 'content-encoding': 'gzip' },
    { ...JSON_TYPE, 'content-encoding': 'br' },
    { 'content-type': ['application/json', 'text/plain'] },
    { 'content-type': ';;;' },
    { 'content-type': '' },
    { 'content-type': 'multipart/form-data' },
    { 'content-type': 'application/octet-stream' },
  ])('%j is a 415 on every mutation', async headers => {
    for (const mutate of await mutations()) expectError(await mutate({}, headers), 415, 'UNSUPPORTED_MEDIA_TYPE')
  })

  test.each(['null', '""', '0', 'false', '[]'])(
    'the text %s is a body that is wrong, not one that is absent',
    async text => {
      for (const mutate of await mutations()) expect(problemPaths(await mutate(text))).toContain('')
    },
  )
})

describe('JSON that JavaScript would read as something else', () => {
  const authorizeText = (amount: string) =>
    JSON.stringify({ ...authorizeBody(), amount: 1 }).replace('"amount":1', `"amount":${amount}`)

  test.each(['0.99999999999999999999', '999999999999.00001', '1e400'])('the amount %s is a 400', async amount => {
    expect(new Set(problemPaths(await api.authorize(authorizeText(amount))))).toEqual(new Set(['/amount']))
  })

  test.each(['1,"amount":1000', '1000,"\\u0061mount":1000'])(
    'amount %s, twice, is a 400 on every mutation',
    async amounts => {
      const text = `{"amount":${amounts}}`
      for (const mutate of await mutations())
        expect(problemPaths(await mutate(text, { 'idempotency-key': newKey() }))).toContain('/amount')
      expect(problemPaths(await api.authorize(authorizeText(amounts)))).toEqual(['/amount'])
    },
  )

  test.each(['1e3', '1000.0'])('the amount %s is 1000', async amount => {
    expect(expectMutation(await api.authorize(authorizeText(amount)), 201).amount).toBe(1000)
  })
})

describe('methods', () => {
  test.each(['/payments', '/health/live', `/payments/${NO_SUCH_PAYMENT}`, '/docs', '/openapi.json', '/nothing'])(
    'HEAD %s is a 404, as of every method that the route does not have',
    async path => {
      const reply = await api.send({ method: 'HEAD', path })
      expect([reply.status, reply.text]).toEqual([404, ''])
    },
  )

  test.each(['/payments', '/payments/authorize', '/health/live', '/nothing'])(
    'OPTIONS %s is a 404 in our shape, and no site is allowed in',
    async path => {
      const headers = { origin: 'http://elsewhere.example', 'access-control-request-method': 'POST' }
      for (const reply of [
        await api.send({ method: 'OPTIONS', path }),
        await api.send({ method: 'OPTIONS', path, headers }),
      ]) {
        expectError(reply, 404, 'NOT_FOUND')
        expect(Object.keys(reply.headers).filter(name => name.startsWith('access-control-'))).toEqual([])
      }
    },
  )

  test('no answer lets another site read it', async () => {
    const reply = await api.get('/payments?limit=1', { origin: 'http://elsewhere.example' })
    expectList(reply)
    expect(Object.keys(reply.headers).filter(name => name.startsWith('access-control-'))).toEqual([])
  })

  test.each(['PUT', 'PATCH', 'DELETE', 'TRACE'])('%s is a 404', async method => {
    expectError(await api.send({ method, path: '/payments' }), 404, 'NOT_FOUND')
  })
})

describe('paths', () => {
  test('with one more slash create nothing', async () => {
    const body = authorizeBody()
    const paths = ['/payments/authorize/', '//payments/authorize', '/payments//authorize', '/payments/authorize//']
    for (const path of paths) expectError(await api.post(path, body), 404, 'NOT_FOUND')
    expect(await countOf(body.merchantId)).toBe(0)
  })

  test.each([
    '/payments/',
    '/health/live/',
    '/docs/',
    '/PAYMENTS',
    '/Health/live',
    '/payments/%ZZ',
    '/%',
    '/payments/%FF',
  ])('%s is a 404 in our shape', async path => {
    expectError(await api.get(path), 404, 'NOT_FOUND')
    expectError(await api.get(`${path}?a=/`), 404, 'NOT_FOUND')
  })

  test('an id is compared decoded; what is no id is a 404', async () => {
    const { paymentId } = await authorized(api)
    expect(expectDetail(await api.payment(paymentId.replace('_', '%5F'))).paymentId).toBe(paymentId)
    for (const wrong of [
      `${paymentId}%2F`,
      `${paymentId}%00`,
      paymentId.toLowerCase(),
      `${paymentId}%20`,
      `${paymentId}/`,
    ])
      expectError(await api.payment(wrong), 404, 'NOT_FOUND')
    expectError(await api.capture(`${paymentId}/`), 404, 'NOT_FOUND')
    expect(expectDetail(await api.payment(paymentId)).status).toBe('AUTHORIZED')
  })
})

describe('the query of a list', () => {
  test.each([
    ['merchantId=a&merchantId=b', ['/merchantId']],
    ['merchantId=a&merchantId=a', ['/merchantId']],
    ['limit=1&limit=2', ['/limit']],
    ['status=COMPLETED&status=REFUNDED', ['/status']],
    ['limit=0x10', ['/limit']],
    ['limit=1e1', ['/limit']],
    ['limit=+5', ['/limit']],
    ['limit=%2B5', ['/limit']],
    ['limit=%205', ['/limit']],
    ['limit=05', ['/limit']],
    ['limit=5.0', ['/limit']],
    ['limit=', ['/limit']],
    ['merchantId=', ['/merchantId']],
    ['status=', ['/status']],
    ['cursor=', ['/cursor']],
    ['x', ['/x']],
    ['Limit=5', ['/Limit']],
    ['merchantid=a', ['/merchantid']],
    ['merchantId[]=a', ['/merchantId[]']],
  ])('?%s is a 400 that names the parameter', async (query, paths) => {
    expect(problemPaths(await api.get(`/payments?${query}`))).toEqual(paths)
  })

  test('a comma belongs to the merchant', async () => {
    const merchantId = `${newMerchant()},b`.slice(-32)
    await authorized(api, { merchantId })
    expect(await countOf(merchantId)).toBe(1)
    expect(expectList(await api.get(`/payments?merchantId=${merchantId}&`)).items).toHaveLength(1)
  })
})

describe('problems in Korean', () => {
  test('are Korean, in every route that has any', async () => {
    const ko = { 'accept-language': 'ko-KR,ko;q=0.9,en;q=0.8' }
    const replies = [
      await api.get('/payments?limit=0&limit=0&status=PAID&cursor=x&y=1', ko),
      await api.get('/payments?cursor=x', ko),
      ...(await Promise.all(
        (
          await mutations()
        ).flatMap(mutate =>
          ['{', '[]', '{"amount":1.00000000000000001,"amount":0,"merchantId":"","x":1}'].map(body =>
            mutate(body, { ...ko, 'idempotency-key': ['a', 'b'] }),
          ),
        ),
      )),
    ]
    for (const reply of replies) {
      const { details } = expectError(reply, 400, 'VALIDATION_FAILED')
      for (const { message } of details.problems as Array<{ message: string }>) expect(message).toMatch(/[가-힣]/)
    }
  })
})

describe('a currency that has left ISO 4217', () => {
  test('is not authorized any more, and uses no key up', async () => {
    const body = authorizeBody({ currency: 'BGN' })
    for (const attempt of [1, 2])
      expect([attempt, problemPaths(await api.authorize(body))]).toEqual([attempt, ['/currency']])
    expect(await countOf(body.merchantId)).toBe(0)
    expectMutation(await api.authorize({ ...body, currency: 'EUR' }), 201)
  })
})

describe('what other programs on this machine leave in a browser', () => {
  test.each(['g_state={"i_l":0}', 'a=b; a=c', '=', ';;', 'x="unclosed', '\u00e9=\u00ff'])(
    'the cookie %s is ignored',
    async cookie => {
      const body = authorizeBody()
      expectMutation(await api.authorize(body, { cookie }), 201)
      expectList(await api.get(`/payments?merchantId=${body.merchantId}`, { cookie }))
      expectError(await api.get('/nothing', { cookie }), 404, 'NOT_FOUND')
    },
  )
})

describe('headers that a server may act on before us', () => {
  test.each([
    { range: 'bytes=0-3' },
    { range: 'bytes=999999-' },
    { expect: 'something' },
    { 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' },
    { 'if-none-match': '*' },
    { 'x-http-method-override': 'DELETE' },
    { upgrade: 'h2c', connection: 'upgrade' },
    { host: 'a b[' },
    { host: '' },
    { 'accept-encoding': ';;q=x' },
    { authorization: 'Bearer x.y.z' },
    { 'sls-offline-authorizer-override': '{' },
  ] as Array<Record<string, string>>)('%j changes nothing', async headers => {
    const reply = await api.get('/health/live', headers)
    expect([reply.status, reply.json]).toEqual([200, { status: 'ok' }])
  })
})

describe('what is no request', () => {
  /** What comes back for these very bytes, until the server hangs up. */
  const rawReply = async (bytes: string): Promise<string> => {
    const { hostname, port } = new URL(api.url)
    const socket = connect(Number(port), hostname)
    socket.setTimeout(20_000, () => socket.destroy(new Error('no end')))
    socket.write(bytes)
    return Buffer.concat(await socket.toArray()).toString('latin1')
  }

  // docs/errors.md: these never become a request, so there is nobody to answer in our shape.
  test.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['no host', 'GET /health/live HTTP/1.1\r\n\r\n'],
    ['a header block of 20 KB', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['two lengths', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}'],
  ])('%s: an empty 400, and the connection is closed', async (_, bytes) => {
    const text = await rawReply(bytes)
    expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    // Nothing, or the one chunk that says so.
    expect(text.slice(text.indexOf('\r\n\r\n')).trim()).toMatch(/^0?$/)
  })

  test('a header block that is large, but fits, is read', async () => {
    expectAnyError(await api.get('/nothing', { 'x-large': 'x'.repeat(10_000) }))
  })
})

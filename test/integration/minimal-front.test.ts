/** What the benchmark's own front answers is what serverless-offline answers, in the same process, through the same handlers. */
import { randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { frontEnvironment } from '../../scripts/lab/bench/front/front-environment.ts'
import { writeHandlerEntries } from '../../scripts/local/handler-entries.ts'
import { anyFreePort } from '../../scripts/local/ports.ts'
import { type ExtraApi, startExtraApi } from '../support/extra-api.ts'
import { type Sent, send } from '../support/http.ts'
import { systemUnderTest } from '../support/system.ts'

let extra: ExtraApi
let offline: string
let front: string

beforeAll(async () => {
  const port = await anyFreePort(new Set())
  // As npm start gives them.
  const entries = writeHandlerEntries(join(dirname(systemUnderTest().logsFolder), 'front-handlers'))
  const env = { ...frontEnvironment(port), OFFLINE_LOCATION: entries }
  extra = await startExtraApi({ name: 'minimal-front', env })
  offline = extra.api.url
  front = `http://127.0.0.1:${port}`
})

afterAll(() => extra?.stop())

/** Of the connection, of the moment, or hapi's own beside the handler's: `vary` when it would compress an answer of this length. */
const unlike = new Set(['date', 'connection', 'keep-alive', 'accept-ranges', 'ratelimit', 'transfer-encoding', 'vary'])

async function answerFrom(origin: string, sent: Sent) {
  const answer = await send(origin, {
    ...sent,
    headers: { 'x-request-id': 'held-against-each-other', ...sent.headers },
  })
  const own = Object.entries(answer.headers).filter(([name]) => !unlike.has(name))
  return { status: answer.status, headers: Object.fromEntries(own), body: answer.text }
}

const purchase = (key: string, more: object = {}) =>
  JSON.stringify({ merchantId: 'front', amount: 12_000, currency: 'KRW', idempotencyKey: key, ...more })
const asJson = { 'content-type': 'application/json' }
const authorize = (body: string, headers: Record<string, string> = asJson): Sent => ({
  ...{ method: 'POST', path: '/payments/authorize', headers, body },
})

const requests: Record<string, Sent> = {
  'a route that is not there': { method: 'GET', path: '/no/such/route' },
  'a slash too many': { method: 'GET', path: '/payments/?merchantId=front' },
  'a HEAD': { method: 'HEAD', path: '/payments?merchantId=front' },
  'a DELETE': { method: 'DELETE', path: '/payments' },
  'an OPTIONS': { method: 'OPTIONS', path: '/payments', headers: { origin: 'http://example.test' } },
  'a path that cannot be decoded': { method: 'GET', path: '/payments/%zz' },
  'a payment that is not there': { method: 'GET', path: '/payments/pay_01JD0000000000000000000000' },
  'an encoded account': { method: 'GET', path: '/ledger/accounts/merchant_payable%3Afront-of-nobody' },
  'no query where one is needed': { method: 'GET', path: '/payments' },
  'a query twice': { method: 'GET', path: '/payments?merchantId=front&merchantId=other&limit=2' },
  'a query that is refused': { method: 'GET', path: '/payments?merchantId=front&limit=zero' },
  'a list of nobody': { method: 'GET', path: '/payments?merchantId=front-of-nobody&limit=5' },
  'no JSON': authorize('{"amount":'),
  'no body': { method: 'POST', path: '/payments/authorize', headers: asJson },
  'fields that are wrong': authorize(purchase('k', { amount: -1, currency: 'XXX' }), {
    ...asJson,
    'accept-language': 'ko',
  }),
  'another type': authorize(purchase('k'), { 'content-type': 'text/plain' }),
  'no type': authorize(purchase('k'), { 'content-type': '' }),
  'a compressed body': authorize(purchase('k'), { ...asJson, 'content-encoding': 'gzip' }),
  'a body that is too large': authorize(purchase('k', { orderId: 'x'.repeat(20_000) })),
  'letters beyond ASCII': authorize(purchase('k', { orderId: '주문' })),
  'a capture of nothing': {
    method: 'POST',
    path: '/payments/capture/pay_01JD0000000000000000000000',
    headers: { ...asJson, 'idempotency-key': '"quoted"' },
    body: '{}',
  },
  liveness: { method: 'GET', path: '/health/live' },
}

describe('the minimal front', () => {
  test.each(Object.entries(requests))('%s: answered as by serverless-offline', async (_name, request) => {
    const expected = await answerFrom(offline, request)

    expect(await answerFrom(front, request)).toEqual(expected)
  })

  test.each([
    ['serverless-offline', 'the front'],
    ['the front', 'serverless-offline'],
  ])('what was sold through %s is given again through %s, byte for byte', async first => {
    const [one, other] = first === 'the front' ? [front, offline] : [offline, front]
    const request = authorize(purchase(`front-${randomUUID()}`, { paymentMethod: 'tok_approve' }))

    const sold = await answerFrom(one, request)
    const again = await answerFrom(other, request)

    expect(sold.status).toBe(201)
    expect(again).toMatchObject({ status: 201, body: sold.body, headers: { 'idempotent-replayed': 'true' } })
    const { paymentId } = JSON.parse(sold.body)
    for (const origin of [one, other])
      expect((await send(origin, { path: `/payments/${paymentId}` })).json).toMatchObject({
        paymentId,
        status: 'AUTHORIZED',
      })
  })

  test('a request without an id gets one, a new one each time', async () => {
    const answers = await Promise.all([1, 2].map(() => send(front, { path: '/health/live' })))

    const ids = answers.map(({ headers }) => headers['x-request-id'])
    for (const id of ids) expect(id).toMatch(/\S/)
    expect(new Set(ids).size).toBe(2)
  })
})

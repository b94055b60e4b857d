/** The benchmark's own front: routes, events and answers. test/integration/minimal-front.test.ts holds it against serverless-offline. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import { parse } from 'yaml'
import { projectRoot } from '../../../local/paths.ts'
import type { FrontEvent } from './gateway-event.ts'
import { FRONT_TIMEOUT_MS, minimalFront } from './minimal-front.ts'
import { routeFinder, routesIn } from './routes.ts'

const serviceOf = (folder: string) => readFileSync(join(projectRoot, folder, 'serverless.yml'), 'utf8')
const find = routeFinder(routesIn(serviceOf('.')))

describe('the routes of serverless.yml', () => {
  test.each([
    ['POST', '/payments/authorize', 'POST /payments/authorize', null],
    ['POST', '/payments/capture/pay_1', 'POST /payments/capture/{paymentId}', { paymentId: 'pay_1' }],
    ['GET', '/payments/pay_1', 'GET /payments/{paymentId}', { paymentId: 'pay_1' }],
    ['HEAD', '/payments/pay_1', 'GET /payments/{paymentId}', { paymentId: 'pay_1' }],
    ['GET', '/payments', 'GET /payments', null],
    [
      'GET',
      '/ledger/accounts/merchant_payable%3Am',
      'GET /ledger/accounts/{account}',
      { account: 'merchant_payable:m' },
    ],
    ['GET', '/payments/', '$default', { default: 'payments/' }],
    ['GET', '/payments/%zz', '$default', { default: 'payments/%zz' }],
    ['DELETE', '/payments/pay_1', '$default', { default: 'payments/pay_1' }],
    ['GET', '/no/such/route', '$default', { default: 'no/such/route' }],
  ])('%s %s is %s', (method, path, routeKey, pathParameters) => {
    const found = find(method, path)

    expect(found?.route.routeKey).toBe(routeKey)
    expect(found?.pathParameters).toEqual(pathParameters)
  })

  test('a service without a route for the rest has none', () => {
    expect(routeFinder(routesIn(serviceOf('scripts/lab/empty-handler')))('GET', '/no/such/route')).toBeUndefined()
  })

  test.each(['.', 'scripts/lab/empty-handler'])('functions of %s have the time that the front gives them', folder => {
    expect(parse(serviceOf(folder)).provider.timeout * 1_000).toBe(FRONT_TIMEOUT_MS)
  })
})

type Answering = (event: FrontEvent, context: Context) => Promise<APIGatewayProxyStructuredResultV2>

const closers: (() => void)[] = []

afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A front whose every route is answered so. */
async function frontWith(handler: Answering): Promise<string> {
  const server = minimalFront({ find, handlerOf: async () => handler })
  server.listen(0, '127.0.0.1')
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('minimalFront', () => {
  test('makes the event of a request', async () => {
    const events: FrontEvent[] = []
    const origin = await frontWith(async event => {
      events.push(event)
      return { statusCode: 200 }
    })

    await fetch(`${origin}/payments/capture/pay_1?a=1&b=x%20y&a=2`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'key-1' },
      body: '{"amount":1}',
    })

    expect(events).toEqual([
      expect.objectContaining({
        version: '2.0',
        routeKey: 'POST /payments/capture/{paymentId}',
        rawPath: '/payments/capture/pay_1',
        rawQueryString: 'a=1&b=x+y&a=2',
        queryStringParameters: { a: '1,2', b: 'x y' },
        pathParameters: { paymentId: 'pay_1' },
        body: '{"amount":1}',
        isBase64Encoded: false,
      }),
    ])
    expect(events[0]!.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': '12',
      'idempotency-key': 'key-1',
    })
    expect(events[0]!.requestContext).toMatchObject({
      http: { method: 'POST', path: '/payments/capture/pay_1', sourceIp: '127.0.0.1' },
      time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
    })
  })

  test('sends what the handler answers: status, headers, body, also bytes', async () => {
    const body = Buffer.from([0, 1, 255]).toString('base64')
    const origin = await frontWith(async () => ({
      statusCode: 402,
      headers: { 'X-Request-Id': 'r-1', 'retry-after': 2 },
      ...{ body, isBase64Encoded: true },
    }))

    const answer = await fetch(`${origin}/payments`)

    expect(answer.status).toBe(402)
    expect(answer.headers.get('x-request-id')).toBe('r-1')
    expect(answer.headers.get('retry-after')).toBe('2')
    expect([...new Uint8Array(await answer.arrayBuffer())]).toEqual([0, 1, 255])
  })

  test('a handler that throws is a 500 without a stack, and the next request is served', async () => {
    let calls = 0
    const origin = await frontWith(async () => {
      if (++calls === 1) throw new Error('secret')
      return { statusCode: 200, body: 'fine' }
    })

    const broken = await fetch(`${origin}/payments`)

    expect([broken.status, await broken.json()]).toEqual([500, { message: 'Internal Server Error' }])
    expect(await (await fetch(`${origin}/payments`)).text()).toBe('fine')
  })

  test('a body that is too large is a 413 and reaches no handler', async () => {
    let calls = 0
    const origin = await frontWith(async () => {
      calls++
      return { statusCode: 200 }
    })
    const { hostname, port } = new URL(origin)
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {})
    const length = 11 * 1_024 * 1_024
    socket.write(`POST /payments/authorize HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n`)
    socket.write(Buffer.alloc(length))

    const [first] = await once(socket, 'data')
    socket.destroy()

    expect(String(first)).toMatch(/^HTTP\/1\.1 413 /)
    expect(calls).toBe(0)
  })

  test('says how much time is left', async () => {
    const left: number[] = []
    const origin = await frontWith(async (_event, context) => {
      left.push(context.getRemainingTimeInMillis())
      return { statusCode: 200 }
    })

    await fetch(`${origin}/payments`)

    expect(left[0]).toBeGreaterThan(0)
    expect(left[0]).toBeLessThanOrEqual(FRONT_TIMEOUT_MS)
  })
})

/** A client keeps to the rules of the API, and writes down what it was told. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { noRetries } from '../../client-answer.ts'
import { type Call, Client, type Memory } from './client.ts'

type Scripted = [statusCode: number, body: object] | 'cut'

let server: Server
let memory: Memory
let client: Client
/** What the API answers next, what it was asked, and with which bodies in which session. */
let script: Scripted[]
let asked: string[]
let sent: { body: unknown; cookie: string | undefined }[]

const session = { cookie: 'console_session=ops_1' }

beforeEach(async () => {
  script = []
  asked = []
  sent = []
  server = createServer(async (request, response) => {
    const body = (await request.toArray()).join('')
    sent.push({ body: body && JSON.parse(body), cookie: request.headers.cookie })
    asked.push(`${request.method} ${request.url}${keyOf(request)}`)
    const answer = script.shift() ?? [200, {}]
    if (answer === 'cut') return void response.destroy()
    response.writeHead(answer[0], { 'content-type': 'application/json', 'retry-after': '0' })
    response.end(JSON.stringify(answer[1]))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  memory = { told: [], inquiries: [], reads: [], unknownIds: new Set(), retries: noRetries() }
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  client = new Client({
    apiUrl,
    memory,
    sessions: new Map([['kim', session]]),
    deadlineMs: () => performance.now() + 10_000,
  })
})

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

const keyOf = ({ headers }: IncomingMessage): string =>
  headers['idempotency-key'] === undefined ? '' : ` ${headers['idempotency-key']}`

const capture: Call & { paymentId: string } = {
  ...{ who: 'client', kind: 'capture', merchantId: 'shop', paymentId: 'pay_1', key: 'k', request: {} },
  ...{ operator: null, refusal: null },
}
const refund: Call & { paymentId: string } = { ...capture, kind: 'refund', key: null }
const unknown: Scripted = [503, { code: 'OUTCOME_UNKNOWN', details: { operationId: 'op_1' } }]
const busy: Scripted = [409, { code: 'CAPTURE_CONFLICT', details: { reason: 'in_progress' } }]
const done: Scripted = [200, { paymentId: 'pay_1' }]
const operations = (state: string): Scripted => [200, { operations: [{ operationId: 'op_1', state }] }]

test('with a key it repeats until the answer is final, and notes what is unknown', async () => {
  script = ['cut', unknown, busy, done]
  expect(await client.keyed(capture)).toMatchObject({ statusCode: 200 })
  expect(asked).toEqual(Array(4).fill('POST /payments/capture/pay_1 k'))
  expect(memory.unknownIds).toEqual(new Set(['op_1']))
  expect(memory.told).toEqual([
    {
      ...{ ...capture, answer: { statusCode: 200, body: '{"paymentId":"pay_1"}' }, internalErrors: 0 },
      sentAtMs: expect.any(Number),
    },
  ])
})

describe('an operator', () => {
  const operator = { name: 'kim', reason: 'the tab was closed' }

  test('asks in the session of that name, and repeats the same request', async () => {
    script = ['cut', unknown, done]
    await client.keyed({ ...capture, key: 'console:1', operator, request: { amount: 5 } })
    expect(asked).toEqual(Array(3).fill('POST /operator/payments/pay_1/capture'))
    const body = { amount: 5, key: 'console:1', reason: 'the tab was closed' }
    expect(sent).toEqual(Array(3).fill({ body, ...session }))
    expect(memory.told).toMatchObject([{ key: 'console:1', operator, answer: { statusCode: 200 } }])
  })

  test('inquires until the answer is final', async () => {
    script = [
      [503, {}],
      [200, { operation: null }],
    ]
    await client.inquire({ who: 'client', paymentId: 'pay_1', key: 'console:2', operator })
    expect(asked).toEqual(Array(2).fill('POST /operator/payments/pay_1/inquire'))
    expect(sent[1]).toEqual({ body: { key: 'console:2', reason: 'the tab was closed' }, ...session })
    expect(memory.inquiries).toMatchObject([{ key: 'console:2', operator, answer: { body: '{"operation":null}' } }])
  })
})

test('without a key it repeats only what another operation was in the way of', async () => {
  script = [busy, done]
  expect(await client.keyless(refund)).toMatchObject({ statusCode: 200 })
  expect(asked).toEqual(Array(2).fill('POST /payments/refund/pay_1'))
})

test.each<[string, Scripted]>([
  ['is lost', 'cut'],
  ['is unknown', unknown],
])('without a key it reads the operations when the answer %s', async (_, answer) => {
  script = [answer, operations('PENDING'), operations('SUCCEEDED')]
  expect(await client.keyless(refund)).toBeNull()
  expect(asked).toEqual(['POST /payments/refund/pay_1', ...Array(2).fill('GET /payments/pay_1/operations')])
  expect(memory.told).toMatchObject([{ key: null, answer: null }])
  expect(memory.reads).toEqual([
    { paymentId: 'pay_1', operations: [{ operationId: 'op_1', state: 'PENDING' }] },
    { paymentId: 'pay_1', operations: [{ operationId: 'op_1', state: 'SUCCEEDED' }] },
  ])
})

test('a 500 is counted against the API', async () => {
  script = [[500, {}], done]
  await client.keyed(capture)
  expect(memory.told).toMatchObject([{ internalErrors: 1 }])
})

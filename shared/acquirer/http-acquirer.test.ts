/** The acquirer over HTTP, against a real server that misbehaves: every call ends, and only a clear answer is a verdict. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { acquirerOrder } from '../contracts/acquirer.ts'
import type { AcquirerOrder } from '../payments/ports.ts'
import { noTracer } from '../payments/traced.ts'
import { until } from '../runtime/until.ts'
import { Circuit } from './circuit.ts'
import { type CallReport, HttpAcquirer, type HttpAcquirerOptions } from './http-acquirer.ts'

const OPERATION_ID = 'op_01JZZZZZZZZZZZZZZZZZZZZZZZ'

const orderOf = (given: Partial<AcquirerOrder> = {}): AcquirerOrder => ({
  operationId: OPERATION_ID,
  kind: 'authorize',
  amountMinor: 10_000,
  currency: 'KRW',
  paymentMethod: 'tok_approve',
  authorizationId: null,
  finalCapture: null,
  ...given,
})

type Behavior = (request: IncomingMessage, response: ServerResponse, body: string) => void

const decisionOf = (given: object = {}) => ({
  operationId: OPERATION_ID,
  state: 'APPROVED',
  reason: null,
  decidedAt: '2026-01-02T03:04:05.006Z',
  ...given,
})

const answer =
  (statusCode: number, body: unknown): Behavior =>
  (_, response) =>
    void response.writeHead(statusCode).end(typeof body === 'string' ? body : JSON.stringify(body))
const approve = answer(200, decisionOf())
const cut: Behavior = request => void request.socket.destroy()
const silent: Behavior = () => {}

class Scene {
  readonly reports: CallReport[] = []
  readonly requests: (Pick<IncomingMessage, 'method' | 'url' | 'headers'> & { body: string })[] = []
  readonly sockets = new Set<Socket>()
  /** What the next requests meet; then `always`. */
  readonly next: Behavior[] = []
  always: Behavior = approve
  retries = 0
  connections = 0
  socketsMax = 0
  readonly server: Server
  acquirer!: HttpAcquirer

  constructor() {
    this.server = createServer(async (request, response) => {
      let body = ''
      for await (const part of request) body += part
      const { method, url, headers } = request
      this.requests.push({ method, url, headers, body })
      const behave = this.next.shift() ?? this.always
      behave(request, response, body)
    })
    this.server.on('connection', socket => {
      this.connections++
      this.sockets.add(socket)
      this.socketsMax = Math.max(this.socketsMax, this.sockets.size)
      socket.on('close', () => this.sockets.delete(socket))
    })
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  get outcomes(): string[] {
    return this.reports.map(({ outcome }) => outcome)
  }

  async listening(): Promise<this> {
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
    return this
  }

  ask(options: Partial<HttpAcquirerOptions> = {}): this {
    this.acquirer = new HttpAcquirer({
      url: this.origin,
      connectionsMax: 4,
      // A time-out that no healthy call meets; tests of time-outs set their own.
      timeoutMs: 30_000,
      circuit: new Circuit({ nowMs: () => performance.now(), onChange: () => {} }),
      nowMs: () => performance.now(),
      tracer: noTracer,
      onCalled: report => void this.reports.push(report),
      onRetried: () => void this.retries++,
      ...options,
    })
    return this
  }

  async close(): Promise<void> {
    this.acquirer.close()
    this.server.closeAllConnections()
    this.server.close()
    if (this.server.listening) await once(this.server, 'close')
  }
}

const scenes: Scene[] = []

async function sceneOf(options: Partial<HttpAcquirerOptions> = {}): Promise<Scene> {
  const scene = (await new Scene().listening()).ask(options)
  scenes.push(scene)
  return scene
}

afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene.close()
})

describe('what is asked', () => {
  test('is the order of the protocol, by the id of the operation', async () => {
    const scene = await sceneOf()
    const order = orderOf({ kind: 'capture', authorizationId: OPERATION_ID.replace('J', 'K'), finalCapture: true })

    await scene.acquirer.submit(order)
    await scene.acquirer.inquire(order)
    await scene.acquirer.cancel(order)

    expect(scene.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `PUT /operations/${OPERATION_ID}`,
      `GET /operations/${OPERATION_ID}`,
      `POST /operations/${OPERATION_ID}/cancel`,
    ])
    expect(acquirerOrder.parse(JSON.parse(scene.requests[0]!.body))).toEqual({
      kind: 'capture',
      amount: 10_000,
      currency: 'KRW',
      method: 'tok_approve',
      authorizationId: order.authorizationId,
      finalCapture: true,
    })
    expect(scene.requests.slice(1).map(({ body }) => body)).toEqual(['', ''])
    const { host } = new URL(scene.origin)
    const length = String(scene.requests[0]!.body.length)
    expect(scene.requests.map(({ headers }) => headers)).toEqual([
      { host, connection: 'keep-alive', 'content-type': 'application/json', 'content-length': length },
      { host, connection: 'keep-alive' },
      { host, connection: 'keep-alive', 'content-length': '0' },
    ])
  })

  test('stands below the path of its address', async () => {
    const scene = await sceneOf()
    scene.ask({ url: `${scene.origin}/acquirer/v1/` })

    await scene.acquirer.inquire(orderOf())

    expect(scene.requests[0]?.url).toBe(`/acquirer/v1/operations/${OPERATION_ID}`)
  })
})

describe('a clear answer', () => {
  const calls = ['submit', 'inquire', 'cancel'] as const

  test.each([
    { decision: decisionOf(), verdict: { kind: 'approved' } },
    {
      decision: decisionOf({ state: 'DECLINED', reason: 'lost_card' }),
      verdict: { kind: 'declined', reason: 'lost_card' },
    },
    { decision: decisionOf({ state: 'DECLINED' }), verdict: { kind: 'declined', reason: 'unspecified' } },
    {
      decision: decisionOf({ state: 'DECLINED', reason: 'x'.repeat(65) }),
      verdict: { kind: 'declined', reason: 'unspecified' },
    },
    { decision: decisionOf({ state: 'CANCELED' }), verdict: { kind: 'canceled' } },
    { decision: decisionOf({ isNew: 'a member of a later protocol' }), verdict: { kind: 'approved' } },
  ])('$decision.state is $verdict, whatever was asked', async ({ decision, verdict }) => {
    const scene = await sceneOf()
    scene.always = answer(200, decision)

    for (const call of calls) expect(await scene.acquirer[call](orderOf())).toEqual(verdict)
    expect(scene.outcomes).toEqual(calls.map(() => verdict.kind))
  })

  test('"not known" is one to an inquiry only', async () => {
    const scene = await sceneOf()
    scene.always = answer(404, {})

    expect(await scene.acquirer.inquire(orderOf())).toEqual({ kind: 'not_found' })
    expect(await scene.acquirer.submit(orderOf())).toEqual({ kind: 'unknown' })
    expect(await scene.acquirer.cancel(orderOf())).toEqual({ kind: 'unknown' })
    expect(scene.outcomes).toEqual(['not_found', 'unreadable', 'unreadable'])
  })

  test.each([400, 409])('%i says that the request is wrong: unknown, reported, not repeated', async statusCode => {
    const scene = await sceneOf()
    scene.always = answer(statusCode, 'another order')

    expect(await scene.acquirer.submit(orderOf())).toEqual({ kind: 'unknown' })

    expect(scene.reports).toMatchObject([
      { call: 'submit', operationId: OPERATION_ID, outcome: 'refused', detail: `${statusCode} another order` },
    ])
    expect(scene.requests).toHaveLength(1)
  })
})

describe('an answer that cannot be read is unknown, and not asked for again', () => {
  test.each([
    ['garbage', 'garbage'],
    ['nothing', ''],
    ['JSON of another kind', '[]'],
    ['a state that is not one', decisionOf({ state: 'MAYBE' })],
    ['a decision about another operation', decisionOf({ operationId: OPERATION_ID.replace('J', 'K') })],
    ['more than a decision can be', 'x'.repeat(1_000_000)],
  ])('%s', async (_, body) => {
    const scene = await sceneOf()
    scene.always = answer(200, body)

    expect(await scene.acquirer.submit(orderOf())).toEqual({ kind: 'unknown' })
    expect(scene.outcomes).toEqual(['unreadable'])
    expect(scene.requests).toHaveLength(1)
  })

  test.each([204, 301, 401, 429])('status %i', async statusCode => {
    const scene = await sceneOf()
    scene.always = answer(statusCode, '')

    expect(await scene.acquirer.submit(orderOf())).toEqual({ kind: 'unknown' })
    expect(scene.outcomes).toEqual(['unreadable'])
    expect(scene.requests).toHaveLength(1)
  })
})

describe('a time-out', () => {
  const cases: [string, Behavior][] = [
    ['no answer', silent],
    ['a body that does not begin', (_, response) => void response.writeHead(200).flushHeaders()],
    ['a body that does not end', (_, response) => void response.writeHead(200).write('{"operationId":')],
    ['a status line that does not end', request => void request.socket.write('HTTP/1.1 200')],
  ]

  test.each(cases)('of %s is unknown, and its connection is given up', async (_, behave) => {
    const scene = await sceneOf({ timeoutMs: 50, connectionsMax: 1 })
    scene.next.push(behave)

    expect(await scene.acquirer.submit(orderOf())).toEqual({ kind: 'unknown' })
    expect(scene.outcomes).toEqual(['timeout'])

    // On a busy machine the time may have been over before the request was there.
    scene.next.length = 0
    scene.ask({ connectionsMax: 1 })
    expect(await scene.acquirer.submit(orderOf())).toEqual({ kind: 'approved' })
    await until(() => scene.sockets.size === 1, { what: 'the connection that timed out to be closed', intervalMs: 5 })
  })

  test('bounds the wait for a connection, too', async () => {
    const scene = await sceneOf({ timeoutMs: 50, connectionsMax: 1 })
    scene.always = silent

    const verdicts = await Promise.all([scene.acquirer.submit(orderOf()), scene.acquirer.submit(orderOf())])

    expect(verdicts).toEqual([{ kind: 'unknown' }, { kind: 'unknown' }])
    expect(scene.outcomes).toEqual(['timeout', 'timeout'])
  })

  test('bounds all tries together', async () => {
    let nowMs = 0
    const scene = await sceneOf({ timeoutMs: 1_000, nowMs: () => nowMs })
    scene.always = (...given) => {
      nowMs += 800
      answer(500, '')(...given)
    }

    expect(await scene.acquirer.submit(orderOf())).toEqual({ kind: 'unknown' })

    expect(scene.outcomes).toEqual(['server_error'])
    expect(scene.requests).toHaveLength(1)
  })
})

describe('a failure that may pass', () => {
  const cases: [string, Behavior, string][] = [
    ['a connection cut before the answer', cut, 'connection'],
    [
      'a connection cut in the body',
      (request, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{"operationId":')
        setImmediate(() => request.socket.destroy())
      },
      'connection',
    ],
    ['what is not HTTP', request => void request.socket.end('garbage\r\n\r\n'), 'connection'],
    ['a 500', answer(500, 'planted'), 'server_error'],
    ['a 503', answer(503, 'planted'), 'server_error'],
  ]

  test.each(cases)('%s is tried again, with the same request', async (_, behave) => {
    const scene = await sceneOf()
    scene.next.push(behave, behave)

    expect(await scene.acquirer.submit(orderOf())).toEqual({ kind: 'approved' })

    expect(scene.retries).toBe(2)
    expect(scene.requests).toHaveLength(3)
    expect(new Set(scene.requests.map(request => JSON.stringify(request))).size).toBe(1)
    expect(scene.outcomes).toEqual(['approved'])
  })

  test.each(cases)('%s is tried twice again at most, and then unknown', async (_, behave, outcome) => {
    const scene = await sceneOf()
    scene.always = behave

    expect(await scene.acquirer.submit(orderOf())).toEqual({ kind: 'unknown' })

    expect(scene.requests).toHaveLength(3)
    expect(scene.outcomes).toEqual([outcome])
  })

  test('nobody listening is unknown', async () => {
    const scene = await sceneOf()
    scene.server.close()
    await once(scene.server, 'close')

    expect(await scene.acquirer.submit(orderOf())).toEqual({ kind: 'unknown' })
    expect(scene.outcomes).toEqual(['connection'])
    expect(scene.retries).toBe(2)
  })

  test('a kept connection that is closed just when it is used again costs no verdict', async () => {
    const scene = await sceneOf({ connectionsMax: 1 })
    await scene.acquirer.submit(orderOf())
    const [kept] = scene.sockets
    // The server has seen the request when it closes: to the client it looks as if the connection had been dead.
    scene.next.push(cut)

    expect(await scene.acquirer.submit(orderOf())).toEqual({ kind: 'approved' })

    expect(scene.sockets.has(kept!)).toBe(false)
    expect(scene.retries).toBe(1)
  })

  test('a connection that the server closed while it was idle costs no verdict', async () => {
    const scene = await sceneOf({ connectionsMax: 1 })
    await scene.acquirer.submit(orderOf())
    for (const socket of scene.sockets) socket.resetAndDestroy()

    expect(await scene.acquirer.submit(orderOf())).toEqual({ kind: 'approved' })
  })
})

describe('the pool', () => {
  test('never has more connections than it may, and keeps them', async () => {
    const scene = await sceneOf({ connectionsMax: 3 })
    const together = () => Promise.all(Array.from({ length: 20 }, () => scene.acquirer.submit(orderOf())))

    const first = await together()
    // Those that are not kept are closed by now.
    await new Promise(setImmediate)
    const verdicts = [...first, ...(await together())]

    expect(verdicts.filter(({ kind }) => kind === 'approved')).toHaveLength(40)
    expect(scene.socketsMax).toBe(3)
    expect(scene.connections).toBe(3)
  })
})

describe('the circuit', () => {
  const patient = { timeoutMs: 30_000, connectionsMax: 64 }
  const submitMany = (scene: Scene, count: number) =>
    Promise.all(Array.from({ length: count }, () => scene.acquirer.submit(orderOf())))

  test.each([
    ['a 500', answer(500, '')],
    ['a cut connection', cut],
    ['garbage', answer(200, 'garbage')],
  ] as [string, Behavior][])('is opened by %s, counts calls, not tries, and asks nobody then', async (_, behave) => {
    const scene = await sceneOf(patient)
    scene.always = behave
    await submitMany(scene, 24)
    expect(scene.acquirer.mayTry()).toBe(true)

    await submitMany(scene, 1)
    expect(scene.acquirer.mayTry()).toBe(false)
    const requestCount = scene.requests.length
    expect(await scene.acquirer.submit(orderOf())).toEqual({ kind: 'unknown' })

    expect(scene.outcomes.at(-1)).toBe('circuit_open')
    expect(scene.requests).toHaveLength(requestCount)
  })

  test('is opened by time-outs', async () => {
    const scene = await sceneOf({ ...patient, timeoutMs: 50 })
    scene.always = silent

    await submitMany(scene, 25)

    expect(scene.acquirer.mayTry()).toBe(false)
  })

  test.each([
    ['declines', answer(200, decisionOf({ state: 'DECLINED', reason: 'lost_card' }))],
    ['refusals of what we ask', answer(409, '')],
  ] as [string, Behavior][])('is not opened by %s', async (_, behave) => {
    const scene = await sceneOf(patient)
    scene.always = behave

    await submitMany(scene, 40)

    expect(scene.acquirer.mayTry()).toBe(true)
  })

  test('is not opened by "not known"', async () => {
    const scene = await sceneOf(patient)
    scene.always = answer(404, '')

    for (let count = 0; count < 40; count++) await scene.acquirer.inquire(orderOf())

    expect(scene.acquirer.mayTry()).toBe(true)
  })

  test('closes again when the acquirer is back', async () => {
    let nowMs = 0
    const circuit = new Circuit({ nowMs: () => nowMs, onChange: () => {} })
    const scene = await sceneOf({ ...patient, circuit })
    scene.always = answer(500, '')
    await submitMany(scene, 25)
    scene.always = approve

    nowMs += 2_000
    expect(scene.acquirer.mayTry()).toBe(true)
    expect(await submitMany(scene, 5)).toEqual(Array(5).fill({ kind: 'approved' }))

    expect(Array.from({ length: 10 }, () => scene.acquirer.mayTry())).not.toContain(false)
  })
})

describe('ping', () => {
  test('asks for the health, and uses no connection of the pool', async () => {
    const scene = await sceneOf({ connectionsMax: 1 })
    scene.next.push(silent, answer(200, {}))
    const waiting = scene.acquirer.submit(orderOf())
    await until(() => scene.requests.length === 1, { what: 'the request that waits', intervalMs: 5 })

    await scene.acquirer.ping()

    expect(scene.requests.at(-1)).toMatchObject({ method: 'GET', url: '/health' })
    for (const socket of scene.sockets) socket.destroy()
    await waiting
  })

  test('throws while the circuit is open, though the acquirer is well again', async () => {
    let nowMs = 0
    const scene = await sceneOf({ circuit: new Circuit({ nowMs: () => nowMs, onChange: () => {} }) })
    scene.always = answer(500, '')
    await Promise.all(Array.from({ length: 25 }, () => scene.acquirer.submit(orderOf())))
    scene.always = approve

    await expect(scene.acquirer.ping()).rejects.toThrow('the circuit is open')
    nowMs += 2_000
    await scene.acquirer.ping()
  })

  test.each([
    ['is not well', answer(503, {})],
    ['is cut off', cut],
  ] as [string, Behavior][])('throws when the acquirer %s', async (_, behave) => {
    const scene = await sceneOf()
    scene.always = behave

    await expect(scene.acquirer.ping()).rejects.toThrow()
    expect(scene.reports).toEqual([])
  })
})

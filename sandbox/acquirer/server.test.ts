/** The acquirer over real HTTP: the protocol, and what each test token does to a caller. */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type AcquirerOrderBody, acquirerDecision, journalPage } from '../../shared/contracts/acquirer.ts'
import { until } from '../../shared/runtime/until.ts'
import type { RunningService } from '../service/http-service.ts'
import { JOURNAL_FILE } from '../service/journal-file.ts'
import { Journal } from './journal.ts'
import { authorizeOrder, captureOrder, laterOrder, opOf } from './sample-orders.ts'
import { startAcquirer } from './server.ts'

/** Long enough to be asked about meanwhile, on a busy machine too. */
const SLOW_MS = 1_000
const ID = opOf(1)

let folder: string
let acquirer: RunningService
let lines: string[]
let isClosed: boolean
const sockets: Socket[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'acquirer-'))
  lines = []
  isClosed = false
  const options = { holdWindowMs: 1_000_000, lateMs: 0, slowMs: SLOW_MS, nowMs: Date.now }
  const log = (message: string) => void lines.push(message)
  acquirer = await startAcquirer({ ...options, journal: new Journal(folder), log }, 0, '127.0.0.1')
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await close()
  rmSync(folder, { recursive: true })
})

async function close(): Promise<void> {
  if (!isClosed) await acquirer.close()
  isClosed = true
}

interface Reply {
  status: number
  json: Record<string, unknown>
}

async function ask(method: string, path: string, body?: unknown): Promise<Reply> {
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
  const response = await fetch(`http://127.0.0.1:${acquirer.port}${path}`, { method, body: text })
  return { status: response.status, json: (await response.json()) as Record<string, unknown> }
}

const put = (id: string, order: AcquirerOrderBody) => ask('PUT', `/operations/${id}`, order)
const get = (id: string) => ask('GET', `/operations/${id}`)
const cancel = (id: string) => ask('POST', `/operations/${id}/cancel`)
const entries = async () => journalPage.parse((await ask('GET', '/journal')).json).entries

interface Exchange {
  /** All that came back so far. */
  text(): string
  isOpen(): boolean
  /** The caller goes away. */
  leave(): void
}

/** Sends requests at once on a connection of their own, and resolves when the acquirer has them. */
async function sendText(requests: string): Promise<Exchange> {
  const socket = connect(acquirer.port, '127.0.0.1').setEncoding('utf8')
  sockets.push(socket)
  let text = ''
  socket.on('data', chunk => {
    text += chunk
  })
  socket.on('error', () => {})
  await once(socket, 'connect')
  await new Promise(resolve => socket.write(requests, resolve))
  // Whoever comes later is served later.
  await ask('GET', '/health')
  return { text: () => text, isOpen: () => !socket.closed, leave: () => socket.destroy() }
}

const requestText = (method: string, path: string, body = '') =>
  `${method} ${path} HTTP/1.1\r\nhost: acquirer\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

const send = (id: string, order: AcquirerOrderBody, times = 1) =>
  sendText(requestText('PUT', `/operations/${id}`, JSON.stringify(order)).repeat(times))

describe('an order', () => {
  test('is decided, found again, and repeated byte for byte', async () => {
    const first = await put(ID, authorizeOrder())
    expect(first.status).toBe(200)
    expect(acquirerDecision.strict().parse(first.json)).toMatchObject({
      operationId: ID,
      state: 'APPROVED',
      reason: null,
    })
    expect(await put(ID, authorizeOrder())).toEqual(first)
    expect(await get(ID)).toEqual(first)
    expect(await entries()).toHaveLength(1)
  })

  test('with the id of another one is refused', async () => {
    await put(ID, authorizeOrder())
    expect(await put(ID, authorizeOrder({ amount: 1 }))).toMatchObject({
      status: 409,
      json: { error: 'different_order', message: expect.any(String) },
    })
  })

  test('that is declined is a decision', async () => {
    const declined = { state: 'DECLINED', reason: 'no_such_hold' }
    expect(await put(ID, captureOrder(opOf(2)))).toMatchObject({ status: 200, json: declined })
    expect(await entries()).toMatchObject([{ order: captureOrder(opOf(2)), ...declined }])
  })

  test('goes its whole way: held, captured, refunded', async () => {
    await put(ID, authorizeOrder())
    const states = [
      await put(opOf(2), captureOrder(ID, { amount: 9_000 })),
      await put(opOf(3), captureOrder(ID, { amount: 1 })),
      await put(opOf(4), laterOrder('refund', ID, { amount: 9_000 })),
      await put(opOf(5), laterOrder('refund', ID, { amount: 1 })),
      await put(opOf(6), laterOrder('void', ID)),
    ]
    expect(states.map(({ json }) => json.reason ?? json.state)).toEqual([
      'APPROVED',
      'hold_closed',
      'APPROVED',
      'amount_exceeds_captured',
      'APPROVED',
    ])
  })
})

describe('an inquiry', () => {
  test('about what never came is a 404, and writes nothing', async () => {
    expect(await get(ID)).toMatchObject({ status: 404, json: { error: 'unknown_operation' } })
    expect(await entries()).toEqual([])
  })
})

describe('a cancellation', () => {
  test('of what never came lasts: the order that comes later is canceled', async () => {
    const canceled = await cancel(ID)
    expect(canceled).toMatchObject({ status: 200, json: { state: 'CANCELED', reason: null } })
    expect(await put(ID, authorizeOrder())).toEqual(canceled)
    expect(await cancel(ID)).toEqual(canceled)
    expect(await entries()).toMatchObject([{ order: null, state: 'CANCELED' }])
  })

  test('of what was decided reports it', async () => {
    const decided = await put(ID, authorizeOrder())
    expect(await cancel(ID)).toEqual(decided)
    expect(await get(ID)).toEqual(decided)
  })
})

describe('the journal', () => {
  test('is read in pages', async () => {
    for (const number of [1, 2, 3]) await cancel(opOf(number))
    const first = (await ask('GET', '/journal?limit=2')).json
    expect(first).toMatchObject({ entries: [{ sequence: 1 }, { sequence: 2 }], next: 2 })
    expect((await ask('GET', `/journal?after=${first.next}`)).json).toMatchObject({
      entries: [{ sequence: 3 }],
      next: null,
    })
  })
})

describe('the clock', () => {
  test('goes forward, stands still when asked to, and never goes back', async () => {
    expect(await ask('PUT', '/clock', { offsetMs: 5 })).toEqual({ status: 200, json: { offsetMs: 5 } })
    expect((await ask('PUT', '/clock', { offsetMs: 5 })).status).toBe(200)
    expect(await ask('PUT', '/clock', { offsetMs: 4 })).toMatchObject({
      status: 409,
      json: { error: 'clock_goes_back' },
    })
    expect(await entries()).toMatchObject([{ type: 'clock', offsetMs: 5 }])
  })

  test('lets a hold expire', async () => {
    await put(ID, authorizeOrder())
    await ask('PUT', '/clock', { offsetMs: 1_000_000 })
    expect((await put(opOf(2), captureOrder(ID))).json).toMatchObject({ reason: 'hold_expired' })
  })
})

describe('what does not fit is refused', () => {
  const path = `/operations/${ID}`
  test.each<[string, string, string, unknown, number, string]>([
    ['an id of another shape', 'PUT', '/operations/op_1', authorizeOrder(), 400, 'operationId: must look like'],
    ['no JSON', 'PUT', path, '{', 400, 'body: is not valid JSON'],
    ['no body', 'PUT', path, undefined, 400, 'body: is not valid JSON'],
    ['a missing field', 'PUT', path, { ...authorizeOrder(), amount: undefined }, 400, 'amount: is required'],
    ['an unknown field', 'PUT', path, { ...authorizeOrder(), card: '4242' }, 400, 'card'],
    ['an amount of nothing', 'PUT', path, authorizeOrder({ amount: 0 }), 400, 'amount: must be at least 1'],
    ['a currency that is none', 'PUT', path, authorizeOrder({ currency: 'XXX' }), 400, 'currency: '],
    ['a card number', 'PUT', path, authorizeOrder({ method: '4242424242424242' }), 400, 'method: '],
    ['a capture of nothing', 'PUT', path, captureOrder(ID, { authorizationId: null }), 400, 'authorizationId: '],
    ['a body beyond 16 KiB', 'PUT', path, 'x'.repeat(16 * 1024 + 1), 413, 'at most 16384 bytes'],
    ['a clock in the past', 'PUT', '/clock', { offsetMs: -1 }, 400, 'offsetMs: '],
    ['a page of too many', 'GET', '/journal?limit=1001', undefined, 400, 'limit: '],
    ['a page of another kind', 'GET', '/journal?from=1', undefined, 400, 'from'],
    ['an unknown path', 'GET', '/operations', undefined, 404, 'there is no GET /operations'],
    ['a longer path', 'POST', `${path}/cancel/now`, undefined, 404, 'there is no POST'],
    ['another method', 'DELETE', path, undefined, 404, 'there is no DELETE'],
    ['a path that is a host', 'GET', '//health', undefined, 404, 'there is no GET'],
  ])('%s', async (_, method, at, body, status, words) => {
    const reply = await ask(method, at, body)
    expect(reply).toEqual({
      status,
      json: { error: expect.any(String), message: expect.stringContaining(words) },
    })
    expect(await entries()).toEqual([])
  })
})

describe('a token', () => {
  const order = (method: string) => authorizeOrder({ method })
  const isUnanswered = (exchange: Exchange) => exchange.isOpen() && exchange.text() === ''

  test.each([
    ['tok_decline', 'do_not_honor'],
    ['tok_insufficient_funds', 'insufficient_funds'],
    ['tok_lost_card', 'lost_card'],
    ['tok_nobody', 'unknown_payment_method'],
  ])('%s declines for %s', async (method, reason) => {
    expect(await put(ID, order(method))).toMatchObject({ status: 200, json: { state: 'DECLINED', reason } })
    expect(await entries()).toMatchObject([{ state: 'DECLINED', reason }])
  })

  test('tok_timeout_before is neither decided nor answered; a cancellation ends it', async () => {
    const exchange = await send(ID, order('tok_timeout_before'))
    expect((await get(ID)).status).toBe(404)
    expect(isUnanswered(exchange)).toBe(true)
    expect((await cancel(ID)).json).toMatchObject({ state: 'CANCELED' })
    expect((await put(ID, order('tok_timeout_before'))).json).toMatchObject({ state: 'CANCELED' })
  })

  test('tok_timeout_after is decided and not answered; a repeat gets the decision', async () => {
    const exchange = await send(ID, order('tok_timeout_after'))
    const found = await get(ID)
    expect(found.json).toMatchObject({ state: 'APPROVED' })
    expect(await put(ID, order('tok_timeout_after'))).toEqual(found)
    expect(isUnanswered(exchange)).toBe(true)
  })

  test('tok_drop_after is decided, and the connection is cut', async () => {
    const exchange = await send(ID, order('tok_drop_after'))
    await until(() => !exchange.isOpen(), { what: 'the cut' })
    expect(exchange.text()).toBe('')
    const found = await get(ID)
    expect(found.json).toMatchObject({ state: 'APPROVED' })
    expect(await put(ID, order('tok_drop_after'))).toEqual(found)
  })

  test('tok_garbage is decided, and answered with what is no JSON; a repeat gets the decision', async () => {
    const response = await fetch(`http://127.0.0.1:${acquirer.port}/operations/${ID}`, {
      method: 'PUT',
      body: JSON.stringify(order('tok_garbage')),
    })
    const text = await response.text()
    expect(response.status).toBe(200)
    expect(() => JSON.parse(text)).toThrow(SyntaxError)
    expect((await put(ID, order('tok_garbage'))).json).toMatchObject({ state: 'APPROVED' })
  })

  test('tok_garbage twice in one turn of the event loop is decided once: the second is a repeat', async () => {
    const exchange = await send(ID, order('tok_garbage'), 2)
    await until(() => exchange.text().match(/HTTP\/1\.1 200/g)?.length === 2, { what: 'two answers' })
    expect(exchange.text().match(/"APPROVED"/g)).toHaveLength(1)
    expect(await entries()).toHaveLength(1)
  })

  test('tok_error is a 500 each time, and nothing is decided', async () => {
    for (let time = 0; time < 2; time++)
      expect(await put(ID, order('tok_error'))).toMatchObject({ status: 500, json: { error: 'internal' } })
    expect((await get(ID)).status).toBe(404)
    expect(await entries()).toEqual([])
  })

  test('tok_slow is decided late, and answered', async () => {
    const exchange = await send(ID, order('tok_slow'))
    expect((await get(ID)).status).toBe(404)
    await until(() => exchange.text().includes('"APPROVED"'), { what: 'the slow answer' })
    expect((await get(ID)).json).toMatchObject({ state: 'APPROVED' })
  })

  test('tok_slow that is canceled in time stays canceled', async () => {
    const exchange = await send(ID, order('tok_slow'))
    await cancel(ID)
    await until(() => exchange.text().includes('"CANCELED"'), { what: 'the slow answer' })
  })

  test('tok_late arrives after somebody asked, and nobody is answered', async () => {
    const exchange = await send(ID, order('tok_late'))
    expect(await entries()).toEqual([])
    expect((await get(ID)).status).toBe(404)
    await until(async () => (await get(ID)).status === 200, { what: 'the late arrival' })
    expect(await entries()).toMatchObject([{ operationId: ID, state: 'APPROVED', order: order('tok_late') }])
    expect(isUnanswered(exchange)).toBe(true)
  })

  test('tok_late that is canceled before it arrives stays canceled', async () => {
    const exchange = await send(ID, order('tok_late'))
    const asking = requestText('GET', `/operations/${ID}`)
    const both = await sendText(`${asking}${requestText('POST', `/operations/${ID}/cancel`)}`)
    await until(() => both.text().includes('"CANCELED"'), { what: 'the cancellation' })
    expect(both.text()).toContain('"unknown_operation"')
    const canceled = await get(ID)
    // The arrival has come and gone when an order that arrives after it is there.
    await send(opOf(2), order('tok_late'))
    await until(async () => (await get(opOf(2))).status === 200, { what: 'a later arrival' })
    expect(canceled.json).toMatchObject({ state: 'CANCELED' })
    expect(await get(ID)).toEqual(canceled)
    expect(isUnanswered(exchange)).toBe(true)
  })

  test('tok_late with the id of another late order is refused', async () => {
    await send(ID, order('tok_late'))
    expect(await put(ID, { ...order('tok_late'), amount: 1 })).toMatchObject({ status: 409 })
  })

  test('of a capture lets the authorization pass, and fails the capture', async () => {
    const method = 'tok_capture_timeout_after'
    expect((await put(ID, order(method))).json).toMatchObject({ state: 'APPROVED' })
    const exchange = await send(opOf(2), captureOrder(ID, { method }))
    expect((await get(opOf(2))).json).toMatchObject({ state: 'APPROVED' })
    expect(isUnanswered(exchange)).toBe(true)
  })
})

describe('a journal that cannot be written', () => {
  test('is a 503 without a decision, of health too; reading goes on, and writing once it can', async () => {
    await put(ID, authorizeOrder())
    const other = new DatabaseSync(join(folder, JOURNAL_FILE))
    other.exec('BEGIN IMMEDIATE')
    const refused = { status: 503, json: { error: 'journal_unavailable', message: expect.any(String) } }
    expect(await put(opOf(2), authorizeOrder())).toEqual(refused)
    expect(await cancel(opOf(3))).toEqual(refused)
    expect(await ask('PUT', '/clock', { offsetMs: 1 })).toEqual(refused)
    expect(await ask('GET', '/health')).toEqual(refused)
    expect((await put(ID, authorizeOrder())).status).toBe(200)
    other.exec('ROLLBACK')
    other.close()
    expect((await get(opOf(2))).status).toBe(404)
    expect((await put(opOf(2), authorizeOrder())).status).toBe(200)
    expect(lines).toEqual(Array(4).fill('the journal cannot be written'))
  })
})

describe('when it closes', () => {
  test('it answers what is in flight, cuts what never gets an answer, and leaves one file', async () => {
    const slow = await send(ID, authorizeOrder({ method: 'tok_slow' }))
    const never = await send(opOf(2), authorizeOrder({ method: 'tok_timeout_before' }))
    await close()
    await until(() => !slow.isOpen() && !never.isOpen(), { what: 'the end of both connections' })
    expect(slow.text()).toContain('"APPROVED"')
    expect(never.text()).toBe('')
    const journal = new Journal(folder)
    expect(journal.find(ID)?.decision.state).toBe('APPROVED')
    expect(journal.find(opOf(2))).toBeUndefined()
    journal.close()
  })

  test('a caller that went away is forgotten', async () => {
    const exchange = await send(ID, authorizeOrder({ method: 'tok_timeout_after' }))
    exchange.leave()
    await close()
  })
})

/**
 * The demo panel on a running system, through the shop's port: what it says, and that everything that another site, another port of this
 * machine, a rebound name, a viewer or half a session could try gets nothing. Acts on parts are in test/e2e and test/full.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { createPanel } from '../../scripts/local/demo/create-panel.ts'
import { drawFlow } from '../../scripts/local/demo/flow.ts'
import { namedRunFile } from '../../scripts/local/run-file.ts'
import { SECRET_HEADER } from '../../shared/contracts/console.ts'
import type { DemoView } from '../../shared/contracts/demo-panel.ts'
import { until } from '../../shared/runtime/until.ts'
import { launchBrowser } from '../e2e/shop-driver.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { type Reply, send } from '../support/http.ts'
import { newOperatorKey, TestOperators } from '../support/operators.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(90_000)

const { apiUrl, shopUrl = '', databaseUrl } = systemUnderTest()
const PATH = '/operator/demo'
const REASON = 'to see what the panel refuses'

type Headers = Record<string, string>

let database: TestDatabase
let operators: TestOperators
const headers = {} as Record<'viewer' | 'operator', Headers>

beforeAll(async () => {
  database = openDatabase(databaseUrl)
  operators = new TestOperators(database, 'demo panel')
  await operators.add('viewer', 'operator')
  for (const role of ['viewer', 'operator'] as const) headers[role] = await operators.signIn(role, shopUrl)
})
afterAll(async () => {
  await operators?.remove()
  await database?.close()
})

const look = (given: Headers = headers.operator) => send(shopUrl, { path: PATH, headers: given })
const post = (path: string, body: object = {}, given: Headers = headers.operator) =>
  send(shopUrl, {
    ...{ method: 'POST', path: `${PATH}${path}`, headers: given },
    body: { key: newOperatorKey(), reason: REASON, ...body },
  })

/** Nobody is told more than a code, and nobody elsewhere may read it. */
function expectNothing(reply: Reply, status: number, code: string): void {
  expect([reply.status, reply.json.code]).toEqual([status, code])
  expect(reply.text).not.toMatch(/op[lsx]_|"parts"/)
  expect(Object.keys(reply.headers).filter(name => name.startsWith('access-control-'))).toEqual([])
}

const restarts = async () =>
  Object.fromEntries(((await look()).json as DemoView).parts.map(({ name, pid, restarts }) => [name, [pid, restarts]]))

describe('whoever is signed in', () => {
  test.each(['viewer', 'operator'] as const)('as %s sees the parts of this run, by its run file', async role => {
    const reply = await look(headers[role])
    expect([reply.status, reply.headers['cache-control']]).toEqual([200, 'no-store'])
    const view: DemoView = reply.json
    expect([view.operator, view.rememberedUntil]).toEqual([{ name: operators.nameOf(role), role }, null])
    const { processes } = namedRunFile(process.env.PAY_RUN_FILE!)
    expect(view.parts.map(({ name, pid, restarts }) => [name, pid, restarts])).toEqual(
      processes.map(({ name, pid, restarts }) => [name, pid ?? null, restarts]),
    )
    const api = view.parts.find(({ name }) => name === 'api')!
    expect(api).toMatchObject({ state: 'ready', acts: ['kill'] })
    expect(Date.parse(view.now) - Date.parse(api.startedAt!)).toBeGreaterThan(0)
  })

  test('keeps the request id', async () => {
    const reply = await look({ ...headers.viewer, 'x-request-id': 'demo-look-1' })
    expect(reply.headers['x-request-id']).toBe('demo-look-1')
  })
})

describe('nothing is told and nothing done', () => {
  const elsewhere: [string, Headers][] = [
    ['another origin', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:9', 'sec-fetch-site': 'same-site' }],
    ['another origin that says it is ours', { origin: 'http://127.0.0.1:9', 'sec-fetch-site': 'same-origin' }],
    ['the API’s origin at the shop’s address', { origin: apiUrl }],
  ]
  test.each(elsewhere)('for %s', async (_, given) => {
    const before = await restarts()
    expectNothing(await look({ ...headers.operator, ...given }), 403, 'FORBIDDEN')
    expectNothing(await post('/parts/bank/kill', {}, { ...headers.operator, ...given }), 403, 'FORBIDDEN')
    expect(await restarts()).toEqual(before)
  })

  test('for a rebound host name', async () => {
    const { port } = new URL(shopUrl)
    for (const host of [`evil.example:${port}`, `localhost:${port}`, '127.0.0.1', `127.0.0.1.:${port}`]) {
      const reply = await look({ ...headers.operator, host, origin: `http://${host}` })
      expect([host, reply.status]).toEqual([host, 403])
      expect(reply.text).not.toContain('mariadb')
    }
  })

  test('for the cookie alone, as programs on other ports are sent it; for half a session, and for a mixed one', async () => {
    const { [SECRET_HEADER]: second, cookie, ...fromPage } = headers.operator as Required<Headers>
    for (const given of [
      { ...fromPage, cookie: cookie! },
      { ...fromPage, [SECRET_HEADER]: second! },
      { ...fromPage, cookie: cookie!, [SECRET_HEADER]: headers.viewer[SECRET_HEADER]! },
      { ...fromPage, cookie: cookie!, [SECRET_HEADER]: `opx_${'9'.repeat(43)}` },
      { ...fromPage, cookie: `${cookie}; ${headers.viewer.cookie}`, [SECRET_HEADER]: second! },
    ]) {
      expectNothing(await look(given), 401, 'UNAUTHENTICATED')
      expectNothing(await post('/parts/bank/kill', {}, given), 401, 'UNAUTHENTICATED')
    }
  })

  test('for a viewer’s acts', async () => {
    const before = await restarts()
    for (const path of ['/parts/bank/kill', '/parts/bank/pause', '/traffic', '/traffic/stop', '/clock']) {
      const reply = await post(path, {}, headers.viewer)
      expectNothing(reply, 403, 'FORBIDDEN')
      expect(reply.json.details).toEqual({ reason: 'role', needed: 'operator' })
    }
    expect(await restarts()).toEqual(before)
    expect(await database.count('SELECT COUNT(*) FROM audit_log WHERE reason = ?', [REASON])).toBe(0)
  })

  test('for an act without an origin', async () => {
    const { origin: _, ...without } = headers.operator
    expectNothing(await post('/parts/bank/kill', {}, without), 403, 'FORBIDDEN')
    expect((await look(without)).status).toBe(200)
  })

  test.each([
    ['/parts/nobody/kill', {}, 404],
    ['/parts/..%2fbank/kill', {}, 404],
    ['/parts/api/stop', {}, 409],
    ['/parts/web/pause', {}, 409],
    ['/parts/bank/continue', {}, 409],
    ['/parts/bank/pause', { seconds: 61 }, 400],
    ['/parts/bank/kill', { key: 'mine' }, 400],
    ['/parts/bank/kill', { reason: '' }, 400],
    ['/traffic', { ratePerSecond: 51, lengthSeconds: 10 }, 400],
    ['/traffic', { ratePerSecond: 1, lengthSeconds: 301 }, 400],
    ['/clock', { advance: 'P41D' }, 400],
    ['/stop/kafka', {}, 404],
    ['/../../stop/kafka', {}, 404],
  ])('for %s with %j', async (path, body, status) => {
    const before = await restarts()
    expect((await post(path, body)).status).toBe(status)
    expect(await restarts()).toEqual(before)
  })

  // The starter's other socket asks nobody who they are.
  test('for what the control socket would do, however it is spelled on the wire', async () => {
    const before = await restarts()
    for (const target of ['/stop/kafka', '/operator/demo/../../stop/kafka', '//stop/kafka', 'http://x/stop/kafka']) {
      const socket = connect(Number(new URL(shopUrl).port), '127.0.0.1')
      socket.on('error', () => {})
      socket.write(
        `POST ${target} HTTP/1.1\r\nhost: ${new URL(shopUrl).host}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
      )
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 (403|404|405) /)
    }
    expect(await restarts()).toEqual(before)
  })
})

test('at the API’s own port there is no panel', async () => {
  const there = { ...headers.operator, origin: apiUrl }
  expect((await send(apiUrl, { path: PATH, headers: there })).status).toBe(404)
  const act = { method: 'POST', path: `${PATH}/parts/bank/kill`, headers: there, body: {} }
  expect((await send(apiUrl, act)).status).toBe(404)
})

test('in front of somebody else’s database there is no panel, and it says so', async () => {
  const before = process.env.DATABASE_URL
  process.env.DATABASE_URL = databaseUrl
  try {
    const { env } = namedRunFile(process.env.PAY_RUN_FILE!)
    const panel = createPanel({ env, parts: () => [], say: () => {} })
    const { host } = new URL(shopUrl)
    const answer = await panel.answer({ method: 'GET', target: PATH, headers: { ...headers.operator, host }, body: '' })
    expect(answer).toMatchObject({ status: 404, body: { details: { reason: 'not_our_database' } } })
  } finally {
    if (before === undefined) delete process.env.DATABASE_URL
    else process.env.DATABASE_URL = before
  }
})

test('a page of another port of this machine, in a browser that is signed in, does nothing', async () => {
  const other = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>other</title>')
  })
  await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
  const browser = await launchBrowser()
  try {
    const context = await browser.newContext()
    const [name, value] = headers.operator.cookie!.split('=')
    await context.addCookies([
      { name: name!, value: value!, domain: '127.0.0.1', path: '/operator', sameSite: 'Strict' },
    ])
    const page = await context.newPage()
    await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`)
    const before = await restarts()
    const statuses = await page.evaluate(tryActs, {
      url: `${shopUrl}${PATH}/parts/bank/kill`,
      body: JSON.stringify({ key: newOperatorKey(), reason: REASON }),
      secret: headers.operator[SECRET_HEADER]!,
    })
    // A preflight that is refused, and an answer that may not be read.
    expect(statuses).toEqual(['failed', 'opaque 0', 'failed'])
    expect(await restarts()).toEqual(before)
  } finally {
    await browser.close()
    other.close()
  }
})

/** In the page. */
async function tryActs({ url, body, secret }: { url: string; body: string; secret: string }): Promise<string[]> {
  const told = (init: RequestInit) =>
    fetch(url, { method: 'POST', credentials: 'include', body, ...init }).then(
      ({ type, status }) => `${type} ${status}`,
      () => 'failed',
    )
  return [
    await told({ headers: { 'content-type': 'application/json', 'x-console-secret': secret } }),
    await told({ mode: 'no-cors', headers: { 'content-type': 'text/plain' } }),
    await told({ headers: { 'content-type': 'text/plain' } }),
  ]
}

/** One of whose first ten payments some are declined, and some go on after the authorization. Of its own, so that its payments can be counted. */
function mixedSeed(): number {
  const isMixed = (seed: number) => {
    const flows = Array.from({ length: 10 }, (_, number) => drawFlow(seed, number))
    return (
      flows.some(({ paymentMethod }) => paymentMethod !== 'tok_approve') && flows.some(({ steps }) => steps.length > 0)
    )
  }
  for (let seed = Date.now() % 1_000_000; ; seed++) if (isMixed(seed)) return seed
}

test('a small traffic goes by the shop’s routes, counts its answers, ends by itself, and is in the audit log', async () => {
  const seed = mixedSeed()
  const reason = `a small traffic ${seed}`
  const begun = await post('/traffic', { ratePerSecond: 10, lengthSeconds: 4, seed, reason })
  expect([begun.status, begun.json.view?.traffic]).toEqual([200, expect.objectContaining({ isOn: true, seed })])
  expect((await post('/traffic', { ratePerSecond: 1, lengthSeconds: 1 })).json.details).toEqual({
    reason: 'traffic_is_on',
  })
  const { traffic } = await until(
    async () => {
      const view: DemoView = (await look()).json
      return view.traffic?.isOn === false && view.traffic.underWay === 0 ? view : undefined
    },
    { what: 'the end of the traffic', deadlineMs: 60_000 },
  )
  expect(traffic!.begun).toBeGreaterThanOrEqual(10)
  expect(traffic!.answers.map(({ answer }) => answer)).toEqual(expect.arrayContaining([200, 201, 402]))
  const payments = await database.count('SELECT COUNT(*) FROM payment WHERE order_id = ?', [`demo-${seed}`])
  expect(payments).toBe(traffic!.begun)
  const rows = await until(
    async () => {
      const found = await database.rows('SELECT actor, action, subject FROM audit_log WHERE reason = ?', [reason])
      return found.length > 0 ? found : undefined
    },
    { what: 'its entry of the audit log' },
  )
  expect(rows).toEqual([{ actor: operators.nameOf('operator'), action: 'demo.acted', subject: 'traffic' }])
})

// Nothing of a person's session is in what others of this machine may read.
test('no secret is in the arguments of a process', async () => {
  const ps = spawn('ps', ['axww', '-o', 'args'], { stdio: ['ignore', 'pipe', 'ignore'] })
  const [all] = await Promise.all([text(ps.stdout), once(ps, 'exit')])
  expect(all).not.toMatch(/op[sx]_[\w-]{43}/)
})

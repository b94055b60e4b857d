/**
 * Signing in to the console on a running system, through the API's port and through the shop's: what opens a session, and that everything
 * that another site, another port of this machine, a rebound name or an old link could try gets nothing.
 */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { SECRET_HEADER, SESSION_COOKIE } from '../../shared/contracts/console.ts'
import type { OperatorRole } from '../../shared/contracts/lists.ts'
import { configFrom } from '../../shared/runtime/config.ts'
import { until } from '../../shared/runtime/until.ts'
import { Ports } from '../../shared/runtime/wiring.ts'
import { authenticateSession, createLink, exchangeLink } from '../../shared/settlement/console-sessions.ts'
import { addOperator, disableOperator, rotateToken } from '../../shared/settlement/operators.ts'
import { launchBrowser } from '../e2e/shop-driver.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { inheritedEnv } from '../support/extra-api.ts'
import { type Reply, send } from '../support/http.ts'
import { ScratchDatabase } from '../support/scratch-stores.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

jest.setTimeout(90_000)

const { apiUrl, shopUrl = '', databaseUrl, logsFolder } = systemUnderTest()
const PATH = '/operator/session'
const NOBODYS_LINK = `opl_${'9'.repeat(43)}`

type Headers = Record<string, string>

const newProcess = (url: string) => new Ports(() => configFrom({ DATABASE_URL: url, LOG_LEVEL: 'silent' })).forBatches

let database: TestDatabase
let ports: ReturnType<typeof newProcess>
beforeAll(async () => {
  database = openDatabase(databaseUrl)
  ports = newProcess(databaseUrl)
  await removeOperators()
  for (const role of ['viewer', 'operator'] as const) await insertOperator(nameOf(role), role)
})
afterAll(async () => {
  await removeOperators()
  await ports?.database.close()
  await database?.close()
})

const nameOf = (role: OperatorRole) => `sign-in ${role}`
const idOf = (name: string) => `opr_${Buffer.from(name).toString('hex').toUpperCase().padStart(26, '0').slice(-26)}`

/** Straight into the table: other tests go by who is the first approver. */
const insertOperator = (name: string, role: OperatorRole) =>
  database.write('INSERT INTO operator (operator_id, name, role, token_hash, created_at) VALUES (?)', [
    [idOf(name), name, role, idOf(name).padEnd(64, 'x'), new Date()],
  ])

async function removeOperators(): Promise<void> {
  await database.write('DELETE FROM console_link')
  await database.write('DELETE FROM console_session')
  await database.write("DELETE FROM operator WHERE name LIKE 'sign-in %'")
}

async function linkFor(role: OperatorRole = 'operator'): Promise<string> {
  const made = await createLink(ports, { sandboxLogin: 'pay' }, nameOf(role))
  if (made.kind === 'refused') throw new Error(made.reason)
  return made.secret
}

const sessionCount = () => database.count('SELECT COUNT(*) FROM console_session WHERE ended_at IS NULL')

/** Whoever gets nothing is told no more than a code: no secret, no cookie, and no leave to read it from elsewhere. */
function expectNothing(reply: Reply, status: number, code: string): void {
  expect([reply.status, reply.json.code]).toEqual([status, code])
  expect(reply.text).not.toMatch(/op[lsx]_/)
  expect(reply.headers).not.toHaveProperty(['set-cookie'])
  expectNotReadable(reply)
}

function expectNotReadable({ headers }: Reply): void {
  expect(Object.keys(headers).filter(name => name.startsWith('access-control-'))).toEqual([])
}

const fromPageOf = (url: string): Headers => ({ origin: url, 'sec-fetch-site': 'same-origin' })
const exchangeNow = (url: string, secret: string, headers = fromPageOf(url)) =>
  send(url, { method: 'POST', path: PATH, headers, body: { secret } })
/** What other tests have tried wrongly counts, too: a 429 uses nothing up. */
const exchangeAt = (url: string, secret: string, headers = fromPageOf(url)) =>
  until(
    async () => {
      const reply = await exchangeNow(url, secret, headers)
      return reply.status === 429 ? undefined : reply
    },
    { what: 'an exchange that is allowed', deadlineMs: 60_000 },
  )

const bothPorts = [
  ['the API’s port', apiUrl],
  ['the shop’s port', shopUrl],
] as const

describe.each(bothPorts)('through %s', (_, url) => {
  const fromPage = fromPageOf(url)
  const exchange = (secret: string, headers?: Headers) => exchangeAt(url, secret, headers)
  const who = (headers: Headers) => send(url, { path: PATH, headers: { 'sec-fetch-site': 'same-origin', ...headers } })
  const signOut = (headers: Headers) =>
    send(url, { method: 'DELETE', path: PATH, headers: { ...fromPage, ...headers } })

  async function signIn(role: OperatorRole = 'operator'): Promise<{ cookie: string; [SECRET_HEADER]: string }> {
    const reply = await exchange(await linkFor(role))
    expect([reply.status, reply.text]).toEqual([201, expect.any(String)])
    const [cookie] = reply.headers['set-cookie']!
    return { cookie: cookie!.split(';')[0]!, [SECRET_HEADER]: reply.json.secret }
  }

  beforeEach(async () => {
    await database.write('DELETE FROM console_session')
  })

  test('a link opens a session, which says who it is, and ends when they sign out', async () => {
    const opened = await exchange(await linkFor())
    expect(opened.status).toBe(201)
    expect(opened.json).toMatchObject({ name: 'sign-in operator', role: 'operator' })
    expect(opened.headers['cache-control']).toBe('no-store')
    const [cookie, ...more] = opened.headers['set-cookie']!
    expect(more).toEqual([])
    const [pair, ...attributes] = cookie!.split('; ')
    expect(pair).toMatch(new RegExp(`^${SESSION_COOKIE}=ops_[\\w-]{43}$`))
    expect(attributes).toEqual(
      expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/operator', 'Max-Age=28800']),
    )
    expect(attributes.filter(one => one.startsWith('Domain'))).toEqual([])

    const headers = { cookie: pair!, [SECRET_HEADER]: opened.json.secret }
    const session = await who(headers)
    expect([session.status, session.json.name]).toEqual([200, 'sign-in operator'])
    expectNotReadable(session)

    const ended = await signOut(headers)
    expect(ended.status).toBe(200)
    expect(ended.headers['set-cookie']![0]).toContain('Max-Age=0')
    expectNothing(await who(headers), 401, 'UNAUTHENTICATED')
  })

  test('another origin gets nothing, reads too, and its link stays whole', async () => {
    const headers = await signIn()
    const secret = await linkFor()
    for (const elsewhere of [
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { origin: 'http://127.0.0.1:9', 'sec-fetch-site': 'same-site' },
      { origin: 'null', 'sec-fetch-site': 'cross-site' },
      { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
    ]) {
      expectNothing(await exchange(secret, elsewhere), 403, 'FORBIDDEN')
      expectNothing(await who({ ...headers, ...elsewhere }), 403, 'FORBIDDEN')
      expectNothing(await signOut({ ...headers, ...elsewhere }), 403, 'FORBIDDEN')
    }

    expect(await sessionCount()).toBe(1)
    expect((await exchange(secret)).status).toBe(201)
  })

  test('a preflight of another origin is answered with no leave', async () => {
    const preflight = {
      origin: 'http://127.0.0.1:9',
      'access-control-request-method': 'GET',
      'access-control-request-headers': SECRET_HEADER,
    }

    const reply = await send(url, { method: 'OPTIONS', path: PATH, headers: preflight })
    expectNotReadable(reply)
    expect(reply.headers).not.toHaveProperty(['set-cookie'])
  })

  test('another local port with the cookie gets nothing', async () => {
    const { cookie } = await signIn()

    expectNothing(await who({ cookie }), 401, 'UNAUTHENTICATED')
    expectNothing(await who({ cookie, 'sec-fetch-site': 'same-site' }), 403, 'FORBIDDEN')
    expectNothing(await signOut({ cookie }), 401, 'UNAUTHENTICATED')
    expect(await sessionCount()).toBe(1)
  })

  test('a rebound host name gets nothing', async () => {
    const headers = await signIn()
    const { port } = new URL(url)
    for (const host of [
      `evil.example:${port}`,
      'evil.example',
      `localhost:${port}`,
      '127.0.0.1',
      `127.0.0.1.:${port}`,
    ]) {
      const rebound = { host, origin: `http://${host}` }
      const reply = await who({ ...headers, ...rebound })
      // Vite refuses names that are not this machine's by itself.
      expect([host, reply.status]).toEqual([host, 403])
      expect(reply.text).not.toContain('sign-in')
      expect((await exchange(await linkFor(), rebound)).status).toBe(403)
    }
    expect(await sessionCount()).toBe(1)
  })

  test('a missing or wrong second secret gets nothing', async () => {
    const [headers, others] = [await signIn(), await signIn('viewer')]
    for (const secret of [others[SECRET_HEADER], `opx_${'9'.repeat(43)}`, headers[SECRET_HEADER].slice(0, -1), ''])
      expectNothing(await who({ ...headers, [SECRET_HEADER]: secret }), 401, 'UNAUTHENTICATED')
    expectNothing(await who({ [SECRET_HEADER]: headers[SECRET_HEADER] }), 401, 'UNAUTHENTICATED')
    expectNothing(await who({ ...headers, cookie: `${headers.cookie}; ${others.cookie}` }), 401, 'UNAUTHENTICATED')
    expectNothing(await who({}), 401, 'UNAUTHENTICATED')
  })

  test('a consumed link gets nothing, and of three exchanges at once one gets the session', async () => {
    const secret = await linkFor()
    const replies = await Promise.all(Array.from({ length: 3 }, () => exchange(secret)))

    expect(replies.map(({ status }) => status).sort()).toEqual([201, 401, 401])
    expectNothing(await exchange(secret), 401, 'UNAUTHENTICATED')
    expect(await sessionCount()).toBe(1)
  })

  test('a GET consumes no link', async () => {
    const secret = await linkFor()
    for (const path of [`${PATH}?secret=${secret}`, `/console?secret=${secret}`, PATH])
      await send(url, {
        path,
        headers: { ...fromPage, [SECRET_HEADER]: secret, cookie: `${SESSION_COOKIE}=${secret}` },
      })

    expect((await exchange(secret)).status).toBe(201)
  })

  test('an old link gets nothing', async () => {
    const secret = await linkFor()
    await database.write('UPDATE console_link SET expires_at = ?', [new Date(Date.now() - 1)])

    expectNothing(await exchange(secret), 401, 'UNAUTHENTICATED')
    expect(await sessionCount()).toBe(0)
  })

  test.each([
    ['idle for half an hour', 'used_at = ?', 30 * 60_000],
    ['eight hours old', 'expires_at = ?', 0],
    ['ended', 'ended_at = ?', 0],
  ])('a session that is %s gets nothing', async (_what, change, ageMs) => {
    const headers = await signIn()
    expect((await who(headers)).status).toBe(200)
    await database.write(`UPDATE console_session SET ${change}`, [new Date(Date.now() - ageMs)])

    expectNothing(await who(headers), 401, 'UNAUTHENTICATED')
  })

  test('a use is written once it is a minute old, and not before', async () => {
    const headers = await signIn()
    const ago = (ms: number) => database.write('UPDATE console_session SET used_at = ?', [new Date(Date.now() - ms)])
    const usedAgoMs = async () => {
      const [row] = await database.rows<{ used_at: Date }>('SELECT used_at FROM console_session')
      return Date.now() - row!.used_at.getTime()
    }

    await ago(30_000)
    await who(headers)
    expect(await usedAgoMs()).toBeGreaterThanOrEqual(30_000)
    await ago(61_000)
    await who(headers)
    expect(await usedAgoMs()).toBeLessThan(30_000)
  })

  test('an operator who is disabled is signed out with the next request', async () => {
    const headers = await signIn('viewer')
    expect((await who(headers)).status).toBe(200)
    await database.write('UPDATE operator SET disabled_at = ? WHERE name = ?', [new Date(), nameOf('viewer')])
    try {
      expectNothing(await who(headers), 401, 'UNAUTHENTICATED')
    } finally {
      await database.write('UPDATE operator SET disabled_at = NULL WHERE name = ?', [nameOf('viewer')])
    }
  })

  // serverless-offline makes an authorizer's claims of this header, and of any bearer token.
  test('claims that a caller makes up get nothing', async () => {
    const claims = { sub: 'kim', role: 'approver', 'custom:role': 'approver' }
    const token = ['{"alg":"none"}', JSON.stringify(claims), ''].map(part => Buffer.from(part).toString('base64url'))

    const madeUp: Headers[] = [
      { 'sls-offline-authorizer-override': JSON.stringify({ jwt: { claims } }) },
      { authorization: `Bearer ${token.join('.')}` },
    ]
    for (const headers of madeUp) expectNothing(await who(headers), 401, 'UNAUTHENTICATED')
  })
})

/** After the others: each has tried wrongly, and both ports are one address to the API. */
test.each(bothPorts)(
  'through %s: wrong links are 429 beyond ten, a right one too, and it works when tries are back',
  async (_, url) => {
    const { limited, secret } = await until(
      async () => {
        const wrong = await Promise.all(Array.from({ length: 12 }, () => exchangeNow(url, NOBODYS_LINK)))
        expect(wrong.map(({ status }) => status)).toContain(429)
        const secret = await linkFor()
        const limited = await exchangeNow(url, secret)
        // A try may have come back just now.
        return limited.status === 429 ? { limited, secret } : undefined
      },
      { what: 'a right link that is refused', deadlineMs: 30_000 },
    )

    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0)
    expect((await exchangeAt(url, secret)).status).toBe(201)
  },
)

describe('a page of another port of this machine, in a browser that is signed in', () => {
  test('is sent the cookie, and reads and does nothing with it', async () => {
    const received: string[] = []
    const other = createServer((request, response) => {
      if (request.url === '/operator/') received.push(request.headers.cookie ?? '')
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>other</title>')
    })
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
    const otherUrl = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
    const browser = await launchBrowser()
    try {
      const page = await browser.newPage()
      await page.goto(`${shopUrl}/health/live`)
      const opened = await page.evaluate(signInFromPage, { path: PATH, secret: await linkFor() })
      expect(opened.status).toBe(201)
      expect(opened.visible).toBe('')
      const headers = { [SECRET_HEADER]: opened.secret }
      expect(await page.evaluate(askFromPage, { url: PATH, method: 'GET', headers })).toBe(200)
      expect(await page.evaluate(askFromPage, { url: PATH, method: 'GET', headers: {} })).toBe(401)

      await page.goto(`${otherUrl}/operator/`)
      // Cookies know no ports: this is why the cookie alone may open nothing.
      expect(received).toEqual([expect.stringMatching(/^console_session=ops_/)])
      for (const url of [shopUrl, apiUrl].map(origin => `${origin}${PATH}`)) {
        expect(await page.evaluate(askFromPage, { url, method: 'GET', headers })).toBe('unreadable')
        expect(await page.evaluate(askFromPage, { url, method: 'GET', headers: {} })).toBe('unreadable')
        expect(await page.evaluate(askFromPage, { url, method: 'DELETE', headers })).toBe('unreadable')
      }

      await page.goto(`${shopUrl}/health/live`)
      expect(await page.evaluate(askFromPage, { url: PATH, method: 'GET', headers })).toBe(200)
      expect(await page.evaluate(askFromPage, { url: PATH, method: 'DELETE', headers })).toBe(200)
      expect(await page.evaluate(askFromPage, { url: PATH, method: 'GET', headers })).toBe(401)
    } finally {
      await browser.close()
      other.close()
    }
  })
})

interface FromPage {
  url: string
  method: string
  headers: Headers
}

/** Run by the browser. */
async function signInFromPage({ path, secret }: { path: string; secret: string }) {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ secret }) }
  const reply = await fetch(path, init)
  const page = globalThis as unknown as { document: { cookie: string } }
  return {
    status: reply.status,
    secret: ((await reply.json()) as { secret: string }).secret,
    visible: page.document.cookie,
  }
}

async function askFromPage({ url, method, headers }: FromPage): Promise<number | 'unreadable'> {
  try {
    return (await fetch(url, { method, headers, credentials: 'include' })).status
  } catch {
    return 'unreadable'
  }
}

describe('what a system writes down', () => {
  test('holds none of the secrets, whatever was asked with them', async () => {
    const secret = await linkFor()
    const headers = { origin: shopUrl, 'sec-fetch-site': 'same-origin' }
    const asked = { method: 'POST', path: PATH, headers, body: { secret } }
    const opened = await until(
      async () => {
        const reply = await send(shopUrl, asked)
        return reply.status === 201 ? reply : undefined
      },
      { what: 'an exchange that is allowed', deadlineMs: 60_000 },
    )
    const cookie = opened.headers['set-cookie']![0]!.split(';')[0]!
    const signedIn = { ...headers, cookie, [SECRET_HEADER]: opened.json.secret }
    await send(shopUrl, { path: `${PATH}?secret=${opened.json.secret}`, headers: signedIn })
    await send(shopUrl, { ...asked, body: `{"secret":"${secret}"` })
    await send(shopUrl, { method: 'DELETE', path: PATH, headers: signedIn })

    const { text: metrics } = await send(apiUrl, { path: '/metrics' })
    const files = readdirSync(logsFolder, { withFileTypes: true }).filter(file => file.isFile())
    const logs = files.map(({ name }) => readFileSync(join(logsFolder, name), 'utf8'))
    expect(logs.join('')).toContain('DELETE /operator/session')
    const secrets = [secret, cookie.split('=')[1]!, opened.json.secret].map(one => one.slice(4))
    for (const one of secrets) expect([...logs, metrics].filter(text => text.includes(one))).toEqual([])
  })
})

describe('npm run console-link', () => {
  const type = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['scripts/run.mjs', 'console-link', ...args], {
      cwd: repositoryFolder,
      env: inheritedEnv(),
    }).then(
      ({ stdout }) => ({ code: 0, stdout }),
      ({ code, stdout }) => ({ code, stdout }),
    )

  test('prints a link to the shop’s origin, which signs in once', async () => {
    const { code, stdout } = await type('--as', nameOf('viewer'))
    const [, origin, secret] = /^(\S+)\/console#(opl_\S+)$/m.exec(stdout) ?? []

    expect([code, origin]).toEqual([0, shopUrl])
    const reply = await send(shopUrl, {
      ...{ method: 'POST', path: PATH, body: { secret } },
      headers: { origin: shopUrl, 'sec-fetch-site': 'same-origin' },
    })
    expect([reply.status, reply.json.name]).toEqual([201, nameOf('viewer')])
  })

  test('says when there is no such operator', async () => {
    const { code, stdout } = await type('--as', 'nobody')

    expect([code, stdout]).toEqual([1, expect.stringContaining('there is no operator nobody')])
  })
})

describe('on a database of its own', () => {
  let scratch: ScratchDatabase
  let one: ReturnType<typeof newProcess>
  let other: ReturnType<typeof newProcess>
  let kim: { token: string }
  beforeAll(async () => {
    scratch = await ScratchDatabase.create(databaseUrl, 'console')
    one = newProcess(scratch.url)
    other = newProcess(scratch.url)
    const add = async (by: Parameters<typeof addOperator>[1], name: string, role: OperatorRole) =>
      (await addOperator(one, by, { name, role, reason: 'x' })) as { token: string }
    kim = { token: (await add({ databaseLogin: 'pay' }, 'kim', 'approver')).token }
    await add(kim, 'lee', 'viewer')
    await add(kim, 'moon', 'viewer')
  })
  afterAll(async () => {
    await one?.database.close()
    await other?.database.close()
    await scratch?.drop()
  })

  async function newLink(name: string): Promise<string> {
    const made = await createLink(one, { sandboxLogin: 'pay' }, name)
    if (made.kind === 'refused') throw new Error(made.reason)
    return made.secret
  }

  async function signIn(name: string) {
    const opened = await exchangeLink(one, await newLink(name), 'here')
    if (opened.kind !== 'signed_in') throw new Error(opened.kind)
    return opened
  }

  test('of exchanges in two processes at once exactly one gets the session, time and again', async () => {
    for (let round = 0; round < 10; round++) {
      const secret = await newLink('lee')
      const both = await Promise.all([exchangeLink(one, secret, 'one'), exchangeLink(other, secret, 'other')])
      expect(both.map(({ kind }) => kind).sort()).toEqual(['refused', 'signed_in'])
    }
    expect(await scratch.direct.count('SELECT COUNT(*) FROM console_session')).toBe(10)
    expect(await scratch.direct.count('SELECT COUNT(*) FROM console_link')).toBe(0)
  })

  test('the tables hold no secret', async () => {
    const secret = await newLink('lee')
    const { sessionSecret, requestSecret } = await signIn('lee')
    const rows = JSON.stringify([
      await scratch.direct.rows('SELECT * FROM console_link'),
      await scratch.direct.rows('SELECT * FROM console_session'),
      await scratch.direct.rows('SELECT * FROM audit_log'),
    ])

    for (const one of [secret, sessionSecret, requestSecret]) expect(rows).not.toContain(one.slice(4))
  })

  test.each([
    ['is disabled', 'lee', () => disableOperator(one, kim, { name: 'lee', reason: 'x' })],
    ['gets a new token', 'moon', () => rotateToken(one, kim, { name: 'moon', reason: 'x' })],
  ])('when an operator %s, every session and link of theirs has ended, in every process', async (_, name, change) => {
    const [session, kept] = [await signIn(name), await signIn('kim')]
    const secret = await newLink(name)
    expect(await authenticateSession(other, session)).toMatchObject({ operator: { name } })
    await change()

    expect(await authenticateSession(other, session)).toBeUndefined()
    expect(await exchangeLink(other, secret, 'here')).toEqual({ kind: 'refused' })
    expect(await authenticateSession(other, kept)).toMatchObject({ operator: { name: 'kim' } })
    const [row] = await scratch.direct.rows<{ ended_at: Date | null }>(
      'SELECT ended_at FROM console_session WHERE session_hash = ?',
      [session.session.sessionHash],
    )
    expect(row!.ended_at).not.toBeNull()
  })

  test('what ended a day ago is deleted when a link is made, a hundred rows at a time', async () => {
    const dayAgo = new Date(Date.now() - 25 * 60 * 60_000)
    const old = Array.from({ length: 150 }, (_, index) => [String(index).padStart(64, '0'), 'opr_x', dayAgo, dayAgo])
    await scratch.direct.write('INSERT INTO console_link (link_hash, operator_id, created_at, expires_at) VALUES ?', [
      old,
    ])
    const oldCount = () => scratch.direct.count("SELECT COUNT(*) FROM console_link WHERE operator_id = 'opr_x'")

    await newLink('kim')
    expect(await oldCount()).toBe(50)
    await newLink('kim')
    expect(await oldCount()).toBe(0)
  })
})

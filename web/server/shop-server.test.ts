/** The server of the built shop: files, the API behind the same origin, and callers and an API that misbehave. */
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, createServer, type IncomingMessage, type RequestListener, request, type Server } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Server as TcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { until } from '../../shared/runtime/until.ts'
import { type Sent, send } from '../../test/support/http.ts'
import { API_PATHS } from './api-paths.ts'
import { readBuild } from './built-files.ts'
import { forwarderTo } from './forward.ts'
import { CONSOLE_PAGE, pageFileOf, SIGN_IN_FILE } from './page-files.ts'
import { consolePolicy, createShopServer, PAGE_HEADERS } from './shop-server.ts'

const ISSUER = 'https://issuer.example https://login.example'
const PAGE = '<!doctype html><div id="root"></div>'
const CONSOLE = '<!doctype html><div id="console"></div>'
const SCRIPT = `${'console.log("달빛");\n'.repeat(50)}`

let folder: string
let servers: Array<Server | TcpServer>

beforeEach(() => {
  servers = []
  folder = mkdtempSync(join(tmpdir(), 'built-shop-'))
  mkdirSync(join(folder, 'built/assets'), { recursive: true })
  writeFileSync(join(folder, 'secret.txt'), 'secret')
  writeFileSync(join(folder, 'built/index.html'), PAGE)
  writeFileSync(join(folder, 'built/console.html'), CONSOLE)
  writeFileSync(join(folder, 'built/assets/index-12345678.js'), SCRIPT)
  writeFileSync(join(folder, 'built/assets/font-12345678.woff2'), Buffer.from([0, 255, 1]))
})
afterEach(() => {
  for (const server of servers) {
    server.close()
    if ('closeAllConnections' in server) server.closeAllConnections()
  }
  rmSync(folder, { recursive: true, force: true })
})

async function listening(server: Server | TcpServer): Promise<string> {
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const startApi = (answer: RequestListener) => listening(createServer(answer))

/** An address at which nobody listens. */
async function nowhere(): Promise<string> {
  const url = await startApi(() => {})
  await new Promise(resolve => servers.pop()!.close(resolve))
  return url
}

interface Shop {
  url: string
  said: string[]
  get(path: string, headers?: Sent['headers']): ReturnType<typeof send>
}

async function startShop(apiUrl: string, silenceMs?: number, requestMs?: number): Promise<Shop> {
  const said: string[] = []
  const forward = forwarderTo({ apiUrl, silenceMs, log: line => said.push(line) })
  const url = await listening(
    createShopServer(readBuild(join(folder, 'built')), forward, { requestMs, issuerOrigins: ISSUER }),
  )
  return { url, said, get: (path, headers) => send(url, { path, headers }) }
}

/** Sends bytes as they are, and resolves with all that comes back before the connection ends. */
async function sendRaw(url: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => {})
  socket.write(bytes)
  return text(socket).catch(() => '')
}

const pageHeaders = Object.fromEntries(Object.entries(PAGE_HEADERS).map(([name, value]) => [name.toLowerCase(), value]))

describe('a built file', () => {
  test('the page is asked for anew each time, and its headers keep foreign code out', async () => {
    const shop = await startShop(await nowhere())
    const { status, headers, text } = await shop.get('/')
    expect({ status, text }).toEqual({ status: 200, text: PAGE })
    expect(headers).toMatchObject({
      ...pageHeaders,
      'cache-control': 'no-cache',
      'content-type': 'text/html; charset=utf-8',
    })
    expect(headers['content-security-policy']).not.toContain('unsafe')
    expect(headers.server).toBeUndefined()
  })

  test('the page is asked for by its etag and then not sent again', async () => {
    const shop = await startShop(await nowhere())
    const { etag } = (await shop.get('/')).headers
    const again = await shop.get('/', { 'if-none-match': String(etag) })
    expect({ status: again.status, text: again.text }).toEqual({ status: 304, text: '' })
    expect((await shop.get('/', { 'if-none-match': 'W/"other"' })).status).toBe(200)
  })

  test('a path of the app is the page', async () => {
    const shop = await startShop(await nowhere())
    for (const path of ['/orders/pay_1?lang=en', '/paymentsX', '/docs-of-mine', '/?a=/payments'])
      expect((await shop.get(path)).text).toBe(PAGE)
  })

  test('an address of the console is its page, asked for anew and under the same headers', async () => {
    const shop = await startShop(await nowhere())
    for (const path of ['/console', '/console/', '/console?lang=en', '/console/payments/pay_1']) {
      const { status, text, headers } = await shop.get(path)
      expect({ path, status, text }).toEqual({ path, status: 200, text: CONSOLE })
      const { 'content-security-policy': policy, ...others } = pageHeaders
      expect(headers).toMatchObject({ ...others, 'cache-control': 'no-cache' })
      // It also asks whoever signs operators in, and is allowed nothing else.
      expect(headers['content-security-policy']).toBe(
        policy!.replace("connect-src 'self'", `connect-src 'self' ${ISSUER}`),
      )
    }
    for (const path of ['/consoles', '/orders/console']) expect((await shop.get(path)).text).toBe(PAGE)
  })

  test('of how operators sign in is given where there is one, and nothing where there is none; never a page', async () => {
    const without = await startShop(await nowhere())
    const none = await without.get(SIGN_IN_FILE)
    expect([none.status, none.text, none.headers['cache-control']]).toEqual([204, '', 'no-cache'])
    expect(pageFileOf(SIGN_IN_FILE)).toBe(CONSOLE_PAGE)

    mkdirSync(join(folder, 'built/console'))
    writeFileSync(join(folder, 'built', SIGN_IN_FILE), '{"issuer":"https://issuer.example"}')
    const { status, headers, text } = await (await startShop(await nowhere())).get(SIGN_IN_FILE)
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([200, 'application/json', 'no-cache'])
    expect(JSON.parse(text)).toEqual({ issuer: 'https://issuer.example' })
    expect(headers['content-security-policy']).toBe(PAGE_HEADERS['Content-Security-Policy'])
  })

  test('the policy is the same for all pages where no issuer is named', () => {
    expect(consolePolicy('')).toBe(PAGE_HEADERS['Content-Security-Policy'])
  })

  test('under /assets/ is kept for good, and packed for whoever can unpack it', async () => {
    const shop = await startShop(await nowhere())
    const path = '/assets/index-12345678.js'
    const plain = await shop.get(path)
    expect(plain.text).toBe(SCRIPT)
    expect(plain.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/javascript; charset=utf-8',
      vary: 'accept-encoding',
    })
    const packed = await shop.get(path, { 'accept-encoding': 'br, gzip;q=0.8' })
    expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', etag: plain.headers.etag })
    expect(gunzipSync(packed.bytes).toString()).toBe(SCRIPT)
    for (const refusing of ['gzip;q=0', 'br, gzip; q=0.0, identity', 'identity'])
      expect((await shop.get(path, { 'accept-encoding': refusing })).headers['content-encoding']).toBeUndefined()
  })

  test('that is no text is sent as it is', async () => {
    const shop = await startShop(await nowhere())
    const { bytes, headers } = await shop.get('/assets/font-12345678.woff2', { 'accept-encoding': 'gzip' })
    expect([...bytes]).toEqual([0, 255, 1])
    expect(headers['content-type']).toBe('font/woff2')
    expect(headers['content-encoding']).toBeUndefined()
  })

  test('that is missing under /assets/ is a 404, and not kept', async () => {
    const shop = await startShop(await nowhere())
    for (const path of ['/assets/gone-12345678.js', '/assets/']) {
      const { status, text, headers } = await shop.get(path)
      expect({ path, status }).toEqual({ path, status: 404 })
      expect(text).not.toContain('root')
      expect(headers['cache-control']).toBe('no-store')
    }
  })

  test('is told about without its bytes, and nothing else can be done to it', async () => {
    const shop = await startShop(await nowhere())
    const head = await send(shop.url, { path: '/', method: 'HEAD' })
    expect({ status: head.status, length: head.headers['content-length'], text: head.text }).toEqual({
      status: 200,
      length: String(PAGE.length),
      text: '',
    })
    const post = await send(shop.url, { path: '/', method: 'POST', body: {} })
    expect({ status: post.status, allow: post.headers.allow }).toEqual({ status: 405, allow: 'GET, HEAD' })
  })

  test('lies in the folder: nothing above it is served', async () => {
    const shop = await startShop(await nowhere())
    for (const path of ['/../secret.txt', '/%2e%2e/secret.txt', '/assets/../../secret.txt', '//secret.txt', '/%ff'])
      expect((await shop.get(path)).text).not.toBe('secret')
  })

  test('is still served when its folder is gone', async () => {
    const shop = await startShop(await nowhere())
    rmSync(folder, { recursive: true })
    expect((await shop.get('/assets/index-12345678.js')).text).toBe(SCRIPT)
  })
})

test('a folder without a page is no built shop', () => {
  expect(() => readBuild(folder)).toThrow('holds no built shop')
})

// A page of evil.example whose name points to 127.0.0.1 would share an origin with what it reads here.
describe('a name in the Host header', () => {
  test.each(['evil.example', 'evil.example:5173', '127.0.0.1.evil.example', 'localhost.evil.example', '10.0.0.1'])(
    'that is not of this machine is a 403, for pages and for the API: %j',
    async host => {
      let asked = 0
      const shop = await startShop(await startApi((_, response) => response.end(String(++asked))))
      for (const path of ['/', '/payments', '/assets/index-12345678.js'])
        expect((await shop.get(path, { host })).status).toBe(403)
      expect(asked).toBe(0)
    },
  )

  test.each(['127.0.0.1', 'localhost', 'LocalHost:1'])('that is of this machine is answered: %s', async host => {
    const shop = await startShop(await startApi((_, response) => response.end('the API')))
    expect((await shop.get('/', { host })).text).toBe(PAGE)
    expect((await shop.get('/payments', { host })).text).toBe('the API')
  })

  test('is wanted', async () => {
    const shop = await startShop(await nowhere())
    for (const request of ['GET / HTTP/1.0\r\n\r\n', 'GET / HTTP/1.1\r\nhost:\r\nconnection: close\r\n\r\n'])
      expect(await sendRaw(shop.url, request)).toMatch(/^HTTP\/1\.1 403 /)
    expect(await sendRaw(shop.url, 'GET / HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
  })
})

interface Seen {
  line: string
  headers: string[]
  body: string
}

/** An API that notes what it is asked. */
async function startNotingApi(): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = []
  const note = async (asked: IncomingMessage) =>
    seen.push({ line: `${asked.method} ${asked.url}`, headers: asked.rawHeaders, body: await text(asked) })
  const url = await startApi((asked, response) => void note(asked).then(() => response.end('noted')))
  return { url, seen }
}

describe('a request for the API', () => {
  test('is one of the listed paths, what lies below them, and any query', async () => {
    const api = await startNotingApi()
    const shop = await startShop(api.url)
    const paths = API_PATHS.flatMap(path => [path, `${path}/x/y`, `${path}?a=b`])
    for (const path of paths) expect((await shop.get(path)).text).toBe('noted')
    expect(api.seen.map(({ line }) => line)).toEqual(paths.map(path => `GET ${path}`))
  })

  test('arrives as it was sent, with repeated headers, and nothing is added to it', async () => {
    const api = await startNotingApi()
    const shop = await startShop(api.url)
    const headers = {
      'Idempotency-Key': ['a', 'b'],
      'X-Request-Id': 'req_1',
      TE: 'trailers',
      Connection: 'close',
    }
    await send(shop.url, { path: '/payments/authorize?q=%20', method: 'POST', headers, body: '{"a":"달"} ' })
    expect(api.seen).toEqual([
      {
        line: 'POST /payments/authorize?q=%20',
        headers: [
          ...['content-type', 'application/json', 'content-length', '12'],
          ...['Idempotency-Key', 'a', 'Idempotency-Key', 'b', 'X-Request-Id', 'req_1'],
          ...['host', new URL(shop.url).host, 'Connection', 'close'],
        ],
        body: '{"a":"달"} ',
      },
    ])
  })

  // Were its length lost, the body would be read as a request of its own.
  test.each(['GET', 'POST', 'DELETE'])('of method %s with a body in chunks stays one request', async method => {
    const api = await startNotingApi()
    const shop = await startShop(api.url)
    const smuggled = 'GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n'
    const body = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`
    const head = `${method} /payments HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n`
    expect(await sendRaw(shop.url, head + body)).toMatch(/^HTTP\/1\.1 200 /)
    expect(api.seen.map(({ line, body }) => ({ line, body }))).toEqual([
      { line: `${method} /payments`, body: smuggled },
    ])
  })

  test('is given up when its caller goes away', async () => {
    const ended: string[] = []
    const apiUrl = await startApi((asked, response) => response.once('close', () => ended.push(asked.url!)))
    const shop = await startShop(apiUrl)
    const call = request(`${shop.url}/payments/1`, { agent: false }).on('error', () => {})
    call.end()
    await until(async () => (await connectionsOf(apiUrl)) === 1, { what: 'the request at the API' })
    call.destroy()
    await until(() => ended.length === 1, { what: 'the end of the request at the API' })
    expect((await shop.get('/')).status).toBe(200)
  })
})

/** Those that the server at this address has open. */
function connectionsOf(url: string): Promise<number> {
  const server = servers.find(one => (one.address() as AddressInfo).port === Number(new URL(url).port))!
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  )
}

describe('an answer of the API', () => {
  test('comes as it was given, with its own policy and every cookie', async () => {
    const shop = await startShop(
      await startApi((_, response) => {
        response.writeHead(409, [
          ...['Content-Type', 'application/json', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Retry-After', '3'],
          ...['Content-Security-Policy', "default-src 'self'"],
        ])
        response.end('{"code":"달"}')
      }),
    )
    const { status, text, headers } = await shop.get('/payments')
    expect({ status, text }).toEqual({ status: 409, text: '{"code":"달"}' })
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'content-security-policy': "default-src 'self'",
      'retry-after': '3',
      'set-cookie': ['a=1', 'b=2'],
    })
    for (const name of ['referrer-policy', 'permissions-policy', 'keep-alive']) expect(headers[name]).toBeUndefined()
  })

  test('of several megabytes comes whole', async () => {
    const large = Buffer.alloc(5_000_000, 'ab')
    const shop = await startShop(await startApi((_, response) => response.end(large)))
    expect((await shop.get('/openapi.json')).bytes.equals(large)).toBe(true)
  })

  test('that comes before the request was read is passed on, and the connection can be used again', async () => {
    const shop = await startShop(await startApi((_, response) => void response.writeHead(413).end('too large')))
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    expect(await ask(agent, `${shop.url}/payments`, Buffer.alloc(20_000))).toMatch(/^(413 too large|502 .*)$/)
    expect(await ask(agent, `${shop.url}/`)).toBe(`200 ${PAGE}`)
    agent.destroy()
  })

  test('that breaks off is seen to break off', async () => {
    const apiUrl = await startApi((_, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('half', () => response.destroy())
    })
    const shop = await startShop(apiUrl)
    await expect(shop.get('/payments')).rejects.toThrow('aborted')
    expect((await shop.get('/')).status).toBe(200)
  })

  test('that is no HTTP is a 502', async () => {
    const server = createTcpServer(socket => socket.on('error', () => {}).end('hello\r\n\r\n'))
    const shop = await startShop(await listening(server))
    expect((await shop.get('/payments')).status).toBe(502)
  })
})

/** One request that may reuse a connection: status and body. */
async function ask(agent: Agent, url: string, body?: Buffer): Promise<string> {
  const call = request(url, { agent, method: body ? 'POST' : 'GET' })
  call.end(body)
  const [answer] = (await once(call, 'response')) as [IncomingMessage]
  return `${answer.statusCode} ${await text(answer)}`
}

describe('an API that is away', () => {
  test('is a 502 that the shop does not take for an answer, said once, and once when it is back', async () => {
    const apiUrl = await nowhere()
    const shop = await startShop(apiUrl)
    for (const path of ['/payments', '/health/ready']) {
      const { status, text, headers } = await shop.get(path)
      expect({ status, type: headers['content-type'] }).toEqual({ status: 502, type: 'text/plain; charset=utf-8' })
      expect(() => JSON.parse(text)).toThrow()
    }
    expect(shop.said).toEqual([`the API is away: ${apiUrl}`])
    const back = createServer((_, response) => response.end('back'))
    servers.push(back)
    back.listen(Number(new URL(apiUrl).port), '127.0.0.1')
    await once(back, 'listening')
    expect((await shop.get('/payments')).text).toBe('back')
    expect(shop.said).toEqual([`the API is away: ${apiUrl}`, 'the API is back'])
  })

  test('leaves a connection usable on which a large body was on its way', async () => {
    const shop = await startShop(await nowhere())
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    expect(await ask(agent, `${shop.url}/payments`, Buffer.alloc(2_000_000))).toMatch(/^502 /)
    expect(await ask(agent, `${shop.url}/`)).toBe(`200 ${PAGE}`)
    agent.destroy()
  })

  test('because it is paused is a 504 in the end', async () => {
    const shop = await startShop(await startApi(() => {}), 50)
    expect((await shop.get('/payments')).status).toBe(504)
    expect((await shop.get('/')).status).toBe(200)
  })

  test('by another protocol is refused at the start', () => {
    expect(() => forwarderTo({ apiUrl: 'https://pay.example', log() {} })).toThrow('by http only')
  })
})

describe('a caller that misbehaves does not end the server', () => {
  test.each([
    [
      'headers that are too large',
      `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
      /^HTTP\/1\.1 431 /,
    ],
    ['no HTTP', '\u0016\u0003\u0001 hello\r\n\r\n', /^HTTP\/1\.1 400 /],
    [
      'two lengths',
      'POST /payments HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
      /^HTTP\/1\.1 400 /,
    ],
    [
      'an address for a path',
      'GET http://evil.example/ HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n',
      /^HTTP\/1\.1 200 /,
    ],
    ['CONNECT', 'CONNECT evil.example:443 HTTP/1.1\r\nhost: localhost\r\n\r\n', /^$/],
    [
      'an upgrade',
      'GET /payments HTTP/1.1\r\nhost: localhost\r\nconnection: close, upgrade\r\nupgrade: websocket\r\n\r\n',
      /./,
    ],
    [
      'bytes that are no text in a path of the API',
      'GET /payments/\u00ff HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n',
      /^HTTP\/1\.1 /,
    ],
    [
      'a method that nobody knows',
      'PURGE / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n',
      /^HTTP\/1\.1 405 /,
    ],
  ])('%s', async (_, bytes, answer) => {
    const shop = await startShop(
      await startApi((_, response) => void response.writeHead(200, { connection: 'close' }).end()),
    )
    expect(await sendRaw(shop.url, bytes)).toMatch(answer)
    expect((await shop.get('/')).status).toBe(200)
  })

  test.each([
    ['its headers', 'GET / HTTP/1.1\r\nhost: '],
    ['its body', 'POST /payments HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n{"a":'],
  ])('one that never finishes %s is let go', async (_, bytes) => {
    const shop = await startShop(await startApi(asked => void asked.resume()), undefined, 200)
    expect(await sendRaw(shop.url, bytes)).toMatch(/^HTTP\/1\.1 408 /)
    expect((await shop.get('/')).status).toBe(200)
  })

  test('one that begins to send and hangs up', async () => {
    const ended: unknown[] = []
    const apiUrl = await startApi(asked => void asked.resume().once('close', () => ended.push(asked.url)))
    const shop = await startShop(apiUrl)
    const socket = connect(Number(new URL(shop.url).port), '127.0.0.1')
    socket.write('POST /payments HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n{"a":')
    await until(async () => (await connectionsOf(apiUrl)) === 1, { what: 'the request at the API' })
    socket.resetAndDestroy()
    await until(() => ended.length === 1, { what: 'the end of the request at the API' })
    expect((await shop.get('/')).status).toBe(200)
  })
})

/** What becomes of a request on this machine before serverless-offline sees it. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { asBehindApiGateway, gateBefore } from './offline-http.ts'

function given(rawHeaders: string[], url = '/') {
  const urls: string[] = []
  const request = {
    raw: { req: { rawHeaders, url } },
    info: { host: 'a b[' },
    headers: { origin: 'http://elsewhere', range: 'bytes=0-1', 'content-type': ';;;' } as Record<
      string,
      string | undefined
    >,
    setUrl: (changed: string, stripTrailingSlash: boolean) => void urls.push(`${changed} ${stripTrailingSlash}`),
  }
  asBehindApiGateway(request as never)
  return { ...request, urls, rawHeaders: request.raw.req.rawHeaders }
}

describe('the headers of an event', () => {
  test('are one for each name: repeated ones are joined with commas in their order', () => {
    const { rawHeaders } = given(['Idempotency-Key', 'a', 'Content-Type', 'application/json', 'idempotency-key', 'b'])

    expect(rawHeaders).toEqual(['idempotency-key', 'a,b', 'content-type', 'application/json'])
  })

  test.each([[[]], [['Content-Type', '']]])('a body without a type is not taken for JSON: %p', headers => {
    expect(given(headers).rawHeaders).toEqual(['content-type', 'application/octet-stream'])
  })

  test('what hapi and serverless-offline would act on is not there for them', () => {
    const { headers, info, rawHeaders } = given(['Origin', 'http://elsewhere', 'Range', 'bytes=0-1'])

    expect(headers).toEqual({ 'content-type': 'text/plain' })
    expect(info.host).toBe('localhost')
    expect(rawHeaders).toEqual(expect.arrayContaining(['origin', 'range']))
  })
})

describe('the path', () => {
  test.each(['/', '/payments', '/payments?x=/', '/payments?a=%ZZ', '/%70ayments'])('%s is left alone', url => {
    expect(given([], url).urls).toEqual([])
  })

  test('keeps the slash at its end', () => {
    expect(given([], '/payments/?a=1').urls).toEqual(['/payments/?a=1 false'])
  })

  test('that cannot be decoded is one that no route has', () => {
    expect(given([], '/payments/%ZZ').urls).toEqual(['/payments/%25ZZ false'])
    expect(given([], '/%FF').urls).toEqual(['/%25FF false'])
  })
})

describe('the gate before the runner', () => {
  const gate = Symbol.for('payment-backend.gate')
  const gates = globalThis as { [gate]?: unknown }
  const before = gates[gate]
  afterEach(() => {
    gates[gate] = before
  })

  async function serverBehindGate() {
    const handled: string[] = []
    const server = createServer()
    server.on('request', (request, response) => {
      handled.push(request.url ?? '')
      response.end('handled')
    })
    gateBefore(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const post = (path: string) =>
      fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: 'x'.repeat(100_000) })
    return { server, handled, post }
  }

  test('answers what it refuses, on a connection that goes on, and lets the rest through', async () => {
    const { server, handled, post } = await serverBehindGate()
    const { promise: isEnded, resolve: ended } = Promise.withResolvers<void>()
    const passages = {
      '/full': { refusal: { statusCode: 503, headers: { 'retry-after': '1' }, body: 'full' } },
      '/counted': { ended },
    } as Record<string, unknown>
    gates[gate] = ({ url }: { url: string }) => passages[url]
    try {
      const refused = await post('/full')
      expect([refused.status, refused.headers.get('retry-after'), await refused.text()]).toEqual([503, '1', 'full'])
      expect(await (await post('/free')).text()).toBe('handled')
      expect(await (await post('/counted')).text()).toBe('handled')
      await isEnded
      expect(handled).toEqual(['/free', '/counted'])
    } finally {
      server.close()
    }
  })

  test('before a handler is loaded there is no gate', async () => {
    const { server, post } = await serverBehindGate()
    gates[gate] = undefined
    try {
      expect(await (await post('/full')).text()).toBe('handled')
    } finally {
      server.close()
    }
  })
})

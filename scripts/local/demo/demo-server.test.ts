/** The socket of the demo panel, as the server of the shop reaches it. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { request, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { askApi } from './ask-api.ts'
import { type Panel, serveDemo } from './demo-server.ts'
import type { PanelRequest } from './panel.ts'

let folder: string
let socketPath: string
let server: Server
let asked: PanelRequest[]
let panel: () => Promise<Panel>

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'demo-'))
  socketPath = join(folder, 'sockets/demo.sock')
  asked = []
  const answering: Panel = {
    answer: async sent => {
      asked.push(sent)
      return { status: 409, headers: { 'x-request-id': 'r' }, body: { code: 'DEMO_CONFLICT' } }
    },
    close: async () => {},
  }
  panel = async () => answering
  server = await serveDemo(socketPath, () => panel())
})
afterEach(async () => {
  await new Promise(resolve => server.close(resolve))
  rmSync(folder, { recursive: true })
})

function send(body?: string): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { host: '127.0.0.1:5173', 'content-type': 'application/json' }
    request({ socketPath, method: 'POST', path: '/operator/demo/traffic?a=1', headers, agent: false }, async response =>
      resolve({ status: response.statusCode!, headers: response.headers, text: await text(response) }),
    )
      .once('error', reject)
      .end(body)
  })
}

test('a request is passed on as it came, and the answer is kept by nobody', async () => {
  const answer = await send('{"key":"달"}')
  expect(asked).toMatchObject([
    { method: 'POST', target: '/operator/demo/traffic?a=1', body: '{"key":"달"}', headers: { host: '127.0.0.1:5173' } },
  ])
  expect([answer.status, answer.text]).toEqual([409, '{"code":"DEMO_CONFLICT"}'])
  expect(answer.headers).toMatchObject({
    'cache-control': 'no-store',
    'content-type': 'application/json',
    'x-request-id': 'r',
  })
})

test('the caller closes the connection, even one that asked for its end', async () => {
  expect((await send('{}')).headers.connection).toBe('keep-alive')
})

test('of a body that is far too large only the beginning is kept', async () => {
  await send('x'.repeat(200_000))
  expect(asked[0]!.body.length).toBeLessThanOrEqual(64 * 1_024)
  expect(asked[0]!.body.length).toBeGreaterThan(16 * 1_024)
})

test('a starter that is ending answers nobody, and lives', async () => {
  const before = panel
  panel = async () => {
    throw new Error('ending')
  }
  await expect(send()).rejects.toThrow()
  panel = before
  expect((await send('{}')).status).toBe(409)
})

test('it is for this user only', () => {
  expect(statSync(socketPath).mode & 0o777).toBe(0o600)
})

test('an API that is away, silent or no JSON', async () => {
  await expect(askApi('http://127.0.0.1:1', { method: 'GET', path: '/', timeoutMs: 5_000 })).rejects.toThrow(
    'ECONNREFUSED',
  )
})

/** Serves the demo panel on a socket of its own, which the server of the shop passes `/operator/demo` on to. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { listenForThisUser } from '../control-server.ts'
import type { DemoPanel } from './panel.ts'

/** More than the panel takes, so that it can say so. */
const BODY_BYTES_MAX = 64 * 1_024
const REQUEST_TIMEOUT_MS = 20_000

export type Panel = Pick<DemoPanel, 'answer' | 'close'>

/** `panel` is asked for with each request. */
export function serveDemo(path: string, panel: () => Promise<Panel>): Promise<Server> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, async (request, response) => {
    try {
      const body = await bodyOf(request)
      const { method = '', url: target = '', headers } = request
      const answer = await (await panel()).answer({ method, target, headers, body })
      const always = {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      }
      // The caller closes: Node ends a request with a write of nothing, which fails on a Unix socket that was closed here, before the answer
      // is read.
      response.shouldKeepAlive = true
      response.writeHead(answer.status, { ...always, ...answer.headers }).end(JSON.stringify(answer.body))
    } catch {
      // The caller has gone away, or the starter is ending.
      response.destroy()
    }
  })
  return listenForThisUser(server, path)
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length
    if (bytes <= BODY_BYTES_MAX) chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}

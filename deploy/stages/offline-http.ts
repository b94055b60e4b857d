/**
 * A Serverless plugin: requests reach the handlers on this machine as they do behind API Gateway. serverless-offline reads them
 * its own way, and its HTTP server (hapi) answers some by itself. docs/decisions/0027 lists what is the same and what cannot be.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'

/** The parts of hapi that are used here. serverless-offline gives access to its server and requests. */
interface HapiServer {
  listener: Server
  ext(event: 'onRequest', method: (request: HapiRequest, toolkit: { continue: symbol }) => symbol): void
}

interface HapiRequest {
  raw: { req: IncomingMessage }
  info: { host: string }
  headers: Record<string, string | undefined>
  setUrl(url: string, stripTrailingSlash: boolean): void
}

interface OfflinePlugin {
  internals(): { getApiGatewayServer(): HapiServer }
}

interface Serverless {
  pluginManager: { getPlugins(): object[] }
}

export default class OfflineHttp {
  // Listed after serverless-offline, so that its server is there.
  readonly hooks = { 'offline:start:init': () => this.#start() }
  readonly #serverless: Serverless

  constructor(serverless: Serverless) {
    this.#serverless = serverless
  }

  #start(): void {
    const plugins = this.#serverless.pluginManager.getPlugins()
    const offline = plugins.find(plugin => plugin.constructor.name === 'ServerlessOffline') as OfflinePlugin
    const server = offline.internals().getApiGatewayServer()
    server.ext('onRequest', (request, toolkit) => {
      asBehindApiGateway(request)
      return toolkit.continue
    })
    gateBefore(server.listener)
    // Node would answer an unknown `Expect` header with an empty 417.
    server.listener.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
      server.listener.emit('request', request, response),
    )
  }
}

/** As `Passage` in shared/http/gate.ts. */
type Passage = { refusal: Refusal } | { ended(): void }

interface Refusal {
  statusCode: number
  headers: Record<string, string>
  body: string
}

/** Of the handlers (shared/runtime/wiring.ts), whose modules are not ours. None before one of them is loaded. */
const GATE = Symbol.for('payment-backend.gate')
const passageOf = (request: IncomingMessage): Passage | undefined =>
  (globalThis as { [GATE]?: (request: IncomingMessage) => Passage | undefined })[GATE]?.(request)

/** A request that the handlers have no place for is answered before hapi and serverless-offline spend their time on it. */
export function gateBefore(listener: Server): void {
  const others = listener.listeners('request') as Array<(request: IncomingMessage, response: ServerResponse) => void>
  listener.removeAllListeners('request')
  listener.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const passage = passageOf(request)
    if (passage !== undefined && 'refusal' in passage) {
      const { statusCode, headers, body } = passage.refusal
      request.resume()
      response.writeHead(statusCode, headers).end(body)
      return
    }
    if (passage !== undefined) response.once('close', passage.ended)
    for (const other of others) other.call(listener, request, response)
  })
}

/** A handler's event is made from the raw headers. The parsed ones decide what hapi and serverless-offline do. */
export function asBehindApiGateway(request: HapiRequest): void {
  const { raw, headers, info } = request
  raw.req.rawHeaders = gatewayHeaders(raw.req.rawHeaders)
  // hapi refuses a content type that it cannot parse. serverless-offline would parse JSON, and pass on null or 0 in place of that text.
  headers['content-type'] = 'text/plain'
  // With an origin, serverless-offline allows every site to read the answer, and makes each OPTIONS a 200.
  delete headers.origin
  // hapi would answer 206 or 416.
  delete headers.range
  // Becomes part of a URL of which only the path is used. It must not make that URL invalid.
  info.host = 'localhost'
  const path = exactPath(raw.req.url ?? '/')
  if (path !== undefined) request.setUrl(path, false)
}

/** One line per header: repeated ones are joined with commas. A body without a type has the one that HTTP gives it. */
export function gatewayHeaders(rawHeaders: readonly string[]): string[] {
  const joined = new Map<string, string>()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase()
    const value = rawHeaders[index + 1]!
    joined.set(name, joined.has(name) ? `${joined.get(name)},${value}` : value)
  }
  if (!joined.get('content-type')) joined.set('content-type', 'application/octet-stream')
  return [...joined].flat()
}

/**
 * The path that hapi must look up instead of its own: a slash at the end counts. A path that cannot be decoded is no route,
 * where hapi would send an answer of its own.
 */
function exactPath(url: string): string | undefined {
  const path = url.split('?')[0]!
  try {
    decodeURIComponent(path)
  } catch {
    return url.replaceAll('%', '%25')
  }
  return path.length > 1 && path.endsWith('/') ? url : undefined
}

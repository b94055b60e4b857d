/** Requests to one origin over a bounded number of connections that are kept alive. */
import { Agent, request as requestHttp } from 'node:http'
import { request as requestHttps, Agent as TlsAgent } from 'node:https'
import { urlToHttpOptions } from 'node:url'

export interface OutgoingRequest {
  method: 'GET' | 'PUT' | 'POST'
  path: string
  body?: string
  /** Of the body; JSON when absent. */
  contentType?: string
  /** W3C trace context. */
  traceparent?: string
}

export interface IncomingAnswer {
  statusCode: number
  text: string
}

/** No whole answer came. */
export class NoAnswerError extends Error {
  override name = 'NoAnswerError'
  readonly reason: 'connection' | 'timeout' | 'too_large'

  constructor(reason: NoAnswerError['reason'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

const ANSWER_CHARACTERS_MAX = 65_536

export class PooledRequests {
  readonly hostname: string
  readonly port: number
  readonly #address
  readonly #headers: string[]
  readonly #pathPrefix: string
  readonly #request: typeof requestHttp
  readonly #agent: Agent

  /** `url`: http or https, with a path or without. At most `connectionsMax` connections; further requests wait for one. */
  constructor({ url, connectionsMax }: { url: string; connectionsMax: number }) {
    const parsed = new URL(url)
    const isTls = parsed.protocol === 'https:'
    const agentOptions = { keepAlive: true, maxSockets: connectionsMax, maxFreeSockets: connectionsMax }
    const { hostname, port } = urlToHttpOptions(parsed)
    this.#address = { hostname, port }
    this.hostname = parsed.hostname
    this.port = Number(parsed.port || (isTls ? 443 : 80))
    // As a list, and with an address of two members: a quarter less CPU for a request than with the objects that Node copies.
    this.#headers = ['host', parsed.host]
    this.#pathPrefix = parsed.pathname.replace(/\/$/, '')
    this.#request = isTls ? requestHttps : requestHttp
    this.#agent = isTls ? new TlsAgent(agentOptions) : new Agent(agentOptions)
  }

  /**
   * The whole answer, whatever its status. `timeoutMs` bounds the wait for a connection, the request and the answer together.
   * `ownConnection`: not one of the pool. Throws NoAnswerError.
   */
  send(outgoing: OutgoingRequest, timeoutMs: number, { ownConnection = false } = {}): Promise<IncomingAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingAnswer>()
    const { body = '', contentType = 'application/json', method, path, traceparent } = outgoing
    const trace = traceparent === undefined ? [] : ['traceparent', traceparent]
    const request = this.#request({
      ...this.#address,
      method,
      path: this.#pathPrefix + path,
      agent: ownConnection ? false : this.#agent,
      headers:
        method === 'GET' ? [...this.#headers, ...trace] : [...this.#headers, ...headersOf(body, contentType), ...trace],
    })
    const giveUp = (reason: NoAnswerError['reason'], message: string, cause?: unknown) => {
      reject(new NoAnswerError(reason, message, { cause }))
      request.destroy()
    }
    const onBroken = (error: Error) => giveUp('connection', error.message, error)
    const timer = setTimeout(() => giveUp('timeout', `no answer after ${Math.round(timeoutMs)} ms`), timeoutMs)
    request.on('error', onBroken)
    request.on('close', () => clearTimeout(timer))
    request.on('response', response => {
      let text = ''
      response.setEncoding('utf8')
      response.on('error', onBroken)
      response.on('data', (part: string) => {
        text += part
        if (text.length > ANSWER_CHARACTERS_MAX) giveUp('too_large', `more than ${ANSWER_CHARACTERS_MAX} characters`)
      })
      response.on('end', () => resolve({ statusCode: response.statusCode ?? 0, text }))
    })
    request.end(body)
    return promise
  }

  /** How many connections of the pool are open now, and how many requests wait for one. */
  get use(): { used: number; idle: number; max: number; waiting: number } {
    const { sockets, freeSockets, requests, maxSockets: max } = this.#agent
    return { used: countOf(sockets), idle: countOf(freeSockets), max, waiting: countOf(requests) }
  }

  /** Ends all connections. Requests under way fail. */
  close(): void {
    this.#agent.destroy()
  }
}

/** Of all places that the agent reaches. */
const countOf = (byPlace: NodeJS.ReadOnlyDict<readonly unknown[]>): number =>
  Object.values(byPlace).reduce((total, each) => total + (each?.length ?? 0), 0)

const headersOf = (body: string, contentType: string): string[] => {
  const length = ['content-length', String(Buffer.byteLength(body))]
  return body === '' ? length : ['content-type', contentType, ...length]
}

/** A sandbox service over HTTP: routes, answers, and the ways of not answering that test tokens ask for. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import * as z from 'zod'
import { parseTraceparent } from '../../shared/contracts/traceparent.ts'
import { fitting, Refusal } from './refusal.ts'
import { JournalUnavailable } from './turn-commits.ts'

/** What is sent as JSON, or as it is. */
export type Answer = { status: number; body: unknown } | { status: number; text: string; contentType: string }
/** `nothing`: the connection stays open, and the caller waits in vain. `cut`: it is closed without an answer. */
export type Reply = Answer | 'nothing' | 'cut'

export interface Asked {
  request: IncomingMessage
  /** The parts of the path that stand for `{}`, as they came. */
  names: readonly string[]
  query: URLSearchParams
}

/** By method and path, such as `GET /operations/{}`. */
export type Routes = Readonly<Record<string, (asked: Asked) => Reply | Promise<Reply>>>

export interface ServiceOptions {
  /** As errors call it: `the acquirer`. */
  name: string
  routes: Routes
  /** One line for the log. */
  log(message: string, details?: Record<string, unknown>): void
  /** Called when it takes no more requests. */
  closing?(): void
  /** Called when the last request was answered. */
  closed(): void
}

export interface RunningService {
  port: number
  /** Takes no more requests, answers those in flight, and closes the journal. Those that never get an answer are cut. */
  close(): Promise<void>
}

const CONNECTIONS_MAX = 4_096
const HEADERS_TIMEOUT_MS = 5_000
const REQUEST_TIMEOUT_MS = 10_000
/** Longer than clients keep an idle connection, so that none is closed under a request. */
const KEEP_ALIVE_MS = 75_000
const PAGE_MAX = 1_000

const NO_PATH = new URL('http://service')

export const ok = (body: unknown): Answer => ({ status: 200, body })

/** Where a page of a journal begins, and how long it is. */
export const pageQuery = z.strictObject({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_MAX),
})

/** Throws a Refusal. */
export const pageIn = ({ query }: Asked): z.output<typeof pageQuery> => fitting(pageQuery, Object.fromEntries(query))

/** Listens on the port (0: any free one). Rejects when it cannot. */
export async function startService(options: ServiceOptions, port: number, host: string): Promise<RunningService> {
  const service = new HttpService(options)
  await service.listen(port, host)
  return service
}

class HttpService implements RunningService {
  readonly #options: ServiceOptions
  readonly #routes: ReadonlyArray<{ route: string; parts: readonly string[] }>
  readonly #server: Server
  /** Connections whose client waits for an answer that never comes. */
  readonly #unanswered = new Set<Socket>()
  #closing = false

  constructor(options: ServiceOptions) {
    this.#options = options
    this.#routes = Object.keys(options.routes).map(route => ({ route, parts: route.split(/ \/|\//) }))
    this.#server = createServer(
      { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS },
      (request, response) => void this.#serve(request, response),
    )
    this.#server.maxConnections = CONNECTIONS_MAX
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  listen(port: number, host: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject).listen(port, host, resolve)
    })
  }

  async close(): Promise<void> {
    this.#closing = true
    this.#options.closing?.()
    for (const socket of this.#unanswered) socket.destroy()
    await new Promise(resolve => this.#server.close(resolve))
    this.#options.closed()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      this.#send(response, await this.#reply(request))
    } catch (error) {
      if (request.destroyed && !request.complete) return
      this.#send(response, this.#answerTo(error))
    }
  }

  async #reply(request: IncomingMessage): Promise<Reply> {
    const { pathname, searchParams: query } = URL.parse(request.url ?? '', 'http://service') ?? NO_PATH
    const asked = [request.method ?? '', ...pathname.slice(1).split('/')]
    const found = this.#routes.find(({ parts }) => fits(parts, asked))
    this.#noteTrace(request, found?.route)
    if (found === undefined) throw new Refusal(404, 'no_such_route', `there is no ${request.method} ${pathname}`)
    const names = asked.filter((_, index) => found.parts[index] === '{}')
    return this.#options.routes[found.route]!({ request, names, query })
  }

  #send(response: ServerResponse, reply: Reply): void {
    if (reply === 'nothing') this.#leaveUnanswered(response)
    else if (reply === 'cut') response.destroy()
    else if ('text' in reply) this.#write(response, reply.status, reply.contentType, reply.text)
    else this.#write(response, reply.status, 'application/json', JSON.stringify(reply.body))
  }

  #write(response: ServerResponse, status: number, contentType: string, text: string): void {
    // A body that was not read to its end would be taken for the next request.
    if (this.#closing || !response.req.complete) response.setHeader('connection', 'close')
    response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(text) })
    response.end(text)
  }

  #leaveUnanswered({ req: { socket } }: ServerResponse): void {
    this.#unanswered.add(socket)
    socket.once('close', () => this.#unanswered.delete(socket))
    if (this.#closing) socket.destroy()
  }

  #answerTo(error: unknown): Answer {
    if (error instanceof Refusal) return refused(error.status, error.code, error.message)
    if (error instanceof JournalUnavailable)
      return refused(503, 'journal_unavailable', 'the journal cannot be written: nothing was decided')
    this.#options.log('a request failed', { error: error instanceof Error ? error.stack : String(error) })
    return refused(500, 'internal', `${this.#options.name} failed`)
  }

  /** A caller who records a trace finds its part here by the same ids. */
  #noteTrace({ headers, url }: IncomingMessage, route: string | undefined): void {
    const trace = parseTraceparent(headers.traceparent?.toString())
    if (!trace?.isSampled) return
    const { traceId, spanId } = trace
    this.#options.log('asked in a recorded trace', { route, url, traceId, parentSpanId: spanId })
  }
}

const fits = (parts: readonly string[], asked: readonly string[]): boolean =>
  parts.length === asked.length && parts.every((part, index) => part === '{}' || part === asked[index])

const refused = (status: number, error: string, message: string): Answer => ({ status, body: { error, message } })

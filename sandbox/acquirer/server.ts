/** The acquirer over HTTP: routes, checks, and the answers that the test tokens ask for. The protocol is in shared/contracts/acquirer.ts. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { acquirerClock, acquirerOrder } from '../../shared/contracts/acquirer.ts'
import { operationId } from '../../shared/contracts/identifiers.ts'
import { behaviorOf } from '../../shared/contracts/test-tokens.ts'
import { parseTraceparent } from '../../shared/contracts/traceparent.ts'
import { Book, JournalUnavailable, type Outcome, outcomeOf } from './book.ts'
import { type Conduct, conductOf } from './conduct.ts'
import type { Journal } from './journal.ts'
import { LateOrders } from './late-orders.ts'
import { misfitOf } from './rules.ts'

export interface AcquirerOptions {
  journal: Journal
  /** How long a hold lasts, in the virtual time. */
  holdWindowMs: number
  /** How long after the question a late order arrives. */
  lateMs: number
  /** How long `tok_slow` takes. */
  slowMs: number
  /** The real time. */
  nowMs(): number
  /** One line for the log. */
  log(message: string, details?: Record<string, unknown>): void
}

export interface RunningAcquirer {
  port: number
  /** Takes no more requests, answers those in flight, and closes the journal. Those that never get an answer are cut. */
  close(): Promise<void>
}

const BODY_BYTES_MAX = 16 * 1024
const PAGE_MAX = 1_000
const CONNECTIONS_MAX = 4_096
const HEADERS_TIMEOUT_MS = 5_000
const REQUEST_TIMEOUT_MS = 10_000
/** Longer than clients keep an idle connection, so that none is closed under a request. */
const KEEP_ALIVE_MS = 75_000
/** How `{"operationId":` of a decision breaks off. */
const GARBAGE = '{"operationId":"op_'

const NO_PATH = new URL('http://acquirer')

interface Answer {
  status: number
  body: unknown
}
/** The other ways of ending an exchange are those of the test tokens. */
type Reply = Answer | Exclude<Conduct['answer'], 'decision'>

/** What a caller did wrong, or what cannot be done now. */
class Refusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

const ok = (body: unknown): Answer => ({ status: 200, body })
const differentOrder = () => new Refusal(409, 'different_order', 'this operation id belongs to another order')

/** Listens on the port (0: any free one). Rejects when it cannot. */
export async function startAcquirer(options: AcquirerOptions, port: number, host: string): Promise<RunningAcquirer> {
  const acquirer = new AcquirerServer(options)
  await acquirer.listen(port, host)
  return acquirer
}

class AcquirerServer implements RunningAcquirer {
  readonly #options: AcquirerOptions
  readonly #book: Book
  readonly #late: LateOrders
  readonly #server: Server
  /** Connections whose client waits for an answer that never comes. */
  readonly #unanswered = new Set<Socket>()
  #closing = false

  constructor(options: AcquirerOptions) {
    const { journal, holdWindowMs, nowMs, log } = options
    const failed = (error: unknown) => log('the journal cannot be written', { error: String(error) })
    this.#options = options
    this.#book = new Book({ journal, holdWindowMs, nowMs, failed })
    this.#late = new LateOrders(options.lateMs, (id, order) => {
      // Nobody waits for it: a failure stands in the log, and the order was never decided.
      this.#book.order(id, order).catch(() => {})
    })
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
    this.#late.forgetAll()
    for (const socket of this.#unanswered) socket.destroy()
    await new Promise(resolve => this.#server.close(resolve))
    this.#options.journal.close()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      this.#send(response, await this.#reply(request))
    } catch (error) {
      if (request.destroyed && !request.complete) return
      this.#send(response, this.#answerTo(error))
    }
  }

  #send(response: ServerResponse, reply: Reply): void {
    switch (reply) {
      case 'nothing':
        this.#leaveUnanswered(response)
        return
      case 'cut':
        response.destroy()
        return
      case 'garbage':
        this.#write(response, 200, GARBAGE)
        return
      default:
        this.#write(response, reply.status, JSON.stringify(reply.body))
    }
  }

  #write(response: ServerResponse, status: number, text: string): void {
    // A body that was not read to its end would be taken for the next request.
    if (this.#closing || !response.req.complete) response.setHeader('connection', 'close')
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
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
    return refused(500, 'internal', 'the acquirer failed')
  }

  async #reply(request: IncomingMessage): Promise<Reply> {
    const { pathname, searchParams } = URL.parse(request.url ?? '', 'http://acquirer') ?? NO_PATH
    const [room, id, action, more] = pathname.slice(1).split('/')
    const route = `${request.method} /${room}${id === undefined ? '' : '/{}'}${action === undefined ? '' : `/${action}`}`
    this.#noteTrace(request, route)
    if (more === undefined)
      switch (route) {
        case 'PUT /operations/{}':
          return this.#put(idIn(id), await jsonIn(request))
        case 'GET /operations/{}':
          return this.#inquire(idIn(id))
        case 'POST /operations/{}/cancel':
          return ok(await this.#book.cancel(idIn(id)))
        case 'GET /journal':
          return this.#page(searchParams)
        case 'PUT /clock':
          return this.#moveClock(await jsonIn(request))
        case 'GET /health':
          await this.#book.check()
          return ok({ status: 'ok' })
      }
    throw new Refusal(404, 'no_such_route', `there is no ${request.method} ${pathname}`)
  }

  /** A caller who records a trace finds its part here by the same ids. */
  #noteTrace({ headers, url }: IncomingMessage, route: string): void {
    const trace = parseTraceparent(headers.traceparent?.toString())
    if (!trace?.isSampled) return
    const { traceId, spanId } = trace
    this.#options.log('asked in a recorded trace', { route, url, traceId, parentSpanId: spanId })
  }

  async #put(id: string, body: unknown): Promise<Reply> {
    const order = fitting(acquirerOrder, body)
    const misfit = misfitOf(order)
    if (misfit !== undefined) throw new Refusal(400, 'invalid_request', misfit)
    const known = this.#book.find(id)
    if (known) return answerOf(outcomeOf(known, order), 'decision')
    const { arrival, answer } = conductOf[behaviorOf(order.method, order.kind).kind]
    switch (arrival) {
      case 'ignore':
        return 'nothing'
      case 'keep':
        if (!this.#late.keep(id, order)) throw differentOrder()
        return 'nothing'
      case 'fail':
        throw new Refusal(500, 'internal', `${order.method}: the acquirer fails, nothing was decided`)
      case 'wait':
        await sleep(this.#options.slowMs)
        return answerOf(await this.#book.order(id, order), answer)
      case 'decide':
        return answerOf(await this.#book.order(id, order), answer)
    }
  }

  #inquire(id: string): Answer {
    const known = this.#book.find(id)
    if (known) return ok(known.decision)
    this.#late.askedFor(id)
    throw new Refusal(404, 'unknown_operation', `${id} is not known`)
  }

  #page(query: URLSearchParams): Answer {
    const { after, limit } = fitting(pageQuery, Object.fromEntries(query))
    return ok(this.#options.journal.page(after, limit))
  }

  async #moveClock(body: unknown): Promise<Answer> {
    const { offsetMs } = fitting(acquirerClock, body)
    if (await this.#book.moveClock(offsetMs)) return ok({ offsetMs })
    throw new Refusal(409, 'clock_goes_back', 'the virtual clock only goes forward')
  }
}

const refused = (status: number, error: string, message: string): Answer => ({ status, body: { error, message } })

/** A repeat of an order is answered in the plain way, whatever its token did to the first. */
function answerOf(outcome: Outcome, answer: Conduct['answer']): Reply {
  if (outcome.kind === 'different_order') throw differentOrder()
  return answer === 'decision' || !outcome.first ? ok(outcome.decision) : answer
}

const pageQuery = z.strictObject({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_MAX),
})

function fitting<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`)
  throw new Refusal(400, 'invalid_request', problems.join('; '))
}

function idIn(segment: string | undefined): string {
  if (operationId.safeParse(segment).success) return segment!
  throw new Refusal(400, 'invalid_request', 'operationId: must look like op_ and 26 characters')
}

async function jsonIn(request: IncomingMessage): Promise<unknown> {
  const text = await textOf(request)
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal(400, 'invalid_request', 'body: is not valid JSON')
  }
}

function textOf(request: IncomingMessage): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const chunks: Buffer[] = []
  let bytes = 0
  const take = (chunk: Buffer) => {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes <= BODY_BYTES_MAX) return
    // The connection must live until the refusal is sent.
    request.off('data', take).pause()
    reject(new Refusal(413, 'too_large', `a body has at most ${BODY_BYTES_MAX} bytes`))
  }
  request
    .on('data', take)
    .on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    .on('error', reject)
  return promise
}

/** The Lambda Runtime API (2018-06-01) of one execution environment: what its runtime may ask, when, and what it is told. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One invocation as the runtime gets it. */
export interface HandedInvocation {
  requestId: string
  /** JSON. */
  payload: string
  /** Epoch; afterwards the process is killed. */
  deadlineMs: number
  functionArn: string
  traceId: string
}

/** The answer that the runtime posted. */
export interface PostedAnswer {
  kind: 'response' | 'error'
  payload: string
}

export interface RuntimeApiListener {
  /** The runtime waits for an invocation. */
  ready(): void
  /** The code could not be loaded. */
  initFailed(payload: string): void
  answered(answer: PostedAnswer): void
}

/** 6 MiB and a hundred bytes, as in AWS's own emulator. */
export const RESPONSE_BYTES_MAX = 6 * 1024 * 1024 + 100

type State = 'starting' | 'waiting' | 'invoking' | 'answered' | 'failed'

const NEXT = '/2018-06-01/runtime/invocation/next'
const INIT_ERROR = '/2018-06-01/runtime/init/error'
const ANSWER = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/

export class RuntimeApi {
  readonly #server: Server
  readonly #listener: RuntimeApiListener
  #state: State = 'starting'
  #requestId: string | undefined
  #waiting: ServerResponse | undefined

  private constructor(listener: RuntimeApiListener) {
    this.#listener = listener
    this.#server = createServer((request, response) => {
      // A process that was killed breaks off its own requests.
      void this.#respond(request, response).catch(() => response.destroy())
    })
    // A frozen runtime keeps its connections.
    this.#server.keepAliveTimeout = 0
    this.#server.requestTimeout = 0
  }

  static async listen(listener: RuntimeApiListener): Promise<RuntimeApi> {
    const api = new RuntimeApi(listener)
    api.#server.listen(0, '127.0.0.1')
    await once(api.#server, 'listening')
    return api
  }

  /** host:port, for AWS_LAMBDA_RUNTIME_API. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Answers the waiting `next`. Throws when the runtime does not wait: one invocation at a time. */
  hand(invocation: HandedInvocation): void {
    const { requestId, payload, deadlineMs, functionArn, traceId } = invocation
    if (this.#waiting === undefined) throw new Error(`the runtime does not wait for an invocation: ${this.#state}`)
    this.#waiting.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(payload),
      'Lambda-Runtime-Aws-Request-Id': requestId,
      'Lambda-Runtime-Deadline-Ms': String(deadlineMs),
      'Lambda-Runtime-Invoked-Function-Arn': functionArn,
      'Lambda-Runtime-Trace-Id': traceId,
    })
    this.#waiting.end(payload)
    this.#waiting = undefined
    this.#requestId = requestId
    this.#state = 'invoking'
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET' && request.url === NEXT) return this.#next(response)
    send(response, this.#take(request, await readBody(request)))
  }

  /** Leaves the answer to `hand`. */
  #next(response: ServerResponse): void {
    if (this.#state !== 'starting' && this.#state !== 'answered') {
      send(response, this.#forbidden('Ready'))
      return
    }
    this.#state = 'waiting'
    this.#requestId = undefined
    this.#waiting = response
    this.#listener.ready()
  }

  #take({ method, url = '' }: IncomingMessage, body: Buffer | 'too large'): Reply {
    const [, requestId, kind] = ANSWER.exec(url) ?? []
    if (method === 'POST' && url === INIT_ERROR) return this.#takeInitError(body)
    if (method === 'POST' && requestId !== undefined)
      return this.#takeAnswer(decodeURIComponent(requestId), kind as PostedAnswer['kind'], body)
    return refusal(404, 'NotFound', `${method} ${url} is not part of the Runtime API`)
  }

  #takeInitError(body: Buffer | 'too large'): Reply {
    if (this.#state !== 'starting') return this.#forbidden('InitError')
    this.#state = 'failed'
    this.#listener.initFailed(body.toString('utf8'))
    return accepted
  }

  #takeAnswer(requestId: string, kind: PostedAnswer['kind'], body: Buffer | 'too large'): Reply {
    if (requestId !== this.#requestId) return refusal(400, 'InvalidRequestID', 'Invalid request ID')
    if (this.#state !== 'invoking') return this.#forbidden('InvocationResponse')
    this.#state = 'answered'
    if (body !== 'too large') {
      this.#listener.answered({ kind, payload: body.toString('utf8') })
      return accepted
    }
    this.#listener.answered({ kind: 'error', payload: responseTooLarge })
    const message = `Exceeded maximum allowed payload size (${RESPONSE_BYTES_MAX} bytes).`
    return refusal(413, 'RequestEntityTooLarge', message)
  }

  #forbidden(wanted: string): Reply {
    return refusal(403, 'InvalidStateTransition', `Transition from ${this.#state} to ${wanted} is not allowed.`)
  }
}

interface Reply {
  status: number
  body: object
}

const responseTooLarge = JSON.stringify({
  errorType: 'Function.ResponseSizeTooLarge',
  errorMessage: `Response payload size exceeded maximum allowed payload size (${RESPONSE_BYTES_MAX} bytes).`,
})

/** Reads all of it either way, so that the sender hears the refusal. */
async function readBody(request: IncomingMessage): Promise<Buffer | 'too large'> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= RESPONSE_BYTES_MAX) chunks.push(chunk)
  }
  return bytes > RESPONSE_BYTES_MAX ? 'too large' : Buffer.concat(chunks)
}

const accepted: Reply = { status: 202, body: { status: 'OK' } }

const refusal = (status: number, errorType: string, errorMessage: string): Reply => ({
  status,
  body: { errorMessage, errorType },
})

function send(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

/** HTTP as a caller sees it: every header and the very bytes of an answer, and requests that a polite client would not send. */
import { type IncomingHttpHeaders, request } from 'node:http'

export interface Sent {
  method?: string
  /** With its query, as it goes over the wire. */
  path: string
  headers?: Record<string, string | string[]>
  /** Bytes and texts are sent as they are, everything else as JSON. */
  body?: unknown
}

export class Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer

  constructor(status: number, headers: IncomingHttpHeaders, bytes: Buffer) {
    this.status = status
    this.headers = headers
    this.bytes = bytes
  }

  get text(): string {
    return this.bytes.toString('utf8')
  }

  /** The body as JSON; throws with the text when it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests state what they expect of it.
  get json(): any {
    try {
      return JSON.parse(this.text)
    } catch (error) {
      throw new Error(`HTTP ${this.status} answered something that is not JSON: ${this.text.slice(0, 500)}`, {
        cause: error,
      })
    }
  }

  get replayed(): boolean {
    return this.headers['idempotent-replayed'] === 'true'
  }
}

const ANSWER_DEADLINE_MS = 30_000

/** One request on a connection of its own. Rejects when the connection breaks or nothing comes for 30 s. */
export function send(baseUrl: string, sent: Sent): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const body = bytesOf(sent.body)
  const { hostname, port } = new URL(baseUrl)
  const headers = {
    ...(body && { 'content-type': 'application/json', 'content-length': body.length }),
    ...sent.headers,
  }
  const call = request({ hostname, port, path: sent.path, method: sent.method ?? 'GET', headers, agent: false })
  call.setTimeout(ANSWER_DEADLINE_MS, () => call.destroy(new Error(`no answer for ${ANSWER_DEADLINE_MS} ms`)))
  call.once('error', reject)
  call.once('response', response => {
    response
      .toArray()
      .then(chunks => resolve(new Reply(response.statusCode ?? 0, response.headers, Buffer.concat(chunks))), reject)
  })
  call.end(body)
  return promise
}

function bytesOf(body: unknown): Buffer | undefined {
  if (body === undefined || Buffer.isBuffer(body)) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

type Headers = Sent['headers']

/** The routes of the product at one address. */
export class PaymentApi {
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  send(sent: Sent): Promise<Reply> {
    return send(this.url, sent)
  }

  get(path: string, headers?: Headers): Promise<Reply> {
    return this.send({ path, headers })
  }

  post(path: string, body?: unknown, headers?: Headers): Promise<Reply> {
    return this.send({ method: 'POST', path, body, headers })
  }

  authorize(body: unknown, headers?: Headers): Promise<Reply> {
    return this.post('/payments/authorize', body, headers)
  }

  capture(paymentId: string, body?: unknown, headers?: Headers): Promise<Reply> {
    return this.post(`/payments/capture/${paymentId}`, body, headers)
  }

  refund(paymentId: string, body?: unknown, headers?: Headers): Promise<Reply> {
    return this.post(`/payments/refund/${paymentId}`, body, headers)
  }

  void(paymentId: string, body?: unknown, headers?: Headers): Promise<Reply> {
    return this.post(`/payments/void/${paymentId}`, body, headers)
  }

  payment(paymentId: string, headers?: Headers): Promise<Reply> {
    return this.get(`/payments/${paymentId}`, headers)
  }

  operations(paymentId: string, headers?: Headers): Promise<Reply> {
    return this.get(`/payments/${paymentId}/operations`, headers)
  }

  usedKey(merchantId: string, key: string): Promise<Reply> {
    return this.get(`/idempotency?${new URLSearchParams({ merchantId, key })}`)
  }
}

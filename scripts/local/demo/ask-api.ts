/** One request of the demo panel to the API of its own system. */
import { Agent, request } from 'node:http'

export interface ApiRequest {
  method: 'GET' | 'POST'
  path: string
  headers?: Record<string, string>
  body?: unknown
  timeoutMs: number
  agent?: Agent
}

export interface ApiReply {
  status: number
  /** Of an answer that is no JSON object: nothing. */
  body: Record<string, unknown>
}

/** For many requests: a connection is used again. */
export const keptConnections = (): Agent => new Agent({ keepAlive: true })

/** Rejects when no whole answer comes within the time. */
export function askApi(apiUrl: string, asked: ApiRequest): Promise<ApiReply> {
  const { method, path, headers = {}, body, timeoutMs, agent } = asked
  const { hostname, port } = new URL(apiUrl)
  const text = body === undefined ? undefined : JSON.stringify(body)
  const ofBody = text === undefined ? {} : { 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    const call = request(
      {
        ...{ hostname, port, method, path, headers: { ...ofBody, ...headers } },
        signal: AbortSignal.timeout(timeoutMs),
        agent: agent ?? false,
      },
      response => {
        response
          .setEncoding('utf8')
          .toArray()
          .then(chunks => resolve({ status: response.statusCode!, body: objectIn(chunks.join('')) }), reject)
      },
    )
    call.once('error', reject).end(text)
  })
}

function objectIn(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {}
  } catch {
    return {}
  }
}

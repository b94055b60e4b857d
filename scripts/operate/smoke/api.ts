/** The API as the smoke test sees it: status, headers, and the very bytes of an answer. */
import { isDeepStrictEqual } from 'node:util'

export interface HttpAnswer {
  status: number
  headers: Headers
  bytes: Buffer
}

const ANSWER_TIMEOUT_MS = 15_000

export class Api {
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  get(path: string): Promise<HttpAnswer> {
    return this.#ask(path, { method: 'GET' })
  }

  /** `key` goes into the header, as routes want it that have a payment in their path. */
  post(path: string, body: object, key?: string): Promise<HttpAnswer> {
    const headers = { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) }
    return this.#ask(path, { method: 'POST', headers, body: JSON.stringify(body) })
  }

  async #ask(path: string, init: RequestInit): Promise<HttpAnswer> {
    const response = await fetch(`${this.url}${path}`, {
      ...init,
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    })
    return {
      status: response.status,
      headers: response.headers,
      bytes: Buffer.from(await response.arrayBuffer()),
    }
  }
}

const SHOWN_LENGTH = 600

/** An answer in one line, for the message of a failure. */
export const shown = ({ status, bytes }: HttpAnswer): string =>
  `HTTP ${status} ${bytes.toString('utf8', 0, SHOWN_LENGTH)}`

/** The body of an answer with this status. Throws with the whole answer when it is another, or no JSON object. */
export function bodyOf(answer: HttpAnswer, status: number): Record<string, unknown> {
  if (answer.status !== status) throw new Error(`expected HTTP ${status}; seen: ${shown(answer)}`)
  try {
    const body: unknown = JSON.parse(answer.bytes.toString('utf8'))
    if (typeof body === 'object' && body !== null) return body as Record<string, unknown>
  } catch {}
  throw new Error(`expected a JSON object; seen: ${shown(answer)}`)
}

/** Throws with every expected field that is otherwise. */
export function mustHave(seen: object, expected: Record<string, unknown>): void {
  const fields = seen as Record<string, unknown>
  const wrong = Object.entries(expected).filter(([name, value]) => !isDeepStrictEqual(fields[name], value))
  if (wrong.length === 0) return
  throw new Error(
    wrong
      .map(([name, value]) => `${name} should be ${JSON.stringify(value)}; seen: ${JSON.stringify(fields[name])}`)
      .join('\n'),
  )
}

/** One request to the API and the answer as it came, byte for byte. */
import type { ErrorBody } from '../../../shared/contracts/errors.ts'
import type { PaymentView } from '../../../shared/contracts/payment.ts'

export interface ApiRequest {
  method: 'GET' | 'POST' | 'DELETE'
  path: string
  headers: Record<string, string>
  body?: string
}

/** Serializable: the shop keeps its answers over a reload. */
export interface ApiAnswer {
  request: ApiRequest
  statusCode: number
  bodyText: string
  requestId?: string
  /** The API says that it repeats a stored answer. */
  replayed: boolean
  retryAfterMs?: number
  receivedAt: string
}

export interface AskPorts {
  fetch: (url: string, init: RequestInit) => Promise<Response>
  nowMs: () => number
}

/** Longer than the API's own handler time-out of 10 s, so that its answer usually comes first. */
const ATTEMPT_TIMEOUT_MS = 13_000

/** Sends once. Throws when no answer arrives: it says nothing about whether the API did the work. */
export async function ask(ports: AskPorts, request: ApiRequest): Promise<ApiAnswer> {
  const response = await ports.fetch(request.path, {
    method: request.method,
    headers: request.headers,
    body: request.body,
    cache: 'no-store',
    signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
  })
  const bodyText = await response.text()
  return {
    request,
    statusCode: response.status,
    bodyText,
    requestId: response.headers.get('x-request-id') ?? undefined,
    replayed: response.headers.get('idempotent-replayed') === 'true',
    retryAfterMs: retryAfterMsOf(response.headers.get('retry-after')),
    receivedAt: new Date(ports.nowMs()).toISOString(),
  }
}

function retryAfterMsOf(header: string | null): number | undefined {
  const seconds = Number(header ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined
}

/** The body of an error answer, or undefined when it is not one of the API's. */
export function errorOf(answer: ApiAnswer): ErrorBody | undefined {
  const body = jsonObjectOf(answer.bodyText)
  if (answer.statusCode < 400 || typeof body?.code !== 'string') return undefined
  const details = typeof body.details === 'object' && body.details !== null ? body.details : {}
  return { ...body, details } as ErrorBody
}

/** The payment in a successful answer, or undefined when the answer holds none. */
export function paymentOf(answer: ApiAnswer): PaymentView | undefined {
  const body = jsonObjectOf(answer.bodyText)
  const succeeded = answer.statusCode >= 200 && answer.statusCode < 300
  return succeeded && typeof body?.paymentId === 'string' ? (body as unknown as PaymentView) : undefined
}

/** The JSON object that the text is; undefined when it is none. */
export function jsonObjectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** Indented for reading; anything that is not JSON as it is. */
export function prettyJson(text: string): string {
  const value = jsonObjectOf(text)
  return value === undefined ? text : JSON.stringify(value, null, 2)
}

/** A command for a POSIX shell that sends the same request again. */
export function curlOf(request: ApiRequest, origin: string): string {
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
  return [
    `curl -i -X ${request.method} ${quoted(origin + request.path)}`,
    ...Object.entries(request.headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(request.body === undefined ? [] : [`-d ${quoted(request.body)}`]),
  ].join(' \\\n  ')
}

/** `k6/http`: asyncRequest over connections that are kept, and its times as k6 takes them. */
import { Agent, type Dispatcher } from 'undici'
import { duration } from '../options.ts'
import { addSample } from '../run-state.ts'

/** As many connections as there are requests at once, as k6's VUs have. */
const agent = new Agent({ pipelining: 1, headersTimeout: 0, bodyTimeout: 0 })

type ExpectedStatuses = (status: number) => boolean

export const expectedStatuses =
  (...expected: number[]): ExpectedStatuses =>
  status =>
    expected.includes(status)

interface Params {
  headers?: Record<string, string>
  timeout?: string
  tags?: Record<string, string>
  responseCallback?: ExpectedStatuses
}

interface Answer {
  /** 0: none came. */
  status: number
  headers: Record<string, string>
  body: string
  error: string
  durationMs: number
}

/** k6 writes names of headers as Go does. */
const canonical = (name: string): string =>
  name.replace(/(^|-)([a-z])/g, (_, dash, letter) => dash + letter.toUpperCase())

/**
 * The duration is that of sending, waiting and receiving, without the wait for a connection. Never rejects: what failed
 * has the status 0, as in k6.
 */
function send(
  url: URL,
  method: string,
  body: string | null,
  headers: Record<string, string>,
  timeoutMs: number,
): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const answer: Answer = { status: 0, headers: {}, body: '', error: '', durationMs: 0 }
  const chunks: Buffer[] = []
  let sentMs: number | undefined
  let stop: Dispatcher.DispatchController | undefined
  const timer = setTimeout(() => end('request timeout'), timeoutMs)
  function end(error: string): void {
    clearTimeout(timer)
    const durationMs = sentMs === undefined ? 0 : performance.now() - sentMs
    resolve({
      ...answer,
      status: error ? 0 : answer.status,
      body: Buffer.concat(chunks).toString('utf8'),
      error,
      durationMs,
    })
    if (error) stop?.abort(new Error(error))
  }
  const options = { origin: url.origin, path: url.pathname + url.search, method: method as 'GET', headers, body }
  agent.dispatch(options, {
    onRequestStart(controller) {
      stop = controller
      sentMs = performance.now()
    },
    onResponseStart(_, status, received) {
      answer.status = status
      for (const [name, value] of Object.entries(received)) answer.headers[canonical(name)] = [value].flat().join(', ')
    },
    onResponseData: (_, chunk) => void chunks.push(chunk),
    onResponseEnd: () => end(''),
    onResponseError: (_, error) => end(error.message || error.name),
  })
  return promise
}

export async function asyncRequest(method: string, url: string, body: string | null = null, params: Params = {}) {
  const { headers = {}, timeout = '60s', tags = {}, responseCallback, ...unknown } = params
  const [surprise] = Object.keys(unknown)
  if (surprise !== undefined) throw new Error(`k6/http: the stand-in does not know the parameter "${surprise}"`)
  if (body !== null && typeof body !== 'string') throw new Error('k6/http: the stand-in sends texts only')
  const answer = await send(new URL(url), method, body, headers, duration.parse(timeout))
  const isExpected = responseCallback?.(answer.status) ?? (answer.status >= 200 && answer.status < 400)
  const all = { method, url, status: String(answer.status), expected_response: String(isExpected), ...tags }
  addSample('http_reqs', 1, all)
  addSample('http_req_duration', answer.durationMs, all)
  addSample('http_req_failed', Number(!isExpected), all)
  return { ...answer, timings: { duration: answer.durationMs } }
}

export default { asyncRequest, expectedStatuses }

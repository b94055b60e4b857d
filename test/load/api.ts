/** The payment API as the load scenarios call it: one function a request, and what an answer has to be when it is turned away. */
import { check } from 'k6'
import exec from 'k6/execution'
import http from 'k6/http'
import { Counter } from 'k6/metrics'
import { baseUrl } from './settings.ts'

type Json = Record<string, unknown>

export interface Answer {
  status: number
  /** As it came. */
  text: string
  json: Json
  header(name: string): string | undefined
}

export interface Order {
  merchantId: string
  key: string
  amount: number
}

/** Flows whose every answer was as wanted. */
const goodput = new Counter('goodput')
const limitedAnswers = new Counter('limited_answers')
const refusedAnswers = new Counter('refused_answers')
const lostAnswers = new Counter('lost_answers')

/** The status of a request that was not answered in time, or at all. */
export const NO_ANSWER = 0

export const CURRENCY = 'KRW'
const TIMEOUT = '20s'
const MERCHANTS = 500

/** Of this iteration: the seed of the run and the number of the iteration make it, so that no other has the same key. */
export function newOrder(seed: string, merchantId?: string): Order {
  const { name, iterationInTest } = exec.scenario
  return {
    merchantId: merchantId ?? `load-${iterationInTest % MERCHANTS}`,
    key: `${seed}-${name}-${iterationInTest}`,
    amount: 1_000 + ((iterationInTest * 7_919) % 90_000),
  }
}

/** Sends a request. `expected`: the statuses that do not count as failed. */
async function send(
  method: 'GET' | 'POST',
  route: string,
  path: string,
  body: Json | null,
  expected: number[],
  key?: string,
): Promise<Answer> {
  const headers: Record<string, string> = body === null ? {} : { 'content-type': 'application/json' }
  if (key !== undefined) headers['idempotency-key'] = key
  const response = await http.asyncRequest(method, `${baseUrl}${path}`, body === null ? null : JSON.stringify(body), {
    headers,
    timeout: TIMEOUT,
    // Without a name of its own each payment would be a row in the figures.
    tags: { name: `${method} ${route}` },
    responseCallback: http.expectedStatuses(...expected.filter(status => status !== NO_ANSWER)),
  })
  const text = String(response.body ?? '')
  return { status: response.status, text, json: objectOf(text), header: name => response.headers[name] }
}

/** An empty one for what is no JSON object: every check of a field then fails. */
function objectOf(text: string): Json {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Json) : {}
  } catch {
    return {}
  }
}

export const authorize = ({ merchantId, amount, key }: Order, expected: number[]): Promise<Answer> =>
  send(
    'POST',
    '/payments/authorize',
    '/payments/authorize',
    { merchantId, amount, currency: CURRENCY, idempotencyKey: key },
    expected,
  )

export const change = (
  kind: 'capture' | 'refund',
  paymentId: string,
  body: Json,
  key: string,
  expected: number[],
): Promise<Answer> =>
  send('POST', `/payments/${kind}/{paymentId}`, `/payments/${kind}/${paymentId}`, body, expected, key)

export const readPayment = (paymentId: string): Promise<Answer> =>
  send('GET', '/payments/{paymentId}', `/payments/${paymentId}`, null, [200])

export const readInvariants = (): Promise<Answer> => send('GET', '/invariants', '/invariants', null, [200])

export const detailsOf = ({ json }: Answer): Json => (json.details ?? {}) as Json

/**
 * Whether a system under more load than it takes has turned the request away, as `tolerated` allows: 429 or 503, whose
 * answer must say so in words and when to come again, or NO_ANSWER, which is counted as a failed request all the same.
 */
export function isTurnedAway(answer: Answer, tolerated: number[]): boolean {
  if (!tolerated.includes(answer.status)) return false
  if (answer.status === NO_ANSWER) {
    lostAnswers.add(1)
    return true
  }
  const codes = answer.status === 429 ? ['RATE_LIMITED'] : ['SERVICE_UNAVAILABLE', 'OUTCOME_UNKNOWN']
  check(answer, {
    'turned away: the code says why': () => codes.includes(String(answer.json.code)),
    'turned away: Retry-After says when to come again': () => Number(answer.header('Retry-After')) >= 1,
  })
  const counter = answer.status === 429 ? limitedAnswers : refusedAnswers
  counter.add(1)
  return true
}

/** Ends a flow: it counts as done only when all of its answers were right. */
export function finish(isRight: boolean): void {
  if (isRight) goodput.add(1)
}

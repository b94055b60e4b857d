/** One buyer's client: repeats a call with the same key until the answer is final, and remembers what it was told. */
import { setTimeout as sleep } from 'node:timers/promises'
import { objectOf, parseJson } from '../../../shared/invariants/payment-history.ts'
import type { Random } from '../random.ts'
import type { CallKind, Flow, PlannedCall } from './flow.ts'
import type { InFlight } from './in-flight.ts'

export interface ClientAnswer {
  statusCode: number
  body: Buffer
  json: Record<string, unknown>
  retryAfterMs: number | undefined
}

/** What one call came to. `answer` is null when no final one came before the deadline. */
export interface Told {
  call: PlannedCall
  answer: ClientAnswer | null
  /** How often it was told 500, which no fault excuses. */
  internalErrors: number
}

export interface Transcript {
  flow: Flow
  paymentId: string | null
  told: Told[]
}

export type RetryReason = 'no answer' | 'unavailable' | 'in progress' | 'internal error'

/** Sends a call once. Rejects when no whole answer comes back. */
export type Send = (flow: Flow, call: PlannedCall, paymentId: string | null) => Promise<ClientAnswer>

export interface ClientOptions {
  send: Send
  inFlight: InFlight
  random: Random
  /** How long one call may be repeated before it counts as never answered. */
  deadlineMs: number
  retries: Record<RetryReason, number>
}

/** Longer than the handler's own time-out, so that a slow answer is still heard. */
const REQUEST_TIMEOUT_MS = 15_000
const RETRY_AFTER_MAX_MS = 1_000

/** Goes through a flow until its end or until an answer differs from the expected one. */
export async function runFlow(options: ClientOptions, flow: Flow, pauseMsMax: number): Promise<Transcript> {
  const transcript: Transcript = { flow, paymentId: null, told: [] }
  for (const call of flow.calls) {
    const told = await callUntilFinal(options, flow, call, transcript.paymentId)
    transcript.told.push(told)
    const paymentId = told.answer?.json.paymentId
    if (typeof paymentId === 'string') transcript.paymentId ??= paymentId
    if (told.answer?.statusCode !== call.expected || transcript.paymentId === null) break
    await sleep(options.random.integer(0, pauseMsMax))
  }
  return transcript
}

/** Repeats one call with its key until the answer is final. */
export async function callUntilFinal(
  options: ClientOptions,
  flow: Flow,
  call: PlannedCall,
  paymentId: string | null,
): Promise<Told> {
  const endMs = performance.now() + options.deadlineMs
  let internalErrors = 0
  for (let attempt = 0; performance.now() < endMs; attempt++) {
    const answer = await options.inFlight.track(() => options.send(flow, call, paymentId), isFinal).catch(() => null)
    if (answer && isFinal(answer)) return { call, answer, internalErrors }
    const reason = retryReasonOf(answer)
    options.retries[reason]++
    if (reason === 'internal error') internalErrors++
    await sleep(Math.min(answer?.retryAfterMs ?? 100 * 2 ** Math.min(attempt, 3), RETRY_AFTER_MAX_MS))
  }
  return { call, answer: null, internalErrors }
}

const isInProgress = ({ statusCode, json }: ClientAnswer): boolean =>
  statusCode === 409 && objectOf(json.details)?.reason === 'in_progress'

/** Whether repeating the call could not change the answer any more. */
export const isFinal = (answer: ClientAnswer): boolean => answer.statusCode < 500 && !isInProgress(answer)

const retryReasonOf = (answer: ClientAnswer | null): RetryReason => {
  if (answer === null) return 'no answer'
  if (answer.statusCode === 409) return 'in progress'
  return answer.statusCode === 500 ? 'internal error' : 'unavailable'
}

interface CallRequest {
  body: object
  /** Behind the kind in the path. */
  place: string
  headers: Record<string, string>
}

/** Sends calls to an API over HTTP. */
export const sendTo =
  (apiUrl: string): Send =>
  async (flow, call, paymentId) => {
    const { merchantId, amount, currency, paymentMethod } = flow
    const order = { merchantId, amount, currency, paymentMethod, idempotencyKey: call.key }
    const change: CallRequest = {
      body: { merchantId },
      place: `/${paymentId}`,
      headers: { 'idempotency-key': call.key },
    }
    const requests: Record<CallKind, CallRequest> = {
      authorize: { body: order, place: '', headers: {} },
      capture: change,
      refund: change,
      void: change,
    }
    const { body, place, headers } = requests[call.kind]
    const response = await fetch(`${apiUrl}/payments/${call.kind}${place}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    })
    return answerOf(response.status, Buffer.from(await response.arrayBuffer()), response.headers.get('retry-after'))
  }

export function answerOf(statusCode: number, body: Buffer, retryAfter: string | null): ClientAnswer {
  const seconds = retryAfter === null ? Number.NaN : Number(retryAfter)
  return {
    statusCode,
    body,
    json: objectOf(parseJson(body.toString('utf8'))) ?? {},
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : undefined,
  }
}

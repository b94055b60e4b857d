/** One buyer's client: repeats a call with the same key until the answer is final, and remembers what it was told. */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  answerOf,
  type ClientAnswer,
  type FinalAnswer,
  isFinal,
  REQUEST_TIMEOUT_MS,
  type Repeating,
  repeatUntilFinal,
} from '../client-answer.ts'
import type { Random } from '../random.ts'
import type { CallKind, Flow, PlannedCall } from './flow.ts'
import type { InFlight } from './in-flight.ts'

/** What one call came to. */
export interface Told extends FinalAnswer {
  call: PlannedCall
}

export interface Transcript {
  flow: Flow
  paymentId: string | null
  told: Told[]
}

/** Sends a call once. Rejects when no whole answer comes back. */
export type Send = (flow: Flow, call: PlannedCall, paymentId: string | null) => Promise<ClientAnswer>

export interface ClientOptions extends Repeating {
  send: Send
  inFlight: InFlight
  random: Random
}

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
  const { inFlight, send: sendOnce } = options
  const send = () => inFlight.track(() => sendOnce(flow, call, paymentId), isFinal, call.asked !== undefined)
  return { call, ...(await repeatUntilFinal(send, options)) }
}

interface CallRequest {
  path: string
  headers: Record<string, string>
  body: object
}

/** Sends calls to an API over HTTP. */
export const sendTo =
  (apiUrl: string): Send =>
  async (flow, call, paymentId) => {
    const { path, headers, body } = requestOf(flow, call, paymentId)
    const response = await fetch(`${apiUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    })
    return answerOf(response.status, Buffer.from(await response.arrayBuffer()), response.headers.get('retry-after'))
  }

function requestOf(
  { merchantId, amount, currency, paymentMethod }: Flow,
  { kind, key, asked }: PlannedCall,
  paymentId: string | null,
): CallRequest {
  const order = { merchantId, amount, currency, paymentMethod, idempotencyKey: key }
  const { operator, reason } = asked ?? {}
  const change: CallRequest = operator
    ? { path: `/operator/payments/${paymentId}/${kind}`, headers: operator.headers, body: { key, reason } }
    : { path: `/payments/${kind}/${paymentId}`, headers: { 'idempotency-key': key }, body: { merchantId } }
  const requests: Record<CallKind, CallRequest> = {
    authorize: { path: '/payments/authorize', headers: {}, body: order },
    capture: change,
    refund: change,
    void: change,
  }
  return requests[kind]
}

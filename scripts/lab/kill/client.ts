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
  const send = () => options.inFlight.track(() => options.send(flow, call, paymentId), isFinal)
  return { call, ...(await repeatUntilFinal(send, options)) }
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

/** Carries flows out over HTTP and holds each answer against the one that is right. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { objectOf, parseJson } from '../../../shared/invariants/payment-history.ts'
import type { SoakCall, SoakFlow } from './flows.ts'
import { REFUSED, RIGHT } from './outcomes.ts'

export interface Answer {
  statusCode: number
  text: string
  retryAfterMs: number | undefined
}

export type Send = (call: SoakCall, path: string) => Promise<Answer>

/** An inquiry is due within seconds; the job would have decided by then. */
const KNOWN_WITHIN_MS = 90_000
const RETRY_MS = 1_000

/** Resolves to RIGHT when every answer was, to REFUSED, or to what was wrong: `refund too early: 500 INTERNAL_ERROR instead of 409`. */
export async function runFlow(flow: SoakFlow, send: Send): Promise<string> {
  let paymentId = ''
  for (const call of flow.calls) {
    const answer = await answerOf(call, path => send(call, path), paymentId)
    if (answer.statusCode !== call.expected) {
      const words = wordsOf(answer)
      return words === OVERLOADED ? REFUSED : `${flow.name}: ${words} instead of ${call.expected}`
    }
    paymentId ||= String(objectOf(parseJson(answer.text))?.paymentId ?? '')
  }
  return RIGHT
}

const OVERLOADED = '503 SERVICE_UNAVAILABLE overloaded'

async function answerOf(call: SoakCall, send: (path: string) => Promise<Answer>, paymentId: string): Promise<Answer> {
  const path = call.path.replace(':paymentId', paymentId)
  if (!call.untilKnown) return send(path)
  const endMs = performance.now() + KNOWN_WITHIN_MS
  for (;;) {
    const answer = await send(path)
    const isKnown = answer.statusCode !== 503 && answer.retryAfterMs === undefined
    if (isKnown || performance.now() >= endMs) return answer
    await sleep(answer.retryAfterMs ?? RETRY_MS)
  }
}

function wordsOf({ statusCode, text }: Answer): string {
  const error = objectOf(parseJson(text))
  return [statusCode, error?.code, objectOf(error?.details)?.reason].filter(part => part !== undefined).join(' ')
}

/** Longer than the API takes for its slowest answer. */
const ANSWER_MS_MAX = 60_000

export interface Callers {
  send: Send
  close(): Promise<void>
}

export function openCallers(origin: string, connectionsMax: number): Callers {
  const pool = new Pool(origin, { connections: connectionsMax, pipelining: 1, headersTimeout: ANSWER_MS_MAX })
  return {
    send: async ({ method, headers, body }, path) => {
      const answer = await pool.request({ method, path, headers, ...(body !== undefined && { body }) })
      const retryAfter = answer.headers['retry-after']
      return {
        statusCode: answer.statusCode,
        text: await answer.body.text(),
        retryAfterMs: retryAfter === undefined ? undefined : Number(retryAfter) * 1_000,
      }
    },
    close: () => pool.close(),
  }
}

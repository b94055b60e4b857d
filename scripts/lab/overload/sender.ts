/** Sends authorizes at a rate, from a process of its own, so that it does not share the event loop of the tool. */
import { Pool } from 'undici'
import { objectOf, parseJson } from '../../../shared/invariants/payment-history.ts'
import { drawPurchase } from '../bench/http-units.ts'
import { createRandom } from '../random.ts'
import { type Answered, type OpenLoopResult, openLoop } from './open-loop.ts'

export interface SendOrder {
  origin: string
  perSecond: number
  /** At most: the message `END` ends it before. */
  seconds: number
  seed: number
  /** Keys are this and a number. */
  runId: string
  paymentMethod: string
}

/** Instead of an order: the one under way sends nothing more. */
export const END = 'end'

export type SendReport = { kind: 'done'; result: OpenLoopResult } | { kind: 'failed'; message: string }

const CONNECTIONS_MAX = 2_000
/** There before the load, as callers' are. To open a thousand in the first second would be another test. */
const CONNECTIONS_KEPT = 256
/** Longer than the API takes for its slowest answer. */
const ANSWER_MS_MAX = 60_000

async function obey({ origin, perSecond, seconds, seed, runId, paymentMethod }: SendOrder): Promise<OpenLoopResult> {
  const random = createRandom(seed)
  const pool = new Pool(origin, { connections: CONNECTIONS_MAX, pipelining: 1, headersTimeout: ANSWER_MS_MAX })
  const send = async (index: number): Promise<Answered> => {
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: '/payments/authorize',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...drawPurchase(random, `${runId}-${index}`), paymentMethod }),
    })
    return { outcome: outcomeOf(statusCode, await body.text()) }
  }
  const connect = async () => (await pool.request({ method: 'GET', path: '/health/live' })).body.dump()
  try {
    await Promise.all(Array.from({ length: CONNECTIONS_KEPT }, connect))
    return await openLoop({ perSecond, seconds, send, isOver: () => isOver })
  } finally {
    await pool.close()
  }
}

function outcomeOf(statusCode: number, text: string): string {
  if (statusCode === 201) return '201'
  const error = objectOf(parseJson(text))
  return [statusCode, error?.code, objectOf(error?.details)?.reason].filter(part => part !== undefined).join(' ')
}

let isOver = false

process.on('message', (order: SendOrder | typeof END) => {
  if (order === END) {
    isOver = true
    return
  }
  obey(order).then(
    result => process.send?.({ kind: 'done', result } satisfies SendReport),
    error => process.send?.({ kind: 'failed', message: String(error?.stack ?? error) } satisfies SendReport),
  )
})
process.on('disconnect', () => process.exit())

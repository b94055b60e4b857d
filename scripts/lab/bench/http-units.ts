/** Units over HTTP, on connections that are kept alive: what a shop's server would send. */
import { Pool } from 'undici'
import { objectOf, parseJson } from '../../../shared/invariants/payment-history.ts'
import type { Random } from '../random.ts'
import type { RunUnit, Tally } from './closed-loop.ts'
import type { Order, StepName, Target, Unit } from './order.ts'

const REQUEST_TIMEOUT_MS = 30_000
export const MERCHANT_COUNT = 100
/** Enough for a fee on every capture. */
const AMOUNT_MIN = 10_000
const AMOUNT_MAX = 2_000_000

export interface Purchase {
  merchantId: string
  amount: number
  currency: string
  idempotencyKey: string
}

export const drawPurchase = (random: Random, idempotencyKey: string): Purchase => ({
  merchantId: `bench-${String(random.integer(0, MERCHANT_COUNT - 1)).padStart(2, '0')}`,
  amount: random.integer(AMOUNT_MIN, AMOUNT_MAX),
  currency: random.pick(['KRW', 'KRW', 'USD', 'JPY']),
  idempotencyKey,
})

type HttpTarget = Extract<Target, { kind: 'http' }>

const expected: Record<StepName, number> = { authorize: 201, capture: 200, refund: 200 }

export interface Units {
  runners: Record<Unit, RunUnit>
  close(): Promise<void>
}

export function httpUnits(target: HttpTarget, order: Order, random: Random): Units {
  const { origin, pathPrefix = '' } = target
  const pool = new Pool(origin, {
    connections: order.concurrency,
    pipelining: 1,
    headersTimeout: REQUEST_TIMEOUT_MS,
    bodyTimeout: REQUEST_TIMEOUT_MS,
  })
  const paymentMethod = order.paymentMethod === undefined ? {} : { paymentMethod: order.paymentMethod }
  let count = 0
  const nextKey = () => `${order.runId}-${count++}`
  const post = async (step: StepName, path: string, key: string | undefined, body: unknown) => {
    const headers = { 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': key }) }
    const answer = await pool.request({ method: 'POST', path: pathPrefix + path, headers, body: JSON.stringify(body) })
    const text = await answer.body.text()
    return { text, problem: answer.statusCode === expected[step] ? undefined : problemOf(answer.statusCode, text) }
  }

  const authorize = async (tally: Tally, purchase: Purchase): Promise<string> => {
    let text = ''
    await tally.step('authorize', async () => {
      const answer = await post('authorize', '/payments/authorize', undefined, purchase)
      text = answer.text
      return answer.problem
    })
    return text
  }
  const change = (tally: Tally, step: 'capture' | 'refund', paymentId: string, merchantId: string) =>
    tally.step(
      step,
      async () => (await post(step, `/payments/${step}/${paymentId}`, nextKey(), { merchantId })).problem,
    )

  return {
    runners: {
      authorize: async tally => {
        await authorize(tally, { ...drawPurchase(random, nextKey()), ...paymentMethod })
      },
      flow: async tally => {
        const purchase = drawPurchase(random, nextKey())
        const paymentId = String(objectOf(parseJson(await authorize(tally, purchase)))?.paymentId)
        await change(tally, 'capture', paymentId, purchase.merchantId)
        await change(tally, 'refund', paymentId, purchase.merchantId)
      },
    },
    close: () => pool.close(),
  }
}

function problemOf(statusCode: number, text: string): string {
  const code = objectOf(parseJson(text))?.code
  return typeof code === 'string' ? `${statusCode} ${code}` : `${statusCode}`
}

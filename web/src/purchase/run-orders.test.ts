import { describe, expect, test } from '@jest/globals'
import { authorizeRequest } from '../../../shared/contracts/routes/authorize-payment.ts'
import { captureRequest } from '../../../shared/contracts/routes/capture-payment.ts'
import { refundRequest } from '../../../shared/contracts/routes/refund-payment.ts'
import { voidRequest } from '../../../shared/contracts/routes/void-payment.ts'
import type { ApiAnswer, ApiRequest } from '../api/answer.ts'
import { answerOf, paymentOf, refusalOf, SAMPLE_PAYMENT_ID } from '../api/sample-answers.ts'
import { createKeptStore, createStore } from '../store.ts'
import { parseAnswerLog } from './answer-log.ts'
import { defaultCart } from './cart.ts'
import { addOrder, begin, parseOrders } from './orders.ts'
import { authorizeRequestOf, type Change, changeRequestOf } from './requests.ts'
import { createOrderRun, type Waitings } from './run-orders.ts'

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00'

const ORDER_ID = 'iphone-16-pro.desert.1.0'
const item = { phoneId: 'iphone-16-pro', finishId: 'desert', quantity: 1 } as const
const captured = answerOf(201, paymentOf('COMPLETED'))
const declined = refusalOf(402, 'PAYMENT_DECLINED', { reason: 'insufficient_funds' })
const LOST_COUNT = 12

type Api = (request: ApiRequest, count: number) => ApiAnswer | 'lost'

/** A tab whose storage outlives it: `reopen` makes the next tab from what was stored. */
function tab(api: Api, stored = new Map<string, string>()) {
  const storage = {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => void stored.set(name, value),
  }
  const requests: ApiRequest[] = []
  const orders = createKeptStore({ storage, name: 'orders', parse: parseOrders })
  const answers = createKeptStore({ storage: undefined, name: 'answers', parse: parseAnswerLog })
  let clockMs = 0
  let isOpen = true
  const run = createOrderRun({
    orders,
    answers,
    waitings: createStore<Waitings>({}),
    language: () => 'ko',
    ask: async request => {
      requests.push(request)
      const answer = api(request, requests.length)
      if (answer === 'lost') throw new TypeError('Failed to fetch')
      return answer
    },
    nowMs: () => clockMs,
    // A closed tab is never woken again.
    pause: delayMs => {
      clockMs += delayMs
      return isOpen ? Promise.resolve() : new Promise(() => {})
    },
    exclusively: (_name, work) => work(),
    onSettled: () => {},
  })
  const request = authorizeRequestOf(ORDER_ID, item, defaultCart, { key: 'key-1', traceparent, language: 'ko' })
  return {
    requests,
    orders,
    answers,
    run,
    pay: () => {
      orders.update(known => addOrder(known, { orderId: ORDER_ID, pending: { operation: 'authorize', request } }))
      return run(ORDER_ID)
    },
    change: (change: Change) => {
      const made = changeRequestOf(SAMPLE_PAYMENT_ID, change, {
        key: `key-${change.operation}`,
        traceparent,
        language: 'ko',
      })
      orders.update(known => begin(known, SAMPLE_PAYMENT_ID, { operation: change.operation, request: made }))
      return run(ORDER_ID)
    },
    close: () => {
      isOpen = false
    },
    reopen: (nextApi: Api) => tab(nextApi, stored),
  }
}

describe('requests', () => {
  test('are what the contract accepts', () => {
    const sender = { key: 'key-1', traceparent, language: 'ko' } as const
    const bodyOf = ({ body }: ApiRequest) => JSON.parse(body ?? '')
    const change = (change: Change) => changeRequestOf(SAMPLE_PAYMENT_ID, change, sender)
    expect(authorizeRequest.parse(bodyOf(authorizeRequestOf(ORDER_ID, item, defaultCart, sender)))).toMatchObject({
      amount: 1_550_000,
      orderId: ORDER_ID,
      capture: true,
      paymentMethod: 'tok_approve',
    })
    const later = { ...defaultCart, captures: 'later' } as const
    expect(authorizeRequest.parse(bodyOf(authorizeRequestOf(ORDER_ID, item, later, sender)))).toMatchObject({
      capture: false,
    })
    const capture = change({ operation: 'capture', amount: 5, finalCapture: false })
    expect(captureRequest.parse(bodyOf(capture))).toEqual({ amount: 5, finalCapture: false })
    expect(capture.headers['idempotency-key']).toBe('key-1')
    expect(refundRequest.parse(bodyOf(change({ operation: 'refund', amount: 5 })))).toEqual({ amount: 5 })
    expect(voidRequest.parse(bodyOf(change({ operation: 'void' })))).toEqual({})
  })
})

describe('a run', () => {
  test('a double click is one request', async () => {
    const shop = tab(() => captured)
    await Promise.all([shop.pay(), shop.run(ORDER_ID)])
    expect(shop.requests).toHaveLength(1)
    expect(shop.orders.get()).toEqual([{ orderId: ORDER_ID, paymentId: SAMPLE_PAYMENT_ID }])
  })

  test('lost answers are asked for again, byte for byte, for as long as it takes', async () => {
    const shop = tab((_request, count) => (count <= LOST_COUNT ? 'lost' : captured))
    await shop.pay()
    expect(shop.requests).toHaveLength(LOST_COUNT + 1)
    expect(new Set(shop.requests.map(request => JSON.stringify(request))).size).toBe(1)
    expect(shop.answers.get()).toEqual([{ orderId: ORDER_ID, operation: 'authorize', answer: captured }])
  })

  test('what a closed tab left the next one goes on with, under the same key', async () => {
    const before = tab(() => 'lost')
    before.close()
    void before.pay()
    const after = before.reopen(() => captured)
    await after.run(ORDER_ID)
    expect(after.requests).toEqual([before.requests[0]])
    expect(after.orders.get()).toEqual([{ orderId: ORDER_ID, paymentId: SAMPLE_PAYMENT_ID }])
  })

  test('nothing is asked when nothing is pending', async () => {
    const before = tab(() => captured)
    await before.pay()
    const after = before.reopen(() => 'lost')
    await after.run(ORDER_ID)
    expect(after.requests).toEqual([])
  })

  test('each operation has its own answer', async () => {
    const shop = tab(request =>
      request.path.includes('/refund/') ? answerOf(200, paymentOf('PARTIALLY_REFUNDED')) : captured,
    )
    await shop.pay()
    await shop.change({ operation: 'refund', amount: 5 })
    expect(shop.answers.get().map(({ operation }) => operation)).toEqual(['authorize', 'refund'])
    expect(shop.orders.get()).toEqual([{ orderId: ORDER_ID, paymentId: SAMPLE_PAYMENT_ID }])
  })
})

describe('a decline of the combined request', () => {
  test.each([
    ['DECLINED', 'authorize'],
    ['FAILED', 'authorize'],
    ['AUTHORIZED', 'capture'],
  ] as const)('of a payment that is %s is one of the %s', async (status, operation) => {
    const shop = tab(request => (request.method === 'GET' ? answerOf(200, paymentOf(status)) : declined))
    await shop.pay()
    expect(shop.requests.map(({ method }) => method)).toEqual(['POST', 'GET'])
    expect(shop.answers.get()).toEqual([{ orderId: ORDER_ID, operation, answer: declined }])
  })

  test('a decline of anything else needs no look', async () => {
    const shop = tab(request => (request.path.includes('/refund/') ? declined : captured))
    await shop.pay()
    await shop.change({ operation: 'refund', amount: 5 })
    expect(shop.requests.map(({ method }) => method)).toEqual(['POST', 'POST'])
  })
})

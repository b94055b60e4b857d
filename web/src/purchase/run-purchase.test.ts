import { describe, expect, test } from '@jest/globals'
import { authorizeRequest } from '../../../shared/contracts/routes/authorize-payment.ts'
import { captureRequest } from '../../../shared/contracts/routes/capture-payment.ts'
import type { ApiAnswer, ApiRequest } from '../api/answer.ts'
import { OutcomeUnknownError } from '../api/ask-until-final.ts'
import { answerOf, paymentOf, refusalOf, SAMPLE_PAYMENT_ID } from '../api/sample-answers.ts'
import { createStore } from '../store.ts'
import { newPurchase, type Operation, type Purchase, parsePurchase, startPayment, startRefund } from './purchase.ts'
import { loadPurchase, savePurchase } from './purchase-storage.ts'
import { createPurchaseRun } from './run-purchase.ts'

const authorized = answerOf(201, paymentOf('AUTHORIZED'))
const captured = answerOf(200, paymentOf('COMPLETED'))
const lost = () => {
  throw new TypeError('Failed to fetch')
}

/** A shop in a tab whose storage outlives it: `reload` makes the next page from what was stored. */
function tab(api: (request: ApiRequest, count: number) => ApiAnswer, stored = new Map<string, string>()) {
  const storage = {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => void stored.set(name, value),
  }
  const requests: ApiRequest[] = []
  const purchases = createStore<Purchase>(loadPurchase(storage), purchase => savePurchase(storage, purchase))
  let keys = 0
  let clockMs = 0
  const newKey = (operation: Operation) => `${operation}-${stored.size}-${++keys}`
  const run = createPurchaseRun({
    purchases,
    newKey,
    language: () => 'ko',
    ask: async request => {
      requests.push(request)
      return api(request, requests.length)
    },
    nowMs: () => clockMs,
    sleep: async delayMs => {
      clockMs += delayMs
    },
    onWaiting: () => {},
  })
  return {
    requests,
    purchases,
    run,
    pay: () => {
      purchases.update(current => startPayment(current, newKey))
      return run()
    },
    refund: () => {
      purchases.update(current => startRefund(current, newKey))
      return run()
    },
    reload: (nextApi: (request: ApiRequest, count: number) => ApiAnswer) => tab(nextApi, stored),
  }
}

const honest = (request: ApiRequest): ApiAnswer => {
  if (request.path === '/payments/authorize') return authorized
  return request.path.includes('/refund/') ? answerOf(200, paymentOf('REFUNDED')) : captured
}
const keyOf = (request: ApiRequest): unknown =>
  request.headers['idempotency-key'] ?? JSON.parse(request.body ?? '{}').idempotencyKey

describe('a purchase', () => {
  test('authorizes, then captures, with requests that the contract accepts', async () => {
    const shop = tab(honest)
    await shop.pay()
    expect(shop.requests.map(request => `${request.method} ${request.path}`)).toEqual([
      'POST /payments/authorize',
      `POST /payments/capture/${SAMPLE_PAYMENT_ID}`,
    ])
    expect(authorizeRequest.parse(JSON.parse(shop.requests[0]?.body ?? ''))).toMatchObject({
      amount: 1_550_000,
      currency: 'KRW',
      paymentMethod: 'tok_approve',
    })
    expect(captureRequest.parse(JSON.parse(shop.requests[1]?.body ?? ''))).toEqual({})
    expect(shop.requests[1]?.headers['idempotency-key']).toMatch(/^capture-/)
    expect(shop.purchases.get()).toMatchObject({ step: 'paid' })
  })

  test('a double click is one purchase', async () => {
    const shop = tab(honest)
    await Promise.all([shop.pay(), shop.pay()])
    expect(shop.requests).toHaveLength(2)
  })

  test('a decline ends it before any capture', async () => {
    const shop = tab(() => refusalOf(402, 'PAYMENT_DECLINED', { reason: 'insufficient_funds' }))
    await shop.pay()
    expect(shop.requests).toHaveLength(1)
    expect(shop.purchases.get()).toMatchObject({ step: 'refused' })
  })

  test('a refund has a key of its own', async () => {
    const shop = tab(honest)
    await shop.pay()
    await shop.refund()
    expect(new Set(shop.requests.map(keyOf)).size).toBe(3)
    expect(shop.purchases.get().step).toBe('refunded')
  })
})

describe('lost answers', () => {
  test('are asked for again with the same key, and nothing else changes', async () => {
    const shop = tab((request, count) => (count === 1 || count === 3 ? lost() : honest(request)))
    await shop.pay()
    const [first, second, third, fourth] = shop.requests
    expect(second).toEqual(first)
    expect(fourth).toEqual(third)
    expect(shop.requests).toHaveLength(4)
    expect(shop.purchases.get().step).toBe('paid')
  })

  test('patience ends with the key kept, and checking again uses it', async () => {
    let down = true
    const shop = tab(request => (down ? lost() : honest(request)))
    await expect(shop.pay()).rejects.toBeInstanceOf(OutcomeUnknownError)
    expect(shop.purchases.get().step).toBe('authorizing')
    down = false
    const asked = shop.requests.length
    await shop.run()
    expect(shop.requests[asked]).toEqual(shop.requests[0])
    expect(shop.purchases.get().step).toBe('paid')
  })

  test('a reload while the outcome is unknown goes on with the same key', async () => {
    const before = tab(lost)
    await before.pay().catch(() => {})
    const after = before.reload(honest)
    await after.run()
    expect(after.requests[0]).toEqual(before.requests[0])
    expect(after.purchases.get().step).toBe('paid')
  })

  test('a reload between approval and capture captures, and does not authorize again', async () => {
    const before = tab((request, count) => (count === 1 ? honest(request) : lost()))
    await before.pay().catch(() => {})
    const after = before.reload(honest)
    await after.run()
    expect(after.requests).toEqual([before.requests[1]])
    expect(after.purchases.get().step).toBe('paid')
  })

  test('a reload after the purchase shows it again and asks nothing', async () => {
    const before = tab(honest)
    await before.pay()
    const after = before.reload(lost)
    await after.run()
    expect(after.requests).toEqual([])
    expect(after.purchases.get()).toEqual(before.purchases.get())
  })
})

describe('a 409 that only says "decided already"', () => {
  test('is settled by the payment’s own status', async () => {
    const shop = tab(request => {
      if (request.method === 'GET') return answerOf(200, paymentOf('COMPLETED'))
      if (request.path === '/payments/authorize') return authorized
      return refusalOf(409, 'DUPLICATE_REQUEST', { reason: 'finished' })
    })
    await shop.pay()
    expect(shop.requests.at(-1)?.path).toBe(`/payments/${SAMPLE_PAYMENT_ID}`)
    expect(shop.purchases.get().step).toBe('paid')
  })

  test('is a refusal when no payment is named', async () => {
    const shop = tab(() => answerOf(409, { code: 'DUPLICATE_REQUEST', details: { reason: 'expired' } }))
    await shop.pay()
    expect(shop.purchases.get().step).toBe('refused')
  })
})

describe('storage', () => {
  test('one that is full or forbidden does not stop a payment', () => {
    const full = {
      setItem: () => {
        throw new Error('QuotaExceededError')
      },
    }
    expect(() => savePurchase(full, newPurchase())).not.toThrow()
    expect(() => savePurchase(undefined, newPurchase())).not.toThrow()
    expect(loadPurchase(undefined)).toEqual(newPurchase())
  })

  test('what another version left is not believed', () => {
    expect(loadPurchase({ getItem: () => '{"version":0}' })).toEqual(newPurchase())
    expect(parsePurchase('{"version":0}')).toBeUndefined()
  })
})

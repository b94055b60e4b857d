/** Which authorizations are taken, and which are not. */
import { describe, expect, test } from '@jest/globals'
import { authorizeRequest } from './authorize-payment.ts'

const fits = (value: unknown): boolean => authorizeRequest.safeParse(value).success
const pathsOf = (value: unknown): string[] =>
  authorizeRequest.safeParse(value).error?.issues.map(issue => issue.path.join('/')) ?? []

const smallest = { merchantId: 'shop', amount: 1_550_000, currency: 'KRW' }
const fullest = {
  ...smallest,
  idempotencyKey: 'key-1',
  paymentMethod: 'tok_approve',
  orderId: 'order-1',
  capture: true,
}

const notObjects = [undefined, null, [], [smallest], 'text', 5, true]

describe('authorizeRequest', () => {
  test('merchant, amount and currency are enough, and all seven fields are taken as they are', () => {
    expect(authorizeRequest.parse(smallest)).toEqual(smallest)
    expect(authorizeRequest.parse(fullest)).toEqual(fullest)
  })

  test.each(['merchantId', 'amount', 'currency'] as const)('%s is required', field => {
    const { [field]: _, ...rest } = smallest

    expect(pathsOf(rest)).toEqual([field])
  })

  test('every problem is reported at once', () => {
    const wrong = {
      merchantId: '',
      amount: 0,
      currency: 'XXX',
      idempotencyKey: 'a b',
      paymentMethod: '4111',
      orderId: '',
      capture: 1,
    }

    expect(pathsOf(wrong).sort()).toEqual(Object.keys(wrong).sort())
  })

  test.each(['cardNumber', 'finalCapture', 'Amount', '__proto__', 'constructor'])(
    'the unknown field %s is refused',
    field => {
      const sent = JSON.parse(`{"merchantId":"shop","amount":1,"currency":"KRW",${JSON.stringify(field)}:{}}`)

      expect(authorizeRequest.safeParse(sent).error?.issues).toMatchObject([
        { code: 'unrecognized_keys', keys: [field] },
      ])
    },
  )

  test.each(Object.keys(fullest))('null is not a way to leave %s out', field => {
    expect(fits({ ...fullest, [field]: null })).toBe(false)
  })

  test.each(['', 'two words', '주문-1', 'x'.repeat(65)])('%p is not an order id', orderId => {
    expect(pathsOf({ ...smallest, orderId })).toEqual(['orderId'])
  })

  test('an order id of 64 characters is taken', () => {
    expect(fits({ ...smallest, orderId: 'x'.repeat(64) })).toBe(true)
  })

  test.each(['true', 1, 0, null])('%p is not a way to ask for the capture', capture => {
    expect(pathsOf({ ...smallest, capture })).toEqual(['capture'])
  })

  test.each(notObjects)('%p is not a body', value => {
    expect(fits(value)).toBe(false)
  })
})

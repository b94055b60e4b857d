/** Which authorizations are taken, and which are not. */
import { describe, expect, test } from '@jest/globals'
import { authorizeRequest } from './authorize-payment.ts'

const fits = (value: unknown): boolean => authorizeRequest.safeParse(value).success
const pathsOf = (value: unknown): string[] =>
  authorizeRequest.safeParse(value).error?.issues.map(issue => issue.path.join('/')) ?? []

const smallest = { merchantId: 'shop', amount: 1_550_000, currency: 'KRW' }
const fullest = { ...smallest, idempotencyKey: 'key-1', paymentMethod: 'tok_approve' }

const notObjects = [undefined, null, [], [smallest], 'text', 5, true]

describe('authorizeRequest', () => {
  test('merchant, amount and currency are enough, and all five fields are taken as they are', () => {
    expect(authorizeRequest.parse(smallest)).toEqual(smallest)
    expect(authorizeRequest.parse(fullest)).toEqual(fullest)
  })

  test.each(['merchantId', 'amount', 'currency'] as const)('%s is required', field => {
    const { [field]: _, ...rest } = smallest

    expect(pathsOf(rest)).toEqual([field])
  })

  test('every problem is reported at once', () => {
    const wrong = { merchantId: '', amount: 0, currency: 'XXX', idempotencyKey: 'a b', paymentMethod: '4111' }

    expect(pathsOf(wrong).sort()).toEqual(Object.keys(wrong).sort())
  })

  test.each(['cardNumber', 'capture', 'Amount', '__proto__', 'constructor'])(
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

  test.each(notObjects)('%p is not a body', value => {
    expect(fits(value)).toBe(false)
  })
})

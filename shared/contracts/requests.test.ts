/** Which bodies and query strings are taken, and which are not. */
import { describe, expect, test } from '@jest/globals'
import type * as z from 'zod'
import { paymentStatuses } from './lists.ts'
import { authorizeRequest, captureRequest, listQuery, paymentPath, refundRequest } from './requests.ts'

const fits = (schema: z.ZodType, value: unknown): boolean => schema.safeParse(value).success
const pathsOf = (schema: z.ZodType, value: unknown): string[] =>
  schema.safeParse(value).error?.issues.map(issue => issue.path.join('/')) ?? []

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

    expect(pathsOf(authorizeRequest, rest)).toEqual([field])
  })

  test('every problem is reported at once', () => {
    const wrong = { merchantId: '', amount: 0, currency: 'XXX', idempotencyKey: 'a b', paymentMethod: '4111' }

    expect(pathsOf(authorizeRequest, wrong).sort()).toEqual(Object.keys(wrong).sort())
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
    expect(fits(authorizeRequest, { ...fullest, [field]: null })).toBe(false)
  })

  test.each(notObjects)('%p is not a body', value => {
    expect(fits(authorizeRequest, value)).toBe(false)
  })
})

describe('captureRequest', () => {
  test.each([{}, { amount: 1 }, { merchantId: 'shop' }, { finalCapture: true }, { finalCapture: false }])(
    '%p is taken as it is',
    value => {
      expect(captureRequest.parse(value)).toEqual(value)
    },
  )

  test.each([{ amount: 0 }, { merchantId: 'a b' }, { finalCapture: 'true' }, { finalCapture: 1 }, { reason: 'x' }])(
    '%p is refused',
    value => {
      expect(fits(captureRequest, value)).toBe(false)
    },
  )

  // The key belongs into the header here: the design knows it in the body of an authorization only.
  test('an idempotencyKey in the body is refused', () => {
    expect(fits(captureRequest, { idempotencyKey: 'key-1' })).toBe(false)
  })

  test.each(notObjects)('%p is not a body', value => {
    expect(fits(captureRequest, value)).toBe(false)
  })
})

describe('refundRequest', () => {
  test.each([{}, { amount: 1 }, { merchantId: 'shop' }, { reason: '' }, { reason: '마음이 바뀌었어요' }])(
    '%p is taken as it is',
    value => {
      expect(refundRequest.parse(value)).toEqual(value)
    },
  )

  test.each(['환', '😀'])('a reason has at most 128 characters, such as %s', character => {
    expect(fits(refundRequest, { reason: character.repeat(128) })).toBe(true)
    expect(fits(refundRequest, { reason: character.repeat(129) })).toBe(false)
  })

  test.each([{ amount: -1 }, { reason: 5 }, { finalCapture: true }, { idempotencyKey: 'key-1' }])(
    '%p is refused',
    value => {
      expect(fits(refundRequest, value)).toBe(false)
    },
  )

  test.each(notObjects)('%p is not a body', value => {
    expect(fits(refundRequest, value)).toBe(false)
  })
})

describe('paymentPath', () => {
  test('a payment id is taken, anything else is not', () => {
    expect(fits(paymentPath, { paymentId: 'pay_01HZZZZZZZZZZZZZZZZZZZZZZZ' })).toBe(true)
    expect(fits(paymentPath, { paymentId: 'op_01HZZZZZZZZZZZZZZZZZZZZZZZ' })).toBe(false)
    expect(fits(paymentPath, { paymentId: "pay_' OR 1=1" })).toBe(false)
    expect(fits(paymentPath, {})).toBe(false)
  })
})

describe('listQuery', () => {
  test('without parameters a page has 20 payments', () => {
    expect(listQuery.parse({})).toEqual({ limit: 20 })
  })

  test('query strings are text: the limit becomes a number', () => {
    expect(listQuery.parse({ limit: '100', merchantId: 'shop', cursor: 'abc' })).toEqual({
      limit: 100,
      merchantId: 'shop',
      cursor: 'abc',
    })
  })

  test('every status can be asked for', () => {
    for (const status of paymentStatuses) expect(fits(listQuery, { status })).toBe(true)
  })

  test.each([
    { limit: '0' },
    { limit: '101' },
    { limit: '1.5' },
    { limit: '' },
    { limit: 'many' },
    { limit: '1e9' },
    { status: 'completed' },
    { merchantId: '' },
    { cursor: 'x'.repeat(65) },
    { offset: '5' },
  ])('%p is refused', value => {
    expect(fits(listQuery, value)).toBe(false)
  })
})

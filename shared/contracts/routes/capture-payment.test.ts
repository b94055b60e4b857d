/** Which captures are taken, and which are not. */
import { describe, expect, test } from '@jest/globals'
import { captureRequest } from './capture-payment.ts'

const fits = (value: unknown): boolean => captureRequest.safeParse(value).success
const notObjects = [undefined, null, [], [{}], 'text', 5, true]

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
      expect(fits(value)).toBe(false)
    },
  )

  // The key belongs into the header here: the design knows it in the body of an authorization only.
  test('an idempotencyKey in the body is refused', () => {
    expect(fits({ idempotencyKey: 'key-1' })).toBe(false)
  })

  test.each(notObjects)('%p is not a body', value => {
    expect(fits(value)).toBe(false)
  })
})
